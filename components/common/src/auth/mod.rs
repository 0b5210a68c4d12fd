//! Who is calling: the token of a request, and whom the component `auth` says that it proves.
//!
//! It must not read anything but headers: path parameters and client addresses can be made up by the
//! client. It verifies nothing itself, and has no key.

mod agent;
mod verifier;

use std::cell::RefCell;
use std::time::Duration;

use http::header;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::http::Inbound;
use crate::kept::Recent;
use crate::platform::clock;
pub use agent::{Agent, is_jwt};
pub use verifier::{AUTH_OPERATIONS, Nothing, Proof, Prove, Ready, Refusal, Token, ready};

/// Largest token, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;
/// Clock difference tolerated, in seconds.
pub const LEEWAY: u64 = 30;

/// For how long a proof is remembered, in seconds; a key that its issuer withdraws is good for as
/// long.
const SEEN_FOR: u64 = 60;

thread_local! {
    /// Tokens that were good a moment ago: they prove the same as before.
    static SEEN: RefCell<Recent<String, Seen>> = RefCell::default();
    /// Tokens that `auth` is being asked about by another request.
    static ASKED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// How often it is looked whether another request has the answer.
const LOOK: Duration = Duration::from_millis(3);
/// How long a request waits for the question of another, in milliseconds: then it asks for itself.
const LONGEST_LOOK_MS: u64 = 5_000;

/// A question to `auth` that is under way; over when this is dropped.
struct Asking(String);

impl Asking {
    /// Waits while another request of this instance asks about `token`; many come with the same one at
    /// once, and each question would hold a place in the runtime. No request may wake another: it looks.
    async fn about(token: &str) -> Self {
        let begun = clock::now_ms();
        let waits_on = || clock::now_ms().saturating_sub(begun) < LONGEST_LOOK_MS;
        while waits_on() && ASKED.with_borrow(|asked| asked.iter().any(|one| one == token)) {
            clock::sleep(LOOK).await;
        }
        ASKED.with_borrow_mut(|asked| asked.push(token.to_owned()));
        Self(token.to_owned())
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKED.with_borrow_mut(|asked| {
            if let Some(own) = asked.iter().position(|one| *one == self.0) {
                asked.swap_remove(own);
            }
        });
    }
}

/// Whom a token has proved.
struct Seen {
    caller: Caller,
    /// In seconds since the Unix epoch.
    until: u64,
}

impl Seen {
    fn still(&self, now: u64) -> Option<Caller> {
        (now < self.until).then(|| self.caller.clone())
    }
}

/// What a caller may do, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Calls providers through the proxy and MCP; nothing else.
    Agent,
    /// All but OAuth clients, own manifests and the audit export.
    Manager,
    /// All.
    Admin,
}

/// A verified caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The workspace to which everything is bound: 1–128 printable characters.
    pub workspace: String,
    /// Who: 1–128 printable characters.
    pub subject: String,
    /// What they may do; nothing where the token names no role that is known.
    pub role: Option<Role>,
    /// The `exp` of the token that proved them, in seconds since the Unix epoch.
    pub expires_at: u64,
}

impl Caller {
    /// The caller of `inbound`.
    ///
    /// # Errors
    /// 401 as an [`Error`]; [`Error::Misconfigured`].
    pub async fn of(inbound: &Inbound) -> Result<Self> {
        Self::proved_by(bearer(inbound)?).await
    }

    /// The caller that `token` proves. What was proved is not asked for again within a minute, while
    /// the token lasts: agents send the same one again and again.
    async fn proved_by(token: &str) -> Result<Self> {
        let seen = || {
            let now = clock::now_ms() / 1000;
            SEEN.with_borrow(|seen| seen.get(token)?.still(now))
        };
        if let Some(caller) = seen() {
            return Ok(caller);
        }
        if token.len() > MAX_TOKEN {
            return Err(Error::InvalidToken(format!("the token is larger than {MAX_TOKEN} bytes")));
        }
        let _asking = Asking::about(token).await;
        if let Some(caller) = seen() {
            return Ok(caller);
        }
        let now = clock::now_ms() / 1000;
        let Proof { caller, expires_at } = verifier::verify(token).await?;
        let until = expires_at.saturating_add(LEEWAY).min(now + SEEN_FOR);
        let proved = Seen { caller: caller.clone(), until };
        SEEN.with_borrow_mut(|seen| seen.insert(token.to_owned(), proved));
        Ok(caller)
    }

    /// Whether the caller has at least `role`.
    pub fn may(&self, role: Role) -> bool {
        self.role >= Some(role)
    }

    /// The role as it stands in a token; `none` where it has no known one.
    pub fn role_name(&self) -> &'static str {
        self.role.map_or("none", Role::name)
    }
}

impl Role {
    /// As it stands in a token.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Manager => "MANAGER",
            Self::Admin => "ADMIN",
        }
    }

    /// The role that stands so in a token.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::Manager, Self::Admin].into_iter().find(|role| role.name() == text)
    }
}

/// The token of the one `Authorization: Bearer` header (RFC 6750, 2.1).
///
/// # Errors
/// [`Error::MissingToken`], [`Error::InvalidToken`].
pub fn bearer(inbound: &Inbound) -> Result<&str> {
    let mut values = inbound.headers().get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Error::MissingToken)?;
    if values.next().is_some() {
        return Err(Error::InvalidToken("two Authorization headers came".into()));
    }
    let token = value.to_str().ok().and_then(of_bearer);
    token.ok_or_else(|| Error::InvalidToken("Authorization is not `Bearer <token>`".into()))
}

/// The token in the value of an `Authorization` header; white space is none.
fn of_bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_one_after_the_scheme() {
        for (value, token) in [
            ("Bearer a.b.c", Some("a.b.c")),
            ("bearer  a.b.c ", Some("a.b.c")),
            ("Bearer", None),
            ("Bearer ", None),
            // HTTP/2 delivers white space at the end, HTTP/1.1 does not.
            ("Bearer   ", None),
            ("Bearer\ta.b.c", None),
            ("Basic dTpw", None),
            ("a.b.c", None),
        ] {
            assert_eq!(of_bearer(value), token, "{value:?}");
        }
    }
}
