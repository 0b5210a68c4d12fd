//! The revocation of tokens.

use serde::{Deserialize, Serialize};

use super::Stored;
use crate::domain::{OutboxEntry, Receipt};

/// The request of [`PlanRevocation`](super::PlanRevocation).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationScope {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// The subject that asks, for events.
    pub actor: String,
    /// Whether to revoke all tokens even if other connections may end with them.
    #[serde(default)]
    pub force: bool,
}

impl RevocationScope {
    /// All tokens of an integration.
    #[must_use]
    pub fn new(stored: Stored, force: bool) -> Self {
        let Stored { workspace, integration_id, actor } = stored;
        Self { workspace, integration_id, actor, force }
    }

    /// The integration, and whether to revoke its tokens even if other connections may end with them.
    #[must_use]
    pub fn into_parts(self) -> (Stored, bool) {
        let Self { workspace, integration_id, actor, force } = self;
        (Stored { workspace, integration_id, actor }, force)
    }
}

/// The request of [`Revoke`](super::Revoke): entries of the outbox.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueRevocations {
    /// The workspace.
    pub workspace: String,
    /// The integration whose new entries are sent.
    pub integration_id: String,
    /// The subject that asks, for events.
    pub actor: String,
    /// Entries that were kept, and are sent as well.
    #[serde(default)]
    pub kept: Vec<String>,
}

impl DueRevocations {
    /// The new entries of an integration, and the entries `kept`.
    #[must_use]
    pub fn new(stored: Stored, kept: Vec<String>) -> Self {
        let Stored { workspace, integration_id, actor } = stored;
        Self { workspace, integration_id, actor, kept }
    }

    /// The integration, and the entries that were kept.
    #[must_use]
    pub fn into_parts(self) -> (Stored, Vec<String>) {
        let Self { workspace, integration_id, actor, kept } = self;
        (Stored { workspace, integration_id, actor }, kept)
    }
}

/// The plan for the revocation of an integration's tokens.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// A receipt for each token. It is `pending` if an entry revokes the token.
    pub receipts: Vec<Receipt>,
    /// Entries for the outbox.
    pub entries: Vec<OutboxEntry>,
    /// Receipts of tokens that were given up earlier and kept, and are revoked now. Each names its entry.
    #[serde(default)]
    pub kept: Vec<Receipt>,
    /// Other integrations of the workspace that use, or may use, the tokens.
    pub shared: Vec<String>,
    /// The version of the credential. 0 if there is none.
    pub version: i64,
}
