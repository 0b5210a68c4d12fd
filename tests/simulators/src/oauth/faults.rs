//! What a test can make go wrong at an OAuth provider.

use serde_json::Value;

use crate::wire::Delivery;

/// How the `hostile` provider departs from the standard: in the callback (the first two) or in what
/// its token endpoint answers.
///
/// The departures that look like an error leave the request unserved: its code or refresh token is
/// as good as before. All others serve it and spoil the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Misbehaviour {
    /// The callback's `iss` is another server's.
    WrongIssuer,
    /// The callback has no `iss`.
    NoIssuer,
    /// Unserved: this status with an HTML page.
    HtmlError(u16),
    /// Unserved: 400 with an error whose description echoes the client secret, and the code or
    /// refresh token.
    EchoSecrets,
    /// Unserved: `{"error":"invalid_grant",…}` with status 200.
    ErrorWith200,
    /// Unserved: 307 to this `location`.
    Redirect(String),
    /// No `expires_in`.
    ExpiresInMissing,
    /// This as `expires_in`: a string, zero, negative, huge, a fraction, …
    ExpiresIn(Value),
    /// `scope` is an array of strings.
    ScopeArray,
    /// `scope` is the access token.
    ScopeIsToken,
    /// No `scope`.
    ScopeMissing,
    /// No `token_type`.
    TokenTypeMissing,
    /// This as `token_type`.
    TokenType(Value),
    /// No `access_token`.
    AccessTokenMissing,
    /// A member of so many bytes is added to the answer.
    Huge(usize),
    /// The answer stops half-way and the connection closes.
    StopHalfWay,
    /// The answer never ends: after its first half a byte every 100 ms.
    Drip,
    /// The answer is held back until the misbehaviour ends.
    Silence,
    /// `access_token` and `expires_in` are there twice, with different values.
    DuplicateMembers,
    /// The answer is form-encoded and says so.
    FormEncoded,
}

/// What is asked of the next answers.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// How many token answers are dropped after the request was served.
    pub(crate) drop_answers: u32,
    /// How many revocations fail, unserved.
    pub(crate) fail_revocations: u32,
    pub(crate) misbehaviour: Option<Misbehaviour>,
    delivery: Delivery,
}

impl Faults {
    /// The answer being made is one of the token endpoint.
    pub(crate) fn token_answer(&mut self) {
        self.delivery = if self.drop_answers > 0 {
            self.drop_answers -= 1;
            Delivery::Dropped
        } else {
            match self.misbehaviour {
                Some(Misbehaviour::StopHalfWay) => Delivery::HalfWay,
                Some(Misbehaviour::Drip) => Delivery::Dripping,
                _ => Delivery::Gated,
            }
        };
    }

    /// How the answer just made is to be sent; `Prompt` again afterwards.
    pub(crate) fn take_delivery(&mut self) -> Delivery {
        std::mem::take(&mut self.delivery)
    }

    /// Whether the revocation being served is one that has to fail.
    pub(crate) fn revocation_fails(&mut self) -> bool {
        let fails = self.fail_revocations > 0;
        self.fail_revocations -= u32::from(fails);
        fails
    }
}
