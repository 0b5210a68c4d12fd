//! Identifies the caller of a request: reads the proof (a token, a key or a session cookie) and asks the
//! component `auth` to verify it.
//!
//! A verified proof is cached for a minute. Whether the caller is still active is not cached: each request checks
//! it ([`require_standing`]). This module must not read anything but headers, because a client
//! can choose path parameters and its address. It must not verify a proof itself, and has no key.

mod agent;
mod caller;
#[cfg(test)]
mod callers;
mod control_plane;
mod passkey;
mod secret_key;
mod session;
mod verifier;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

pub use crate::domain::{Caller, CallerKind, Role, Via};
use crate::error::{Error, Result};
use crate::http::{Inbound, client_address};
use crate::kept::Recent;
use crate::platform::clock;
use crate::platform::queue::Queue;
use crate::store::{require_standing, require_standing_of_lifter};
pub(crate) use agent::Trace;
pub use agent::{Agent, is_jwt, is_token};
pub use control_plane::require_within_limit;
use http::header;
pub use passkey::{
    BegunPasskey, CHALLENGE, PasskeyBegin, PasskeyCookie, PasskeyProof, PasskeyPurpose,
    ReadPasskey, SentNewPasskey, SentPasskey, has_passkeys,
};
pub use secret_key::{KeyKind, KeyParts, NewKey, new_key, parse_key};
pub use session::{
    clear_session_cookie, new_session_secret, require_same_origin, session_cookie, session_hash,
    set_session_cookie,
};
pub use verifier::{
    AUTH_OPERATIONS, BeginPasskey, Count, CountWrong, Counted, Counting, Evidence, IdProof,
    LinkProof, Presented, Proof, Prove, ReadIdToken, ReadNewPasskey, Ready, Refusal, SecretKind,
    SentIdToken, SignedLink, UseLink, UsePasskey, WrongSecret, begin_passkey, count_wrong,
    read_id_token, read_new_passkey, ready, use_link, use_passkey,
};

/// The maximum size of a token, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;
/// The tolerated clock difference, in seconds.
pub const LEEWAY: u64 = 30;

/// How long a proof is cached, in seconds. A signing key that an outside issuer revokes stays valid for up to
/// that time.
const SEEN_FOR: u64 = 60;

thread_local! {
    /// The cache of tokens that were valid a moment ago.
    static SEEN: RefCell<Recent<String, VerifiedToken>> = RefCell::default();
    /// The questions to `auth` in progress.
    static ASKED: RefCell<Vec<Rc<Question>>> = const { RefCell::new(Vec::new()) };
}

/// How long a request waits for the result of another request, in milliseconds. Then it asks `auth` itself.
const LONGEST_WAIT_MS: u64 = 5_000;

/// A question to `auth` about a token.
struct Question {
    token: String,
    /// The other requests that wait for the answer.
    others: RefCell<Queue>,
}

/// The request that asks a question. Dropping it ends the question.
struct Asking(Rc<Question>);

impl Asking {
    /// Waits while another request of this instance asks about `token`. Many requests have the same token,
    /// and each call of `auth` would take capacity of the runtime.
    async fn about(token: &str) -> Self {
        // Random, so that those who give up waiting do not all ask at once.
        let longest = LONGEST_WAIT_MS + clock::random_u64() % LONGEST_WAIT_MS;
        let answered = async {
            let other = || {
                ASKED.with_borrow(|asked| {
                    let other = asked.iter().find(|one| one.token == token)?;
                    Some(other.others.borrow_mut().enter().1)
                })
            };
            while let Some(woken) = other() {
                woken.await;
            }
        };
        // A request that waited for the longest time asks too.
        clock::within(Duration::from_millis(longest), answered).await;
        let own = Rc::new(Question { token: token.to_owned(), others: RefCell::default() });
        ASKED.with_borrow_mut(|asked| asked.push(Rc::clone(&own)));
        Self(own)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKED.with_borrow_mut(|asked| asked.retain(|one| !Rc::ptr_eq(one, &self.0)));
        // Wakes the requests that wait.
        drop(self.0.others.take());
    }
}

/// The verified caller of a token, for the cache.
struct VerifiedToken {
    caller: Caller,
    /// In seconds since the Unix epoch.
    until: u64,
}

impl VerifiedToken {
    fn still(&self, now: u64) -> Option<Caller> {
        (now < self.until).then(|| self.caller.clone())
    }
}

impl Caller {
    /// The caller of `inbound`: by the token in its `Authorization` header or, without that header, by its
    /// session cookie. A request with a cookie must come from a page of this application.
    ///
    /// # Errors
    /// 401 as an [`Error`], [`Error::CrossSite`], [`Error::Stopped`], [`Error::Misconfigured`].
    pub async fn of(inbound: &Inbound) -> Result<Self> {
        Self::proved_by(evidence(inbound).await?, inbound).await
    }

    /// As [`Self::of`], but a stop of the whole workspace does not count. Only the calls with which an ADMIN
    /// lifts a stop may use this.
    ///
    /// # Errors
    /// The errors of [`Self::of`].
    pub async fn of_stopped_workspace(inbound: &Inbound) -> Result<Self> {
        let caller = Self::verified(evidence(inbound).await?, inbound).await?;
        require_standing_of_lifter(&caller.workspace, &caller.basis).await?;
        Ok(caller)
    }

    /// The caller of a page to which a browser navigates, by its session cookie alone. `None` if nobody is
    /// signed in. Any site can send a browser to the page, so the page must not change anything.
    ///
    /// # Errors
    /// [`Error::Stopped`], [`Error::Misconfigured`], [`Error::Storage`].
    pub async fn of_page(inbound: &Inbound) -> Result<Option<Self>> {
        let Some(cookie) = session_cookie(inbound).await? else { return Ok(None) };
        match Self::proved_by(Evidence::Session(cookie), inbound).await {
            Ok(caller) => Ok(Some(caller)),
            Err(Error::InvalidToken(_) | Error::TokenExpired) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The caller that `evidence` proves. It must still be active.
    async fn proved_by(evidence: Evidence, inbound: &Inbound) -> Result<Self> {
        let caller = Self::verified(evidence, inbound).await?;
        require_standing(&caller.workspace, &caller.basis).await?;
        Ok(caller)
    }

    /// The caller that `evidence` proves. The result is cached for a minute, while the proof is valid, because
    /// agents send the same token again and again.
    async fn verified(evidence: Evidence, inbound: &Inbound) -> Result<Self> {
        let key = evidence.cache_key();
        let seen = || {
            let now = clock::now_ms() / 1000;
            SEEN.with_borrow_mut(|seen| seen.get(&key)?.still(now))
        };
        if let Some(caller) = seen() {
            return Ok(caller);
        }
        if evidence.text().len() > MAX_TOKEN {
            return Err(Error::InvalidToken(format!("the token is larger than {MAX_TOKEN} bytes")));
        }
        // The answer about a session is not remembered, so nobody can wait for it.
        let _asking = match evidence {
            Evidence::Bearer(_) => Some(Asking::about(&key).await),
            Evidence::Session(_) => None,
        };
        if let Some(caller) = seen() {
            return Ok(caller);
        }
        let now = clock::now_ms() / 1000;
        let address = client_address(inbound).await?;
        let presented = Presented { evidence, address };
        let Proof { caller, expires_at, is_reusable } = verifier::verify(&presented).await?;
        if is_reusable {
            let until = expires_at.saturating_add(LEEWAY).min(now + SEEN_FOR);
            let proved = VerifiedToken { caller: caller.clone(), until };
            SEEN.with_borrow_mut(|seen| {
                seen.retain(|_, kept| now < kept.until);
                seen.insert(key, proved);
            });
        }
        Ok(caller)
    }
}

/// The evidence in `inbound`: the token in its `Authorization` header or, without that header, the session
/// cookie. A request with a cookie must come from a page of this application.
async fn evidence(inbound: &Inbound) -> Result<Evidence> {
    if inbound.headers().contains_key(header::AUTHORIZATION) {
        return Ok(Evidence::Bearer(bearer(inbound)?.to_owned()));
    }
    let cookie = session_cookie(inbound).await?.ok_or(Error::MissingToken)?;
    require_same_origin(inbound).await?;
    Ok(Evidence::Session(cookie))
}

/// The token in the `Authorization: Bearer` header (RFC 6750, 2.1). There must be only one such header.
///
/// # Errors
/// [`Error::MissingToken`], [`Error::InvalidToken`].
pub fn bearer(inbound: &Inbound) -> Result<&str> {
    let mut values = inbound.headers().get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Error::MissingToken)?;
    if values.next().is_some() {
        return Err(Error::InvalidToken(
            "the request has two Authorization headers. Send one".into(),
        ));
    }
    let token = value.to_str().ok().and_then(of_bearer);
    token.ok_or_else(|| {
        Error::InvalidToken("the Authorization header must be `Bearer <token>`".into())
    })
}

/// The token in the value of an `Authorization` header. White space is not a token.
fn of_bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_follows_the_scheme() {
        for (value, token) in [
            ("Bearer a.b.c", Some("a.b.c")),
            ("bearer  a.b.c ", Some("a.b.c")),
            ("Bearer", None),
            ("Bearer ", None),
            // HTTP/2 keeps white space at the end of a value, HTTP/1.1 does not.
            ("Bearer   ", None),
            ("Bearer\ta.b.c", None),
            ("Basic dTpw", None),
            ("a.b.c", None),
        ] {
            assert_eq!(of_bearer(value), token, "{value:?}");
        }
    }
}
