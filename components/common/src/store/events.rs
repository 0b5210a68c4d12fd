//! The events of integrations. Each event is written in the transaction of the change that it describes.
//!
//! Details hold facts for people. They must never hold a secret, nor a provider's text that was not screened.

use std::time::Duration;

use serde_json::Value as Json;

use super::pruning::{self, Pruned, STEP};
use super::{Transaction, read_row};
use crate::domain::{EventKind, IntegrationKey, Page};
use crate::error::Result;
use crate::platform::sqlite::Value;

/// How long events and usage are kept, in milliseconds: 90 days.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// How much of a workspace's usage is read if nobody says since when, in milliseconds: 30 days.
const SHOWN_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Something that happened to an integration.
pub struct Event<'a> {
    /// The integration. It may be deleted by now.
    pub key: IntegrationKey<'a>,
    /// The kind of event.
    pub kind: EventKind,
    /// The subject of the actor's token.
    pub actor: &'a str,
    /// Facts, as a JSON object.
    pub detail: Json,
    /// The id of the request that caused the event.
    pub request_id: &'a str,
}

impl Event<'_> {
    pub(super) async fn insert(&self, transaction: &Transaction) -> Result<()> {
        let row = transaction
            .row(
                "insert into events (workspace, integration_id, at, kind, actor, detail, request_id)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 returning id",
                self.key.and([
                    Value::integer(transaction.now_ms),
                    Value::from(self.kind),
                    Value::text(self.actor),
                    Value::text(self.detail.to_string()),
                    Value::text(self.request_id),
                ]),
            )
            .await?;
        // If this transaction is rolled back, the next one may use the id again, but not for this request and time.
        let sql = "select 1 from events where id = ?1 and request_id = ?2 and at = ?3";
        let id: i64 = super::returned(row)?.get("id")?;
        let (request_id, at) = (Value::text(self.request_id), Value::integer(transaction.now_ms));
        transaction.confirm_commit_by(sql, [Value::integer(id), request_id, at]);
        Ok(())
    }
}

impl Transaction {
    /// Records an event in the transaction of the change that it describes.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn record(&self, event: &Event<'_>) -> Result<()> {
        event.insert(self).await
    }
}

/// The events of one integration, which may be deleted by now.
pub struct Events<'a> {
    /// The integration.
    pub key: IntegrationKey<'a>,
}

/// Selects the time range and resolution of an integration's usage. Times are in milliseconds since the Unix
/// epoch.
#[derive(Debug, Default)]
pub struct Span {
    /// From this time on.
    pub from: Option<i64>,
    /// Before this time.
    pub to: Option<i64>,
    /// The period of one row.
    pub per: Per,
}

/// The period that one row of usage covers, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// One minute, as usage is recorded.
    #[default]
    Minute,
    /// One hour, from the full hour.
    Hour,
    /// One day, from midnight.
    Day,
}

impl Per {
    fn milliseconds(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::Hour => 60 * 60_000,
            Self::Day => 24 * 60 * 60_000,
        }
    }
}

impl Events<'_> {
    /// A page of events as JSON, `{"items":[{at,kind,actor,detail,request_id}],"next_cursor"}`,
    /// newest first.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn page(&self, page: &Page) -> Result<String> {
        let sql = "select json_object(
               'at', strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch'), 'kind', kind,
               'actor', actor, 'detail', json(detail), 'request_id', request_id) as item, id as position
             from events
             where workspace = ?1 and integration_id = ?2 and id < ?3
               and at > unixepoch() * 1000 - ?4
             order by id desc";
        let below = page.cursor.unwrap_or(i64::MAX);
        page.read(sql, self.key.and([below.into(), KEPT_MS.into()])).await
    }

    /// Whether the integration exists, or has events of the last 90 days.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn known(&self) -> Result<bool> {
        let sql =
            "select 1 where exists(select 1 from integrations where workspace = ?1 and id = ?2)
                   or exists(select 1 from events where workspace = ?1 and integration_id = ?2
                     and at > unixepoch() * 1000 - ?3)";
        Ok(read_row(sql, self.key.and([KEPT_MS.into()])).await?.is_some())
    }

    /// A page of usage as JSON, `{"items":[{at,agent,calls,errors,bytes}],"next_cursor"}`. There is one row
    /// per agent and minute (or hour, or day), newest first. A group is sorted by its first id, which stays
    /// the same while calls are added.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn usage(&self, span: &Span, page: &Page) -> Result<String> {
        let minutes = "select json_object(
               'at', strftime('%Y-%m-%dT%H:%M:%fZ', minute / 1000.0, 'unixepoch'),
               'agent', agent, 'calls', calls, 'errors', errors, 'bytes', bytes) as item, id as position
             from usage
             where workspace = ?1 and integration_id = ?2 and id < ?3
               and minute >= max(?4, unixepoch() * 1000 - ?6) and minute < ?5
             order by id desc";
        let sums = "select json_object(
               'at', strftime('%Y-%m-%dT%H:%M:%fZ', minute / ?7 * ?7 / 1000.0, 'unixepoch'),
               'agent', agent, 'calls', sum(calls), 'errors', sum(errors), 'bytes', sum(bytes))
               as item, min(id) as position
             from usage
             where workspace = ?1 and integration_id = ?2
               and minute >= max(?4, unixepoch() * 1000 - ?6) and minute < ?5
             group by minute / ?7, agent
             having min(id) < ?3
             order by min(id) desc";
        let mut values = self.key.and([
            page.cursor.unwrap_or(i64::MAX).into(),
            span.from.unwrap_or(0).into(),
            span.to.unwrap_or(i64::MAX).into(),
            KEPT_MS.into(),
        ]);
        if span.per == Per::Minute {
            return page.read(minutes, values).await;
        }
        values.push(span.per.milliseconds().into());
        page.read(sums, values).await
    }
}

/// The calls that a row of a workspace's usage counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// All calls of the period.
    #[default]
    Nothing,
    /// The calls to one integration.
    Integration,
    /// The calls of one agent.
    Agent,
}

/// A page of the usage of `workspace` as JSON, `{"items":[{at,calls,errors,bytes}],"next_cursor"}`, the newest
/// period first. With `by`, an item has `integration_id` or `agent` too. Without `span.from`, the last 30 days
/// are read.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn workspace_usage(workspace: &str, span: &Span, by: By, page: &Page) -> Result<String> {
    let (member, group) = match by {
        By::Nothing => ("", ""),
        By::Integration => ("'integration_id', integration_id, ", ", integration_id"),
        By::Agent => ("'agent', agent, ", ", agent"),
    };
    let sql = format!(
        "select json_object(
           'at', strftime('%Y-%m-%dT%H:%M:%fZ', minute / ?5 * ?5 / 1000.0, 'unixepoch'), {member}
           'calls', sum(calls), 'errors', sum(errors), 'bytes', sum(bytes)) as item, min(id) as position
         from usage
         where workspace = ?1
           and minute >= max(coalesce(?3, unixepoch() * 1000 - ?7), unixepoch() * 1000 - ?6)
           and minute < ?4
         group by minute / ?5{group}
         having min(id) < ?2
         order by min(id) desc"
    );
    let values = vec![
        Value::text(workspace),
        page.cursor.unwrap_or(i64::MAX).into(),
        Value::from(span.from),
        span.to.unwrap_or(i64::MAX).into(),
        span.per.milliseconds().into(),
        KEPT_MS.into(),
        SHOWN_MS.into(),
    ];
    page.read(&sql, values).await
}

/// Deletes events and usage older than 90 days, up to a thousand rows of each at a time, until nothing is
/// left or `limit` has passed. Returns the number of deleted rows.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn prune(limit: Duration) -> Result<i64> {
    Ok(pruning::until(pruning::end_after(limit), prune_some).await?.deleted)
}

/// Deletes the oldest events and the oldest usage, in one transaction.
async fn prune_some() -> Result<Pruned> {
    let old = "select exists(select 1 from events where at < unixepoch() * 1000 - ?1)
               or exists(select 1 from usage where minute < unixepoch() * 1000 - ?1) as is_any";
    let found = read_row(old, [Value::integer(KEPT_MS)]).await?;
    let is_any = found.map(|row| row.get::<bool>("is_any")).transpose()?;
    if is_any != Some(true) {
        return Ok(Pruned { deleted: 0, is_done: true });
    }
    let tx = Transaction::begin().await?;
    let mut deleted = 0;
    for sql in [
        format!(
            "delete from events where id in
               (select id from events where at < ?1 order by at limit {STEP}) returning 1"
        ),
        format!(
            "delete from usage where id in
               (select id from usage where minute < ?1 order by minute limit {STEP}) returning 1"
        ),
    ] {
        let rows = tx.query(&sql, [Value::integer(tx.now_ms - KEPT_MS)]).await?;
        deleted += i64::try_from(rows.len()).unwrap_or(0);
    }
    tx.commit().await?;
    Ok(Pruned { deleted, is_done: deleted == 0 })
}
