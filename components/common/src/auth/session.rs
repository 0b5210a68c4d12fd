//! The session cookie of a browser that is signed in.
//!
//! The cookie has 256 random bits, and the database has its SHA-256 only. A request with the cookie must come
//! from a page of this application, so that no other site can act with it. Its value must never be in a log or a
//! URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderName, header};
use sha2::{Digest, Sha256};

use crate::config;
use crate::error::{Error, Result};
use crate::http::{Inbound, cookie_value, set};
use crate::platform::clock;
use crate::platform::http::Response;
use crate::secret::Secret;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// `__Host-nexus-session`, or `nexus-session` if `public_url` is http on a loopback address.
async fn name() -> Result<&'static str> {
    Ok(match config::public_url().await?.is_https() {
        true => "__Host-nexus-session",
        false => "nexus-session",
    })
}

/// A value for a new session cookie.
#[must_use]
pub fn new_session_secret() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>()))
}

/// The SHA-256 of a session cookie, or of the secret of a sign-in link.
#[must_use]
pub fn session_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The session cookie of the request, if the browser has a well-formed one.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn session_cookie(inbound: &Inbound) -> Result<Option<String>> {
    let name = name().await?;
    Ok(cookie_value(inbound, name).filter(|value| is_session_cookie(value)).map(str::to_owned))
}

/// Sets the session cookie, for as long as a session lasts at most.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn set_session_cookie(response: &mut Response, secret: &Secret) -> Result<()> {
    write(response, secret.expose(), crate::store::SESSION_MOST_MS / 1000).await
}

/// Deletes the session cookie.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn clear_session_cookie(response: &mut Response) -> Result<()> {
    write(response, "", 0).await
}

async fn write(response: &mut Response, value: &str, seconds: i64) -> Result<()> {
    let name = name().await?;
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    set(response, header::SET_COOKIE, &cookie);
    Ok(())
}

/// Checks that a request with a session cookie comes from a page of this application (Fetch Metadata, 2.1, or
/// the `Origin` of `public_url`).
///
/// # Errors
/// [`Error::CrossSite`], [`Error::Misconfigured`].
pub async fn require_same_origin(inbound: &Inbound) -> Result<()> {
    let public_url = config::public_url().await?;
    let is_ours = match (inbound.header(&SEC_FETCH_SITE), inbound.header(&header::ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == public_url.as_str(),
        (None, None) => false,
    };
    if is_ours {
        return Ok(());
    }
    let why = format!(
        "a session cookie counts only for requests from pages of {}. Send an Authorization header instead",
        public_url.as_str()
    );
    Err(Error::CrossSite(why))
}

fn is_session_cookie(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}
