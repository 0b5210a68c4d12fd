//! Verifies the key of an agent (`nxa_…`): by the SHA-256 of its secret part, in constant time.
//!
//! A key with a wrong checksum is rejected before the database is asked. Whether the agent is switched off is
//! not decided here, but by each component for each request.

use nexus_common::auth::{Caller, CallerKind, KeyKind, Proof, Role, Via, parse_key, session_hash};
use nexus_common::domain::{Basis, CredentialRow};
use nexus_common::platform::clock;
use nexus_common::store::find_key;
use nexus_common::{Error, Result};
use subtle::ConstantTimeEq;

/// Whom the key `text` proves.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::Storage`].
pub(crate) async fn verify(text: &str) -> Result<Proof> {
    let parts = parse_key(KeyKind::Agent, text).ok_or_else(|| {
        let why = "the key is mistyped: its length or its checksum is wrong. Copy the whole key";
        Error::InvalidToken(why.into())
    })?;
    let unknown = || {
        let why = "there is no such key. It was revoked, or belongs to another deployment";
        Error::InvalidToken(why.into())
    };
    let found = find_key(parts.id).await?.ok_or_else(unknown)?;
    let stored = found.secret_hash.as_deref().ok_or_else(unknown)?;
    if !bool::from(session_hash(parts.secret).as_slice().ct_eq(stored)) {
        return Err(unknown());
    }
    let now = clock::now_ms();
    let expires_at = match found.expires_at.map(|at| u64::try_from(at).unwrap_or(0)) {
        Some(at) if at <= now => return Err(Error::TokenExpired),
        Some(at) => at / 1000,
        None => u64::MAX,
    };
    let basis = Basis {
        agent: Some(found.agent_id.clone()),
        credential: Some(CredentialRow::AgentKey(parts.id.to_owned())),
        ..Basis::default()
    };
    let caller = Caller {
        workspace: found.workspace,
        subject: found.agent_id,
        kind: CallerKind::Agent,
        role: Some(Role::Agent),
        role_source: None,
        expires_at,
        via: Via::AgentKey,
        basis,
    };
    Ok(Proof { caller, expires_at, is_reusable: true })
}
