//! Tokens that are no longer needed, and what became of them.

use serde::{Deserialize, Serialize};

use super::TokenState;

/// One token and its revocation call, as the broker sealed them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// The id of the entry. The ciphertext is bound to it.
    pub id: String,
    /// The name of the token: `access_token`, `refresh_token`, or a credential field.
    pub token: String,
    /// The ciphertext in base64.
    pub sealed: String,
    /// The id of the key that sealed it.
    pub key_id: String,
    /// Whether the manifest says that the call revokes the whole grant of the account to the client.
    pub ends_grant: bool,
    /// Whether the call may revoke more than the token. A statement in the manifest counts only with a
    /// source.
    pub cautious: bool,
    /// The manifest that describes the call.
    pub manifest_id: String,
    /// The SHA-256 of its document.
    pub manifest_hash: String,
    /// The origin of the call.
    pub revocation_server: Option<String>,
    /// The digest of the token.
    pub digest: String,
    /// The origin of the token endpoint, if there is one.
    pub authorization_server: Option<String>,
    /// The OAuth client, if there is one.
    pub client_id: Option<String>,
    /// The account at the provider, if it is known.
    pub account_id: Option<String>,
}

/// The state of one token after its integration was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The token: the name of the credential field.
    pub token: String,
    /// The state of the token.
    pub state: TokenState,
    /// The reason, and where a person can revoke the token.
    pub detail: String,
    /// The entry in the outbox, if there is one.
    pub entry_id: Option<String>,
}

/// Tokens that are no longer needed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct GivenUp {
    /// The revocation requests, for the outbox.
    pub entries: Vec<OutboxEntry>,
    /// The receipts of tokens without a revocation request.
    pub failed: Vec<Receipt>,
    /// Whether to revoke them even if other connections may end with them.
    #[serde(default)]
    pub forced: bool,
}

impl GivenUp {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.failed.is_empty()
    }
}
