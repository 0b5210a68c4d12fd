//! The faults that a test can cause at an OAuth provider.

use serde_json::Value;

use crate::wire::Delivery;

/// The ways in which the `hostile` provider departs from the standard: the first two in the callback, the
/// others in a response of its token endpoint.
///
/// A departure that looks like an error leaves the request unserved: its code or refresh token stays valid.
/// With all others, the request is served and the response is spoiled.
#[derive(Clone, Debug, PartialEq)]
pub enum Misbehaviour {
    /// The `iss` of the callback is another server's.
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
    /// `expires_in` has this value: a string, zero, negative, huge, a fraction, …
    ExpiresIn(Value),
    /// `scope` is an array of strings.
    ScopeArray,
    /// `scope` is the access token.
    ScopeIsToken,
    /// No `scope`.
    ScopeMissing,
    /// No `token_type`.
    TokenTypeMissing,
    /// `token_type` has this value.
    TokenType(Value),
    /// No `access_token`.
    AccessTokenMissing,
    /// The response has another member of this many bytes.
    Huge(usize),
    /// The response is cut in the middle, and the connection closes.
    StopHalfWay,
    /// The response never ends: after its first half, a byte arrives every 100 ms.
    Drip,
    /// The response is held back until the misbehaviour ends.
    Silence,
    /// `access_token` and `expires_in` are duplicate members with different values.
    DuplicateMembers,
    /// The response is form-encoded, and its content type says so.
    FormEncoded,
}

/// The faults of the next responses.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// How many responses of the token endpoint are dropped after the request was served.
    pub(crate) drop_answers: u32,
    /// How many revocations fail without being served.
    pub(crate) fail_revocations: u32,
    pub(crate) misbehaviour: Option<Misbehaviour>,
    delivery: Delivery,
}

impl Faults {
    /// Marks the current response as one of the token endpoint.
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

    /// How the current response is sent. Resets it to `Prompt`.
    pub(crate) fn take_delivery(&mut self) -> Delivery {
        std::mem::take(&mut self.delivery)
    }

    /// Whether the current revocation must fail.
    pub(crate) fn revocation_fails(&mut self) -> bool {
        let fails = self.fail_revocations > 0;
        self.fail_revocations -= u32::from(fails);
        fails
    }
}
