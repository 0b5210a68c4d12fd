//! Verifies an access token of this application (`nxt_…`): by the SHA-256 of its secret part, in constant time.
//!
//! Whoever has the token is an agent, never more. Whether the agent, its person or the token was switched off or
//! ended is not decided here, but by each component for each request.

use nexus_common::auth::{Caller, CallerKind, KeyKind, Proof, Role, Via, parse_key, session_hash};
use nexus_common::domain::{Basis, CredentialRow};
use nexus_common::platform::clock;
use nexus_common::store::find_access_token;
use nexus_common::{Error, Result, config};
use subtle::ConstantTimeEq;

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
    if !bool::from(session_hash(parts.secret).as_slice().ct_eq(&found.secret_hash)) {
        return Err(unknown());
    }
    let public_url = config::public_url().await?;
    if !public_url.is_resource(&found.resource) {
        return Err(Error::InvalidToken(format!(
            "the access token is for {}, which is not this application. Connect the app again",
            found.resource
        )));
    }
    let expires_at = u64::try_from(found.expires_at).unwrap_or(0);
    if expires_at <= clock::now_ms() {
        return Err(Error::TokenExpired);
    }
    let expires_at = expires_at / 1000;
    let basis = Basis {
        agent: Some(found.agent_id.clone()),
        credential: Some(CredentialRow::AccessToken(parts.id.to_owned())),
        limits: Some(found.limits),
        ..Basis::default()
    };
    let caller = Caller {
        workspace: found.workspace,
        subject: found.agent_id,
        kind: CallerKind::Agent,
        role: Some(Role::Agent),
        role_source: None,
        expires_at,
        via: Via::AccessToken,
        basis,
    };
    Ok(Proof { caller, expires_at, is_reusable: true })
}

/// The error for a refresh token in place of an access token.
pub(crate) fn refresh_token() -> Error {
    let why = "this is a refresh token. Exchange it at /oauth/token, and send the access token";
    Error::InvalidToken(why.into())
}
