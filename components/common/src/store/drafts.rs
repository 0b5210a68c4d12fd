//! Drafts: integrations whose provider has not granted access yet. A draft is deleted when its last sign-in can no longer
//! be finished, so that its name and its slug are free again.
//!
//! The schema says when that is: a trigger on `flows` moves `draft_ends_at`. This module must not delete an integration
//! that has a credential.

use serde_json::json;

use super::audit::{append, record_of};
use super::{Event, RequestContext, Transaction, read_row};
use crate::domain::{EventKind, IntegrationKey};
use crate::error::Result;
use crate::id;
use crate::platform::sqlite::Value;
use crate::request_id::RequestId;

/// The action of the audit record.
const ENDED: &str = "integration.expire";
/// The maximum number of drafts that one transaction deletes.
const MOST: u32 = 100;

/// Drafts whose sign-in has ended: those of workspace `?1`, or of all.
const OVER: &str = "health = 'pending' and key_id is null and draft_ends_at < unixepoch() * 1000
  and (?1 is null or workspace = ?1)";
/// The drafts of workspace `?1` that `?2` began, with the name `?3` or the slug `?4`.
const OWN: &str =
    "is_draft and workspace = ?1 and created_by = ?2 and (name_key = ?3 or slug = ?4)";

/// Deletes drafts whose sign-in has ended: those of one workspace, or of all. Returns how many.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn sweep_drafts(workspace: Option<&str>) -> Result<i64> {
    let by = ("nexus", "SYSTEM", None);
    end(OVER, vec![Value::from(workspace)], by, "the sign-in was not finished in time").await
}

/// Deletes the caller's own draft with this name or slug: who begins again has given the earlier sign-in up. The drafts
/// of other people keep their names.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn replace_draft(
    context: &RequestContext<'_>,
    name: &str,
    slug: Option<&str>,
) -> Result<()> {
    let RequestContext { caller, request_id } = context;
    let values = vec![
        Value::text(caller.workspace.as_str()),
        Value::text(caller.subject.as_str()),
        Value::text(id::fold(name)),
        Value::from(slug),
    ];
    let by = (caller.subject.as_str(), caller.role_name(), Some(*request_id));
    end(OWN, values, by, "the same person began again").await.map(drop)
}

/// Deletes the drafts that meet the condition `which`. `by` is the actor, the role and the request.
async fn end(
    which: &str,
    values: Vec<Value>,
    (actor, role, request_id): (&str, &str, Option<&RequestId>),
    why: &str,
) -> Result<i64> {
    let any = format!("select 1 from integrations where {which} limit 1");
    if read_row(&any, values.clone()).await?.is_none() {
        return Ok(0);
    }
    let tx = Transaction::begin().await?;
    let sql = format!(
        "delete from integrations where id in (
           select id from integrations where {which}
             and not exists(select 1 from credentials where integration_id = integrations.id)
           limit {MOST})
         returning id, workspace, name, manifest_id"
    );
    let rows = tx.query(&sql, values).await?;
    for row in &rows {
        let (id, workspace): (&str, &str) = (row.get("id")?, row.get("workspace")?);
        let detail = json!({
            "name": row.get::<&str>("name")?,
            "manifest_id": row.get::<&str>("manifest_id")?,
            "detail": why,
        });
        let record = record_of((actor, role), (ENDED, "done"), Some(id), &detail);
        append(&tx, workspace, record, request_id).await?;
        tx.record(&Event {
            key: IntegrationKey::new(workspace, id),
            kind: EventKind::Deleted,
            actor,
            detail,
            request_id: request_id.map_or("", RequestId::own),
        })
        .await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}
