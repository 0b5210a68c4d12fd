//! Challenges for authenticators.
//!
//! A challenge is an HMAC of the browser's cookie, the purpose and the application's domain. So it is random, it
//! is this deployment's, it is good for one browser and one purpose, and making it writes nothing. A challenge
//! counts once, which its caller sees to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use nexus_common::auth::{CHALLENGE, PasskeyPurpose, session_hash};
use nexus_common::platform::clock;
use nexus_common::store::{challenge_key, find_challenge_key};
use nexus_common::{Error, Result};
use sha2::Sha256;

/// The longest cookie.
const MOST_COOKIE: usize = 200;

/// A challenge that is valid now.
pub(super) struct Challenge {
    bytes: [u8; 32],
    expires_at: i64,
}

impl Challenge {
    /// A new challenge for the authenticators of `domain`, and the value of the browser's cookie.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub(super) async fn new(purpose: &PasskeyPurpose, domain: &str) -> Result<(Self, String)> {
        let key = challenge_key(&clock::random_bytes()).await?;
        let lasts = i64::try_from(CHALLENGE.as_millis()).unwrap_or(0);
        let (id, expires_at) = (key.id, key.now_ms + lasts);
        let random = URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>());
        let cookie = format!("{id}.{expires_at}.{random}");
        let bytes = derive(&key.key, purpose, domain, &cookie)?;
        Ok((Self { bytes, expires_at }, cookie))
    }

    /// The challenge that a browser with `cookie` was given for `purpose`. If the cookie is another one, or was
    /// given for another purpose, nobody has ever seen the result.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if it has expired, [`Error::Storage`].
    pub(super) async fn of(cookie: &str, purpose: &PasskeyPurpose, domain: &str) -> Result<Self> {
        let expired = || {
            let why =
                "this browser was not asked for a passkey in the last five minutes. Try again";
            Error::InvalidToken(why.into())
        };
        let (id, expires_at) = parse(cookie).ok_or_else(expired)?;
        let key = find_challenge_key(id).await?.ok_or_else(expired)?;
        if expires_at <= key.now_ms {
            return Err(expired());
        }
        Ok(Self { bytes: derive(&key.key, purpose, domain, cookie)?, expires_at })
    }

    /// The bytes.
    pub(super) const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The challenge as a browser is told.
    pub(super) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    /// The hash by which it is known that the challenge was used, and until when that must be known, in
    /// milliseconds since the Unix epoch.
    pub(super) fn used(&self) -> ([u8; 32], i64) {
        (session_hash(&format!("passkey {}", self.text())), self.expires_at + 60_000)
    }
}

fn derive(key: &[u8], purpose: &PasskeyPurpose, domain: &str, cookie: &str) -> Result<[u8; 32]> {
    let mac = Hmac::<Sha256>::new_from_slice(key);
    let mut mac = mac.map_err(|_| Error::Unreadable("the key for challenges".into()))?;
    let parts = match purpose {
        PasskeyPurpose::SignIn => ["sign_in", "", ""],
        PasskeyPurpose::Register { workspace, person } => ["register", workspace, person],
    };
    // Each part comes after its length, so that different parts never have the same bytes.
    for part in parts.into_iter().chain([domain, cookie]) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part.as_bytes());
    }
    Ok(mac.finalize().into_bytes().into())
}

/// The number of the key in a cookie, and when its challenge expires.
fn parse(cookie: &str) -> Option<(i64, i64)> {
    let mut parts = cookie.split('.');
    let (id, expires_at, random) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none() && random.len() == 43 && cookie.len() <= MOST_COOKIE;
    is_whole.then_some((id.parse().ok()?, expires_at.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_for_one_key_purpose_domain_and_cookie() {
        let register = |workspace: &str, person: &str| PasskeyPurpose::Register {
            workspace: workspace.to_owned(),
            person: person.to_owned(),
        };
        let (key, cookie) = ([7; 32], "1.2.r");
        let all = [
            derive(&key, &PasskeyPurpose::SignIn, "localhost", cookie).unwrap(),
            derive(&[8; 32], &PasskeyPurpose::SignIn, "localhost", cookie).unwrap(),
            derive(&key, &PasskeyPurpose::SignIn, "localhos", "t1.2.r").unwrap(),
            derive(&key, &PasskeyPurpose::SignIn, "localhost", "1.3.r").unwrap(),
            derive(&key, &register("acme", "per_1"), "localhost", cookie).unwrap(),
            derive(&key, &register("acme", "per_2"), "localhost", cookie).unwrap(),
            derive(&key, &register("acmep", "er_1"), "localhost", cookie).unwrap(),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_malformed_cookie_has_no_challenge() {
        let random = "r".repeat(43);
        assert_eq!(parse(&format!("1.2.{random}")), Some((1, 2)));
        for cookie in [
            String::new(),
            format!("1.2.{random}."),
            format!("1.{random}"),
            format!("x.2.{random}"),
            format!("1.x.{random}"),
            "1.2.short".to_owned(),
            format!("1.{}.{random}", "2".repeat(300)),
        ] {
            assert_eq!(parse(&cookie), None, "{cookie}");
        }
    }
}
