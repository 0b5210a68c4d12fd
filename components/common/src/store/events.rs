//! What happened to an integration, written in the transaction of what it tells.
//!
//! Details hold facts for people; never a secret, never a provider's text that was not screened.

use serde_json::Value as Json;

use super::Transaction;
use crate::error::Result;
use crate::platform::sqlite::Value;

/// Something that happened to an integration.
pub struct Event<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// The integration; it may be gone.
    pub integration_id: &'a str,
    /// `integration.created`, `integration.health`, `integration.deleted`
    pub kind: &'a str,
    /// The subject of the token of whoever did it.
    pub actor: &'a str,
    /// Facts, as a JSON object.
    pub detail: Json,
    /// The request in which it happened.
    pub request_id: &'a str,
}

impl Event<'_> {
    pub(super) async fn insert(&self, transaction: &Transaction) -> Result<()> {
        transaction
            .query(
                "insert into events (workspace, integration_id, at, kind, actor, detail, request_id)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                [
                    Value::text(self.workspace),
                    Value::text(self.integration_id),
                    Value::integer(transaction.now_ms),
                    Value::text(self.kind),
                    Value::text(self.actor),
                    Value::text(self.detail.to_string()),
                    Value::text(self.request_id),
                ],
            )
            .await?;
        Ok(())
    }
}
