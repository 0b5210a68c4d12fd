//! The common part of all proofs of an agent: a key, a signed token or the access token of an app.
//!
//! The caller with such a proof is an agent, never more. This module does not decide whether the agent, its
//! person, its key or its token is still active. Each component decides that for each request.

use nexus_common::auth::{Caller, CallerKind, Proof, Role, Via, session_hash};
use nexus_common::domain::{Basis, CredentialRow, GrantLimits};
use nexus_common::platform::clock;
use nexus_common::{Error, Result};
use subtle::ConstantTimeEq;

/// Whether `stored` is the SHA-256 of `secret`. Compared in constant time.
pub(crate) fn is_hash_of(stored: &[u8], secret: &str) -> bool {
    session_hash(secret).as_slice().ct_eq(stored).into()
}

/// Checks that a key or token that expires at `expires_at`, in milliseconds since the Unix epoch, is still valid.
/// `None`: it does not expire.
///
/// # Errors
/// [`Error::TokenExpired`].
pub(crate) fn require_not_expired(expires_at: Option<i64>) -> Result<()> {
    let is_over = |at: i64| u64::try_from(at).unwrap_or(0) <= clock::now_ms();
    if expires_at.is_some_and(is_over) { Err(Error::TokenExpired) } else { Ok(()) }
}

/// An agent whose key or token was found, and is genuine.
pub(crate) struct FoundAgent {
    pub(crate) workspace: String,
    /// The id: `agt_…`.
    pub(crate) id: String,
    pub(crate) via: Via,
    /// The key or the token.
    pub(crate) credential: CredentialRow,
    /// For a connected app: the limits that its person agreed to.
    pub(crate) limits: Option<GrantLimits>,
}

impl FoundAgent {
    /// The proof by a key or token that expires at `expires_at`, in milliseconds since the Unix epoch. `None`: it
    /// does not expire.
    ///
    /// # Errors
    /// [`Error::TokenExpired`].
    pub(crate) fn proof_until(self, expires_at: Option<i64>) -> Result<Proof> {
        require_not_expired(expires_at)?;
        let expires_at = expires_at.map_or(u64::MAX, |at| u64::try_from(at).unwrap_or(0) / 1000);
        Ok(Proof { caller: self.caller(expires_at), expires_at, is_reusable: true })
    }

    /// The caller, by a proof that expires at `expires_at`, in seconds since the Unix epoch.
    pub(crate) fn caller(self, expires_at: u64) -> Caller {
        let Self { workspace, id, via, credential, limits } = self;
        Caller {
            workspace,
            subject: id.clone(),
            kind: CallerKind::Agent,
            role: Some(Role::Agent),
            role_source: None,
            expires_at,
            via,
            basis: Basis {
                agent: Some(id),
                credential: Some(credential),
                limits,
                ..Basis::default()
            },
        }
    }
}
