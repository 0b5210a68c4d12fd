//! The cookie of a browser that has gone to the identity provider.
//!
//! It holds when the browser went, 256 random bits, the secret of the invitation that is open in the browser, and the
//! request of a program to which the person goes on. Both may be empty. The values that the provider sees are hashes
//! of the cookie. Its value must never be in a log or a URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, header};
use nexus_common::Result;
use nexus_common::auth::session_hash;
use nexus_common::config;
use nexus_common::http::{Inbound, cookie_value};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;

use crate::return_to::ReturnTo;

/// How long a sign-in may take, in seconds.
const MOST_SECONDS: u64 = 600;
/// The longest secret of an invitation, in bytes.
const MOST_INVITATION: usize = 200;

/// `__Host-nexus-oidc`, or `nexus-oidc` if `public_url` is http on a loopback address.
async fn name() -> Result<&'static str> {
    Ok(match config::public_url().await?.is_https() {
        true => "__Host-nexus-oidc",
        false => "nexus-oidc",
    })
}

/// A sign-in that has begun.
pub(super) struct Begun {
    text: String,
}

impl Begun {
    /// A new sign-in. `invitation` is open in the browser, and the person goes on to `return_to`.
    pub(super) fn new(invitation: Option<&str>, return_to: Option<&ReturnTo>) -> Self {
        let random = URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>());
        let invitation = invitation.filter(|secret| is_secret(secret)).unwrap_or_default();
        let return_to = return_to.map(ReturnTo::as_str).unwrap_or_default();
        let now = clock::now_ms() / 1000;
        Self { text: format!("{now}.{random}.{invitation}.{return_to}") }
    }

    /// The sign-in of the browser, if it is at most ten minutes old.
    ///
    /// # Errors
    /// [`nexus_common::Error::Misconfigured`].
    pub(super) async fn of(inbound: &Inbound) -> Result<Option<Self>> {
        let text = cookie_value(inbound, name().await?)
            .filter(|text| is_fresh(text, clock::now_ms() / 1000));
        Ok(text.map(|text| Self { text: text.to_owned() }))
    }

    /// The secret of the invitation that was open in the browser.
    pub(super) fn invitation(&self) -> Option<&str> {
        self.text.split('.').nth(2).filter(|secret| !secret.is_empty())
    }

    /// The request of a program to which the person goes on.
    pub(super) fn return_to(&self) -> Option<ReturnTo> {
        self.text.splitn(4, '.').nth(3).and_then(ReturnTo::parse)
    }

    /// `state`, which proves that the browser that comes back is the one that went.
    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    /// `nonce`, which binds the id token to this sign-in.
    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// The PKCE verifier (RFC 7636, 4.1).
    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    fn derived(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(session_hash(&format!("oidc {what} {}", self.text)))
    }

    /// Gives the cookie to the browser. `Lax`, because the browser comes back from another site.
    ///
    /// # Errors
    /// [`nexus_common::Error::Misconfigured`].
    pub(super) async fn set(&self, response: &mut Response) -> Result<()> {
        set_cookie(response, &self.text, MOST_SECONDS).await
    }
}

/// Deletes the cookie.
///
/// # Errors
/// [`nexus_common::Error::Misconfigured`].
pub(super) async fn clear(response: &mut Response) -> Result<()> {
    set_cookie(response, "", 0).await
}

async fn set_cookie(response: &mut Response, value: &str, max_age_seconds: u64) -> Result<()> {
    let name = name().await?;
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let cookie = format!(
        "{name}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}"
    );
    // Appended, because the response may also set the session cookie.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(())
}

fn is_secret(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=MOST_INVITATION).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_fresh(text: &str, now: u64) -> bool {
    let mut parts = text.splitn(4, '.');
    let (begun, random, invitation) = (parts.next(), parts.next(), parts.next());
    let return_to = parts.next();
    let begun = begun.and_then(|text| text.parse::<u64>().ok());
    begun.is_some_and(|begun| now.abs_diff(begun) <= MOST_SECONDS)
        && random.is_some_and(|random| random.len() == 43 && is_secret(random))
        && invitation.is_some_and(|secret| secret.is_empty() || is_secret(secret))
        && return_to.is_some_and(|text| text.is_empty() || ReturnTo::parse(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_or_old_cookie_is_not_a_sign_in() {
        let random = "r".repeat(43);
        for (text, is_good) in [
            (format!("1000.{random}.."), true),
            (format!("1000.{random}.secret_-1."), true),
            (format!("1000.{random}../oauth/authorize?x=1.2"), true),
            (format!("1000.{random}.secret./oauth/authorize?x=1.2"), true),
            (format!("1000.{random}..//evil.example"), false),
            (format!("1000.{random}../"), false),
            (format!("399.{random}.."), false),
            (format!("1601.{random}.."), false),
            (format!("1000.{random}."), false),
            (format!("1000.{random}"), false),
            (format!("1000.{random}.a;b."), false),
            (format!("x.{random}.."), false),
            ("1000.short..".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_fresh(&text, 1000), is_good, "{text}");
        }
    }

    #[test]
    fn the_derived_values_differ() {
        let begun = Begun { text: "1000.r.".to_owned() };
        let values = [begun.state(), begun.nonce(), begun.verifier()];
        assert!(values.iter().all(|value| value.len() == 43));
        assert!(values[0] != values[1] && values[1] != values[2] && values[0] != values[2]);
    }
}
