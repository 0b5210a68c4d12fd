//! Verifies the key of an agent (`nxa_…`): by the SHA-256 of its secret part, in constant time.
//!
//! A key with a wrong checksum is rejected before the database is asked.

use nexus_common::auth::{KeyKind, Proof, Via, parse_key};
use nexus_common::domain::CredentialRow;
use nexus_common::store::find_key;
use nexus_common::{Error, Result};

use crate::agent::{FoundAgent, is_hash_of};

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
    if !is_hash_of(stored, parts.secret) {
        return Err(unknown());
    }
    let agent = FoundAgent {
        workspace: found.workspace,
        id: found.agent_id,
        via: Via::AgentKey,
        credential: CredentialRow::AgentKey(parts.id.to_owned()),
        limits: None,
    };
    agent.proof_until(found.expires_at)
}
