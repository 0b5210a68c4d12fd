//! Verifies an access token of this application (`nxt_…`): by the SHA-256 of its secret part, in constant time.
//!
//! The token must be for this application. The rest is as for every agent.

use nexus_common::auth::{KeyKind, Proof, Via, parse_key};
use nexus_common::domain::CredentialRow;
use nexus_common::store::find_access_token;
use nexus_common::{Error, Result, config};

use crate::agent::{FoundAgent, is_hash_of};

/// Whom the access token `text` proves.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::Storage`], [`Error::Misconfigured`].
pub(crate) async fn verify(text: &str) -> Result<Proof> {
    let parts = parse_key(KeyKind::AccessToken, text).ok_or_else(|| {
        let why = "the access token is mistyped: its length or its checksum is wrong";
        Error::InvalidToken(why.into())
    })?;
    let unknown = || {
        let why = "there is no such access token. It was revoked, or its app was ended. Connect the app again";
        Error::InvalidToken(why.into())
    };
    let found = find_access_token(parts.id).await?.ok_or_else(unknown)?;
    if !is_hash_of(&found.secret_hash, parts.secret) {
        return Err(unknown());
    }
    let public_url = config::public_url().await?;
    if !public_url.is_resource(&found.resource) {
        return Err(Error::InvalidToken(format!(
            "the access token is for {}, which is not this application. Connect the app again",
            found.resource
        )));
    }
    let agent = FoundAgent {
        workspace: found.workspace,
        id: found.agent_id,
        via: Via::AccessToken,
        credential: CredentialRow::AccessToken(parts.id.to_owned()),
        limits: Some(found.limits),
    };
    agent.proof_until(Some(found.expires_at))
}

/// The error for a refresh token in place of an access token.
pub(crate) fn refresh_token() -> Error {
    let why = "this is a refresh token. Exchange it at /oauth/token, and send the access token";
    Error::InvalidToken(why.into())
}
