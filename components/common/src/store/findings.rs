//! Findings: revocations that ended more than their own token, although the manifest says otherwise.
//!
//! One workspace must not decide for the others. A finding about a built-in manifest applies to all
//! workspaces only when a second workspace has the same finding.

use serde_json::json;

use super::{RequestContext, Transaction, aggregated, read_row};
use crate::domain::manifest_id::is_own;
use crate::error::Result;
use crate::platform::sqlite::Value;

/// The subject of a finding.
pub struct Place<'a> {
    /// The workspace that revoked the token.
    pub workspace: &'a str,
    /// The manifest that describes the revocation.
    pub manifest_id: &'a str,
    /// The origin of the token endpoint or, without one, of the revocation call.
    pub server: &'a str,
    /// The OAuth client. Empty if there is no client.
    pub client_id: &'a str,
}

impl Place<'_> {
    fn values(&self) -> [Value; 4] {
        [self.workspace, self.manifest_id, self.server, self.client_id].map(Value::text)
    }

    /// Records that the provider rejected the token of another connection right after the token of
    /// `integration_id` was revoked. `detail` is the provider's response.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn note(&self, tx: &Transaction, integration_id: &str, detail: &str) -> Result<()> {
        let sql = "insert or replace into revocation_findings
                     (workspace, manifest_id, server, client_id, at, integration_id, detail)
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let more = [Value::integer(tx.now_ms), Value::text(integration_id), Value::text(detail)];
        tx.query(sql, self.values().into_iter().chain(more)).await.map(drop)
    }

    /// Whether a revocation here was found to end more than its token. One finding of this workspace is
    /// enough. For a built-in manifest, findings of two workspaces are enough.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn is_found(&self) -> Result<bool> {
        let sql = "select 1 from revocation_findings
                   where manifest_id = ?2 and server = ?3 and client_id = ?4
                   group by manifest_id
                   having max(workspace = ?1) or (count(*) > 1 and not ?5)";
        let is_own = Value::from(i64::from(is_own(self.manifest_id)));
        Ok(read_row(sql, self.values().into_iter().chain([is_own])).await?.is_some())
    }
}

/// The findings of a workspace about one manifest.
pub struct Findings<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// The manifest.
    pub manifest_id: &'a str,
}

impl Findings<'_> {
    fn values(&self) -> [Value; 2] {
        [self.workspace, self.manifest_id].map(Value::text)
    }

    /// The findings as the JSON object that clients get, newest first. Each of its `items` has `server` (an
    /// origin), `client_id`, `at` (RFC 3339, UTC), `integration_id` (whose token was revoked; the integration
    /// may be deleted by now) and `detail`.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn list(&self) -> Result<String> {
        let sql = "select json_object('items', json_group_array(json(item))) from (
                     select json_object('server', server, 'client_id', nullif(client_id, ''),
                       'at', strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch'),
                       'integration_id', integration_id, 'detail', detail) as item
                     from revocation_findings where workspace = ?1 and manifest_id = ?2
                     order by at desc)";
        let row = read_row(sql, self.values()).await?;
        Ok(aggregated(row)?.into_text()?)
    }

    /// Deletes the findings. From then on the manifest is trusted again, unless two other workspaces have the
    /// same finding. If there is no finding, the audit record gets no entry.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn clear(&self, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let sql = "delete from revocation_findings where workspace = ?1 and manifest_id = ?2
                   returning 1";
        let cleared = tx.query(sql, self.values()).await?.len();
        if cleared > 0 {
            let detail = json!({ "cleared": cleared });
            tx.audit(&by.entry("manifest.findings_clear", self.manifest_id, detail)).await?;
        }
        tx.commit().await
    }
}
