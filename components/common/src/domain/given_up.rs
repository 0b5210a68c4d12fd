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
    /// The time that calls have to end before the token is revoked. `None` if no call uses the token any more.
    #[serde(default)]
    pub grace: Option<Grace>,
}

/// The time that calls which have begun with a token have to end, before an attempt to revoke it. It ends early when the
/// connection is no longer in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grace {
    /// How long it lasts, in milliseconds from the time at which the token is given up.
    pub lasts_ms: i64,
    /// When the token expires, in milliseconds since the Unix epoch by the database's clock. `None` if the provider does not
    /// say.
    pub expires_at: Option<i64>,
}

impl Grace {
    /// The time of the first attempt to revoke a token that is given up at `now_ms`. A token that expires sooner has no
    /// call that is worth the wait.
    #[must_use]
    pub fn ends_at(self, now_ms: i64) -> i64 {
        let end = now_ms.saturating_add(self.lasts_ms);
        self.expires_at.map_or(end, |at| at.clamp(now_ms, end))
    }
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
