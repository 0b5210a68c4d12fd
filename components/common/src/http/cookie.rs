//! The flow cookie, which identifies the browser that began an authorization (RFC 9700, 4.7).
//!
//! The cookie has 256 random bits. A browser has one, and uses it for concurrent flows too. Its value must
//! never be in a log or a URL.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;

use super::{Inbound, set};
use crate::config;
use crate::error::Result;
use crate::platform::clock;
use crate::platform::http::Response;

/// `__Host-nexus-flow`, or `nexus-flow` if `public_url` is http on a loopback address.
async fn name() -> Result<&'static str> {
    Ok(match config::public_url().await?.is_https() {
        true => "__Host-nexus-flow",
        false => "nexus-flow",
    })
}

/// The flow cookie of the request, if the browser has a well-formed one.
///
/// # Errors
/// [`crate::Error::Misconfigured`].
pub async fn flow_cookie(inbound: &Inbound) -> Result<Option<String>> {
    let name = name().await?;
    Ok(value_of(inbound, name).filter(|value| is_flow_cookie(value)).map(str::to_owned))
}

/// The value of the cookie `name` (RFC 6265, 4.2.1).
pub fn value_of<'a>(inbound: &'a Inbound, name: &str) -> Option<&'a str> {
    let headers = inbound.headers().get_all(header::COOKIE).iter();
    let mut pairs =
        headers.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    pairs.find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// A value for a new flow cookie.
pub fn new_flow_cookie() -> String {
    URL_SAFE_NO_PAD.encode(clock::random_bytes::<32>())
}

/// Sets the flow cookie for the next ten minutes.
///
/// # Errors
/// [`crate::Error::Misconfigured`].
pub async fn set_flow_cookie(response: &mut Response, value: &str) -> Result<()> {
    let name = name().await?;
    let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax{secure}");
    set(response, header::SET_COOKIE, &cookie);
    Ok(())
}

pub(crate) fn is_flow_cookie(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}
