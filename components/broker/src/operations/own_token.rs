//! Rejects a token or key of this application that a person enters as a provider's key.
//!
//! Such a token must not be stored. Sent to a provider, it would give away the person's own rights. Sent back
//! to this application, it would let an agent act with them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexus_common::auth::{is_jwt, is_token};
use nexus_common::secret::Secret;
use nexus_common::{Error, Result, config, id};
use nexus_printable::pointer::below;
use serde_json::Value;

/// Rejects a field with a key of ours, or with a JWT of an agent or of an issuer that the deployment trusts, even
/// after a scheme (`Bearer …`).
///
/// # Errors
/// [`Error::Invalid`] with the field. [`Error::Misconfigured`].
pub(crate) async fn ensure_none(fields: &BTreeMap<String, Secret>) -> Result<()> {
    let words = || {
        let texts = fields.iter().map(|(name, value)| (name, value.expose()));
        texts.flat_map(|(name, text)| text.split_whitespace().map(move |word| (name, word)))
    };
    if let Some((name, _)) = words().find(|(_, word)| is_token(word) && !is_jwt(word)) {
        return Err(Error::invalid(
            below("/credentials", name),
            "this is a key for Integration Nexus itself, not a credential of the provider: enter the key \
             that the provider gave you",
        ));
    }
    let mut tokens = words().filter(|(_, word)| is_jwt(word)).peekable();
    if tokens.peek().is_none() {
        return Ok(());
    }
    let own = config::outside_issuers().await?;
    // Agents sign tokens with their own keys, and each is the issuer of its tokens.
    let is_own = |issuer: &String| {
        issuer.starts_with(id::AGENT) || own.iter().any(|known| known.name == *issuer)
    };
    match tokens.find_map(|(name, token)| Some((name, issuer(token).filter(is_own)?))) {
        None => Ok(()),
        Some((name, own)) => Err(Error::invalid(
            below("/credentials", name),
            format!(
                "this is a token for Integration Nexus itself (its issuer is {own}), not a \
                 credential of the provider: enter the key that the provider gave you"
            ),
        )),
    }
}

/// The claim `iss` of a JWT, which is not verified.
fn issuer(token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_read_if_there_is_one() {
        let token = |claims: &str| format!("eyJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(issuer(&token(r#"{"iss":"https://id"}"#)).as_deref(), Some("https://id"));
        for none in ["{}", r#"{"iss":1}"#, "[]", "x"] {
            assert_eq!(issuer(&token(none)), None, "{none}");
        }
    }
}
