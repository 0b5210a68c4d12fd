//! Credentials of an integration: new ones, and stored ones.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{
    Account, AuthMethod, Caller, GivenUp, Health, IntegrationKey, SealedCredential,
};
use crate::reads::Reads;
use crate::secret::{SecretJson, expose_to};

/// The request of [`Seal`](super::Seal): credentials that are not stored yet.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct NewCredentials {
    /// The workspace.
    pub workspace: String,
    /// The integration that the credentials are for. The ciphertext is bound to it.
    pub integration_id: String,
    /// The manifest. `None` for an existing integration, which keeps the version of the manifest that it was
    /// created with.
    pub manifest_id: Option<String>,
    /// Unchecked parameters. For an existing integration, the parameters to change.
    pub params: Map<String, Value>,
    /// Unchecked credential fields.
    #[serde(serialize_with = "expose_to")]
    pub credentials: SecretJson,
    /// The entry of the manifest's `find` to connect a stored credential to, by its value. Nothing else is changed
    /// then.
    #[serde(default)]
    pub choice: Option<String>,
    /// Whether the credentials are verified at the provider.
    pub verify: bool,
    /// The subject that enters the credentials, for events.
    pub actor: String,
    /// Whether an ADMIN enters them, who alone may name the whole host of a provider.
    pub is_admin: bool,
    /// Whether to revoke the replaced credential even if another workspace uses it. `None` if the caller has
    /// not decided. Then the operation fails with `grant_shared` if another workspace uses it.
    pub force: Option<bool>,
}

impl NewCredentials {
    /// The integration.
    #[must_use]
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }
}

/// The response of [`Seal`](super::Seal): everything that the caller stores.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sealed {
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
    /// How the provider authenticates its callers.
    pub auth_method: AuthMethod,
    /// Checked parameters.
    pub params: Map<String, Value>,
    /// The new credential. `None` if the stored credential stays in use.
    pub credential: Option<SealedCredential>,
    /// Healthy after a verification, pending if a person has still to choose, otherwise unknown.
    pub health: Health,
    /// The account at the provider.
    pub account: Account,
    /// The version of the stored credential that the new one replaces. 0 if there is none.
    pub replaces: i64,
    /// The tokens that were obtained for the new credential. They are revoked if it cannot be stored.
    pub lost: GivenUp,
    /// The tokens that the new credential replaces.
    pub replaced: GivenUp,
    /// The calls of the provider that only read.
    pub reads: Reads,
}

/// A stored credential. The broker loads everything else itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// The subject that asks, for events.
    pub actor: String,
}

impl Stored {
    /// The integration `id` in the workspace of `caller`.
    pub fn of(caller: &Caller, id: &str) -> Self {
        Self {
            workspace: caller.workspace.clone(),
            integration_id: id.to_owned(),
            actor: caller.subject.clone(),
        }
    }

    /// The integration.
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }
}

/// The response of [`ListChoices`](super::ListChoices): what the credential can be connected to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Choices {
    /// The label of the entries, in the words of the manifest: `Site`.
    pub label: String,
    /// The entries that the provider lists.
    pub items: Vec<Choice>,
}

/// An entry of [`Choices`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Choice {
    /// The value that names the entry.
    pub value: String,
    /// The name that people know it by.
    pub label: String,
    /// Whether the integration is connected to it.
    pub chosen: bool,
}

/// The response of [`Check`](super::Check).
#[derive(Debug, Serialize, Deserialize)]
pub struct Checked {
    /// The health.
    pub health: Health,
    /// The reason, in words without secrets.
    pub detail: Option<String>,
}
