//! Decides whether a person whom the identity provider has signed in is let in, and begins the session.
//!
//! A role that a claim gives counts. Without one, the person's own row decides, if an invitation made it. A role
//! that a claim gave earlier does not stay when the claim is gone.

use nexus_common::Result;
use nexus_common::auth::{IdProof, session_hash};
use nexus_common::domain::{AccountStatus, PersonSource};
use nexus_common::http::RequestId;
use nexus_common::secret::Secret;
use nexus_common::store::{Admits, People, Person, Transaction};

use crate::session;

/// Why a person is not let in.
pub(super) enum Refused {
    /// Nobody here knows the person.
    Unknown {
        /// The person's name at the provider.
        name: String,
    },
    /// An ADMIN has switched the person off.
    Disabled,
    /// The invitation is used up, deleted or expired, or its maker is not an ADMIN any longer.
    Gone,
    /// The invitation is for another workspace than the claim names.
    Elsewhere,
    /// The invitation is for a person who signs in here. The provider's person must never become that person.
    SignInLink,
}

impl Refused {
    /// The text for the person.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Unknown { name } => format!(
                "The identity provider signed you in as {name}, but no workspace here knows you. Ask an ADMIN of \
                 your workspace to invite you, or the operators of the identity provider for a role."
            ),
            Self::Disabled => "An ADMIN has switched you off. Ask an ADMIN of your workspace.".into(),
            Self::Gone => {
                "The invitation was used or deleted, has expired, or was made by a person who is not an ADMIN any \
                 longer. Ask an ADMIN for a new one."
                    .into()
            }
            Self::Elsewhere => "The invitation is for another workspace than yours. Ask the ADMIN who invited you.".into(),
            Self::SignInLink => {
                "The link is for a person who does not sign in at the identity provider. Open it again, and use the \
                 button Sign in."
                    .into()
            }
        }
    }
}

/// The secret of the new session of the person whom `proof` names. `invitation` was open in the browser.
///
/// # Errors
/// [`nexus_common::Error::Stopped`], [`nexus_common::Error::Storage`].
pub(super) async fn admit(
    proof: &IdProof,
    invitation: Option<&str>,
    request_id: &RequestId,
) -> Result<Result<Secret, Refused>> {
    let tx = Transaction::begin().await?;
    let person = match find(&tx, proof, invitation, request_id).await? {
        Ok(person) => person,
        Err(refused) => return Ok(Err(refused)),
    };
    if person.status != AccountStatus::Active {
        return Ok(Err(Refused::Disabled));
    }
    session::open(tx, &person, "oidc", request_id).await.map(Ok)
}

async fn find(
    tx: &Transaction,
    proof: &IdProof,
    invitation: Option<&str>,
    request_id: &RequestId,
) -> Result<Result<Person, Refused>> {
    let identity = (proof.issuer.as_str(), proof.subject.as_str());
    let named = (proof.name.as_str(), proof.email.as_deref());
    if let (Some(workspace), Some(role)) = (&proof.workspace, proof.role) {
        let people = People::of(workspace);
        let role = (role, PersonSource::Oidc);
        return people.save_outside(tx, identity, named, role, request_id).await.map(Ok);
    }
    let is_in = |workspace: &str| proof.workspace.as_deref().is_none_or(|own| own == workspace);
    if let Some(secret) = invitation {
        let Some(found) = tx.use_invitation(session_hash(secret)).await? else {
            return Ok(Err(Refused::Gone));
        };
        if !is_in(&found.workspace) {
            // Nothing is committed, so the invitation stays valid.
            return Ok(Err(Refused::Elsewhere));
        }
        let Admits::New { role, .. } = found.admits else { return Ok(Err(Refused::SignInLink)) };
        let people = People::of(&found.workspace);
        let role = (role, PersonSource::Local);
        return people.save_outside(tx, identity, named, role, request_id).await.map(Ok);
    }
    let known =
        tx.find_invited(identity.0, identity.1).await?.filter(|person| is_in(&person.workspace));
    Ok(known.ok_or_else(|| Refused::Unknown {
        name: proof.email.clone().unwrap_or_else(|| proof.name.clone()),
    }))
}
