//! Drafts: integrations whose provider has not granted access yet. A draft is deleted when its last sign-in can no longer
//! be finished, so that its name and its slug are free again.
//!
//! The schema says when that is: a trigger on `flows` moves `draft_ends_at`. This module must not delete an integration
//! that has a credential.

use serde_json::json;

use super::audit::{append, record_of};
use super::{Event, Transaction, read_row};
use crate::domain::{EventKind, IntegrationKey};
use crate::error::Result;
use crate::platform::sqlite::Value;

/// The action of the audit record.
const ENDED: &str = "integration.expire";
/// The actor in events and records.
const ACTOR: &str = "nexus";
/// The maximum number of drafts that one transaction deletes.
const MOST: u32 = 100;

/// Deletes drafts whose sign-in has ended: those of one workspace, or of all. Returns how many.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn sweep_drafts(workspace: Option<&str>) -> Result<i64> {
    let ended = "select 1 from integrations where health = 'pending'
                   and draft_ends_at < unixepoch() * 1000 and (?1 is null or workspace = ?1) limit 1";
    if read_row(ended, [Value::from(workspace)]).await?.is_none() {
        return Ok(0);
    }
    let tx = Transaction::begin().await?;
    let sql = format!(
        "delete from integrations where id in (
           select id from integrations where health = 'pending' and draft_ends_at < ?1
             and (?2 is null or workspace = ?2)
             and not exists(select 1 from credentials where integration_id = integrations.id)
           limit {MOST})
         returning id, workspace, name, manifest_id"
    );
    let rows = tx.query(&sql, [Value::integer(tx.now_ms), Value::from(workspace)]).await?;
    for row in &rows {
        let (id, workspace): (&str, &str) = (row.get("id")?, row.get("workspace")?);
        let detail = json!({
            "name": row.get::<&str>("name")?,
            "manifest_id": row.get::<&str>("manifest_id")?,
            "detail": "the sign-in at the provider was not finished in time",
        });
        let record = record_of((ACTOR, "SYSTEM"), (ENDED, "done"), Some(id), &detail);
        append(&tx, workspace, record, None).await?;
        tx.record(&Event {
            key: IntegrationKey::new(workspace, id),
            kind: EventKind::Deleted,
            actor: ACTOR,
            detail,
            request_id: "",
        })
        .await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}
