//! Drafts: integrations whose provider has not granted access yet. A draft is deleted when its last sign-in can no longer
//! be finished, so that its name and its slug are free again.
//!
//! The schema says when that is: a trigger on `flows` moves `draft_ends_at`. This module must not delete an integration
//! that has a credential.

use serde_json::json;

use super::audit::{append, record_of};
use super::slugs::slug_taken;
use super::{Event, Integrations, RequestContext, Transaction, aggregated, read_row};
use crate::domain::{EventKind, IntegrationKey};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::Value;
use crate::quota::Quota;
use crate::request_id::RequestId;

/// The action of the audit record.
const ENDED: &str = "integration.expire";
/// The maximum number of drafts that one transaction deletes.
const MOST: u32 = 100;

/// Drafts whose sign-in has ended: those of workspace `?1`, or of all.
const OVER: &str = "health = 'pending' and key_id is null and draft_ends_at < unixepoch() * 1000
  and (?1 is null or workspace = ?1)";
/// The drafts of workspace `?1` that `?2` began, with the name `?3` or the slug `?4`. If somebody else signs in to one, it is
/// that person's too.
const OWN: &str =
    "is_draft = 1 and workspace = ?1 and created_by = ?2 and (name_key = ?3 or slug = ?4)
  and not exists (select 1 from flows where integration_id = integrations.id and actor <> ?2)";

/// An integration that somebody wants to create.
pub struct Wanted<'a> {
    /// The subject of the caller.
    pub subject: &'a str,
    /// The name.
    pub name: &'a str,
    /// The slug, if the caller chose one.
    pub slug: Option<&'a str>,
}

impl Wanted<'_> {
    /// The values of [`OWN`].
    fn values(&self, workspace: &str) -> Vec<Value> {
        vec![
            Value::text(workspace),
            Value::text(self.subject),
            Value::text(id::fold(self.name)),
            Value::from(self.slug),
        ]
    }
}

impl Integrations<'_> {
    /// Checks that the workspace may have one more integration, and that its name and its slug are free. Drafts that
    /// [`Transaction::replace_draft`] deletes do not count. [`Integrations::insert`] checks the same again.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], [`Error::NameTaken`], [`Error::Invalid`] if the slug is taken, [`Error::Storage`].
    pub async fn require_place(&self, wanted: &Wanted<'_>, quota: &Quota) -> Result<()> {
        let sql = format!(
            "with own as materialized (select id from integrations where {OWN})
             select (select count(*) from integrations where workspace = ?1) - (select count(*) from own) as count,
               (select id from integrations where workspace = ?1 and name_key = ?3
                 and id not in (select id from own)) as same_name,
               exists (select 1 from integrations where workspace = ?1 and slug = ?4
                 and id not in (select id from own)) as has_slug"
        );
        let row = read_row(&sql, wanted.values(self.workspace())).await?;
        let row = aggregated(row)?;
        quota.check_room(row.get("count")?)?;
        if let Some(id) = row.get::<Option<&str>>("same_name")? {
            return Err(Error::name_taken(wanted.name, id));
        }
        match wanted.slug {
            Some(slug) if row.get("has_slug")? => Err(slug_taken(slug)),
            _ => Ok(()),
        }
    }
}

/// Deletes drafts whose sign-in has ended: those of one workspace, or of all. Returns how many.
///
/// # Errors
/// [`Error::Storage`].
pub async fn sweep_drafts(workspace: Option<&str>) -> Result<i64> {
    let values = vec![Value::from(workspace)];
    let any = format!("select 1 from integrations where {OVER} limit 1");
    if read_row(&any, values.clone()).await?.is_none() {
        return Ok(0);
    }
    let tx = Transaction::begin().await?;
    let by = ("nexus", "SYSTEM", None);
    let ended = end(&tx, (OVER, values), by, "the sign-in was not finished in time").await?;
    tx.commit().await?;
    Ok(ended)
}

impl Transaction {
    /// Deletes the caller's own draft with this name or slug, for a new integration that is inserted in the same
    /// transaction. A person who begins again has given up the earlier sign-in. A draft that another person began, or signs
    /// in to, keeps its name.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn replace_draft(
        &self,
        context: &RequestContext<'_>,
        name: &str,
        slug: Option<&str>,
    ) -> Result<()> {
        let RequestContext { caller, request_id } = context;
        let wanted = Wanted { subject: &caller.subject, name, slug };
        let by = (caller.subject.as_str(), caller.role_name(), Some(*request_id));
        let which = (OWN, wanted.values(&caller.workspace));
        end(self, which, by, "the same person began again").await.map(drop)
    }
}

/// Deletes the drafts that meet a condition, which has values. `by` is the actor, the role and the request. Returns how many.
async fn end(
    tx: &Transaction,
    (which, values): (&str, Vec<Value>),
    (actor, role, request_id): (&str, &str, Option<&RequestId>),
    why: &str,
) -> Result<i64> {
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
        append(tx, workspace, record, request_id).await?;
        tx.record(&Event {
            key: IntegrationKey::new(workspace, id),
            kind: EventKind::Deleted,
            actor,
            detail,
            request_id: request_id.map_or("", RequestId::own),
        })
        .await?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}
