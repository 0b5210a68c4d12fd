//! The tick secret. `/api/tick` requires it, and it gives access to the details of `/api/health`.
//!
//! This module must not accept a user's token in place of the secret.

mod guesses;

use http::header;

use crate::auth::is_token;
use crate::config;
use crate::error::{Error, Result};
use crate::http::Inbound;
use crate::platform::variables;
use crate::secret::Secret;

/// Rejects a request without the tick secret.
///
/// # Errors
/// [`Error::NotFound`] if the deployment has no tick secret, [`Error::MissingToken`],
/// [`Error::InvalidToken`], [`Error::Misconfigured`].
pub async fn require(inbound: &Inbound) -> Result<()> {
    let secret = secret().await?.ok_or_else(|| {
        Error::NotFound("/api/tick is off. To use it, set the variable `tick_secret`".into())
    })?;
    let sent = sent(inbound).ok_or(Error::MissingToken)?;
    if !secret.matches(sent) {
        guesses::note();
        return Err(Error::InvalidToken("the Authorization header is not the tick secret".into()));
    }
    guesses::tell();
    Ok(())
}

/// Whether the request has the tick secret. Any other value that is not a token or key of ours counts as a wrong guess.
pub async fn is_held_by(inbound: &Inbound) -> bool {
    // Health is asked again and again, so the last guesses of a burst are logged too.
    guesses::tell();
    let (Ok(Some(secret)), Some(sent)) = (secret().await, sent(inbound)) else { return false };
    let holds = secret.matches(sent);
    if !holds && !std::str::from_utf8(sent).is_ok_and(is_token) {
        guesses::note();
    }
    holds
}

/// The tick secret. `None` if it is not set.
///
/// # Errors
/// [`Error::Misconfigured`] if it can be guessed.
pub async fn secret() -> Result<Option<Secret>> {
    let Some(secret) = variables::get("tick_secret").await.map(Secret::new) else {
        return Ok(None);
    };
    config::check_secret("tick_secret", &secret)?;
    Ok(Some(secret))
}

fn sent(inbound: &Inbound) -> Option<&[u8]> {
    let mut values = inbound.headers().get_all(header::AUTHORIZATION).iter();
    let first = values.next()?.as_bytes();
    if values.next().is_some() { None } else { first.strip_prefix(b"Bearer ") }
}
