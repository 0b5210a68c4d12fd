//! Verifies the session cookie of a browser: by its SHA-256.

use nexus_common::auth::{Caller, CallerKind, Proof, Via, session_hash};
use nexus_common::domain::{Basis, CredentialRow};
use nexus_common::store::find_session;
use nexus_common::{Error, Result};

/// Whom the cookie proves.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::Storage`].
pub(crate) async fn verify(cookie: &str) -> Result<Proof> {
    let session = find_session(session_hash(cookie))
        .await?
        .ok_or_else(|| Error::InvalidToken("the session has ended. Sign in again".into()))?;
    let expires_at = u64::try_from(session.expires_at / 1000).unwrap_or(0);
    let person = session.person;
    let basis = Basis {
        person: Some(person.id.clone()),
        credential: Some(CredentialRow::Session(session.id)),
        ..Basis::default()
    };
    let caller = Caller {
        subject: person.actor().to_owned(),
        workspace: person.workspace,
        kind: CallerKind::Person,
        role: Some(person.role),
        role_source: None,
        expires_at,
        via: Via::Session,
        basis,
    };
    // A person's role can be changed here at any time, so a session is asked for with each request.
    Ok(Proof { caller, expires_at, is_reusable: false })
}
