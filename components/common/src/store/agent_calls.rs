//! The last calls of agents: per integration up to [`RING`] that were sent, and up to [`UNSENT_RING`] that were not, for
//! seven days. Those that were not sent are counted apart, because an agent without any right can make them.
//!
//! `usage` writes them. A record must not hold a query, a header or a body, nor a secret of the integration.

use std::time::Duration;

use super::pruning::{self, Pruned, STEP};
use super::read::and_each;
use super::{read_row, write_relaxed};
use crate::domain::{CallKey, CallOutcome, Page};
use crate::error::Result;
use crate::platform::sqlite::Value;

/// How many calls of an integration are kept that were sent to the provider.
pub const RING: u32 = 1_000;
/// How many calls of an integration are kept that were not sent.
pub const UNSENT_RING: u32 = 200;
/// How long they are kept, in milliseconds: 7 days.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// One call of an agent that has ended.
pub struct CallRecord {
    /// The workspace, the integration, and the subject of the agent's token.
    pub whose: CallKey,
    /// How long ago it arrived, in milliseconds, when it is written.
    pub age_ms: u64,
    /// The method.
    pub method: String,
    /// The host with its port, if it is not that of the base URL.
    pub host: Option<String>,
    /// The path with its ids folded: `/v1/customers/{id}`.
    pub template: String,
    /// The path below the base URL.
    pub path: String,
    /// How it ended.
    pub outcome: CallOutcome,
    /// The status that the agent got.
    pub status: u16,
    /// The code of the problem, if the response was one of ours.
    pub code: Option<String>,
    /// From its arrival to its end, in milliseconds.
    pub ms: u64,
    /// The bytes of its bodies.
    pub bytes: u64,
    /// The rule that decided.
    pub rule: Option<String>,
    /// Our id of the request.
    pub request_id: String,
    /// Whether it waited for a new token.
    pub is_refreshed: bool,
    /// Whether it was sent again with a new token.
    pub is_replayed: bool,
    /// Whether it was sent to the provider, however it ended.
    pub is_sent: bool,
}

/// A [`CallRecord`] as the view `counted` takes it: JSON.
pub struct CallRow(pub(super) String);

impl CallRecord {
    /// The row of the record. `place` is its place among those of its workspace that are written with it, from 1.
    #[must_use]
    pub fn to_row(&self, place: u32) -> CallRow {
        let CallKey { workspace, integration_id, agent } = &self.whose;
        let call = (
            agent,
            &self.method,
            &self.host,
            &self.template,
            &self.path,
            self.outcome,
            self.status,
            &self.code,
            self.ms,
            self.bytes,
            &self.rule,
            &self.request_id,
            u8::from(self.is_refreshed),
            u8::from(self.is_replayed),
        );
        // Texts and numbers are always JSON.
        let call = serde_json::to_string(&call).unwrap_or_else(|_| "[]".to_owned());
        let row = (workspace, integration_id, self.age_ms, u8::from(self.is_sent), call, place);
        CallRow(serde_json::to_string(&row).unwrap_or_else(|_| "[]".to_owned()))
    }
}

/// Which calls to show. A member that is `None` selects nothing.
#[derive(Debug, Default)]
pub struct CallFilter {
    /// Exactly this integration, by its id.
    pub integration_id: Option<String>,
    /// Exactly this agent, by the subject of its token.
    pub agent: Option<String>,
    /// Exactly this method.
    pub method: Option<String>,
    /// Exactly this outcome.
    pub outcome: Option<CallOutcome>,
    /// The lowest and the highest status.
    pub statuses: Option<(u16, u16)>,
    /// From this time on, in milliseconds since the Unix epoch.
    pub from: Option<i64>,
    /// Before this time, in milliseconds since the Unix epoch.
    pub to: Option<i64>,
    /// Only calls that were recorded after this position, the `latest` of an earlier page.
    pub after: Option<i64>,
}

/// The calls of one workspace.
pub struct AgentCalls<'a> {
    workspace: &'a str,
}

impl<'a> AgentCalls<'a> {
    /// The calls of `workspace`.
    #[must_use]
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// A page as JSON, `{"items":[…],"next_cursor":…,"latest":…}`, the newest first. `latest` is the position of the newest
    /// call, whatever the filter selects: a later read after it finds exactly the calls that came since.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn page(&self, filter: &CallFilter, page: &Page) -> Result<String> {
        let after = filter.after.unwrap_or(0);
        let latest = self.latest(filter).await?.max(after);
        // Calls that are recorded from now on are later than `latest`, and belong to the next look.
        let below = page.cursor.unwrap_or(i64::MAX).min(latest.saturating_add(1));
        let mut values: Vec<Value> =
            vec![self.workspace.into(), below.into(), after.into(), KEPT_MS.into()];
        let text = |text: &Option<String>| text.as_deref().map(Value::text);
        let statuses = filter.statuses.map(|(low, high)| (i64::from(low), i64::from(high)));
        let filters = [
            ("integration_id = ", text(&filter.integration_id)),
            ("agent = ", text(&filter.agent)),
            ("method = ", text(&filter.method)),
            ("outcome = ", filter.outcome.map(Value::from)),
            ("status >= ", statuses.map(|(low, _)| Value::integer(low))),
            ("status <= ", statuses.map(|(_, high)| Value::integer(high))),
            ("at >= ", filter.from.map(Value::integer)),
            ("at < ", filter.to.map(Value::integer)),
        ];
        let conditions = and_each(&mut values, filters);
        let sql = format!(
            "select json_object('id', cast(number as text),
               'at', strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch'),
               'integration_id', integration_id, 'agent', agent, 'method', method, 'host', host,
               'template', template, 'path', path, 'outcome', outcome, 'status', status, 'code', code,
               'ms', ms, 'bytes', bytes, 'rule', rule, 'request_id', request_id,
               'refreshed', json(iif(refreshed, 'true', 'false')),
               'replayed', json(iif(replayed, 'true', 'false'))) as item, number as position
             from agent_calls indexed by {}
             where workspace = ?1 and number < ?2 and number > ?3
               and at > unixepoch() * 1000 - ?4{conditions} order by number desc",
            index_of(filter)
        );
        let listed = page.list(&sql, values).await?;
        Ok(listed.into_json_with("latest", &format!("\"{latest}\"")))
    }

    /// The position of the newest call of the integration that `filter` names, or of the workspace. 0 without such a call.
    async fn latest(&self, filter: &CallFilter) -> Result<i64> {
        let mut values: Vec<Value> = vec![self.workspace.into()];
        let integration = filter.integration_id.as_deref().map(Value::text);
        let condition = and_each(&mut values, [("integration_id = ", integration)]);
        let sql = format!(
            "select number from agent_calls indexed by {}
             where workspace = ?1{condition} order by number desc limit 1",
            index_of(filter)
        );
        let row = read_row(&sql, values).await?;
        Ok(row.map(|row| row.get("number")).transpose()?.unwrap_or(0))
    }
}

/// The index in whose order a page is read.
fn index_of(filter: &CallFilter) -> &'static str {
    match filter.integration_id {
        Some(_) => "agent_calls_of_integration",
        None => "agent_calls_of_workspace",
    }
}

/// Deletes calls older than 7 days, and those that an integration has beyond [`RING`] or [`UNSENT_RING`], up to a thousand
/// at a time, until nothing is left or `limit` has passed. At least one such step is made. Returns the number of deleted calls.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn sweep_calls(limit: Duration) -> Result<i64> {
    let end = pruning::end_after(limit);
    let work = Work::find().await?;
    let mut removed = 0;
    if work.has_old {
        let sql = format!(
            "delete from agent_calls where at < cast(unixepoch('subsec') * 1000 as integer) - ?1
               and id in (select id from agent_calls order by id limit {STEP}) returning 1"
        );
        removed += delete_until(end, &sql, KEPT_MS).await?.deleted;
    }
    if work.newest > work.counted {
        let Pruned { deleted, is_done } = delete_until(end, &excess(), work.counted).await?;
        removed += deleted;
        if is_done {
            let sql = "insert into counted_calls (one, up_to) values (1, ?1)
                       on conflict (one) do update set up_to = max(up_to, excluded.up_to)";
            write_relaxed(sql, [Value::integer(work.newest)]).await?;
        }
    }
    Ok(removed)
}

/// The statement that deletes excess calls of integrations that have calls after `?1`: all but the newest [`RING`] that were
/// sent, and the newest [`UNSENT_RING`] that were not.
fn excess() -> String {
    // SQLite takes no column as an offset, so there are two selects.
    let last = |sent: u8, most: u32| {
        format!(
            "select integration_id, {sent} as sent, (select kept.number from agent_calls as kept
                 where kept.integration_id = used.integration_id and kept.sent = {sent}
                 order by kept.number desc limit 1 offset {most}) as last from used"
        )
    };
    format!(
        "delete from agent_calls where id in (
           with used as materialized (
             select distinct integration_id from agent_calls not indexed where id > ?1),
           full as materialized ({} union all {})
           select old.id from full cross join agent_calls as old indexed by agent_calls_of_integration
             on old.integration_id = full.integration_id and old.number <= full.last and old.sent = full.sent
           limit {STEP}) returning 1",
        last(1, RING),
        last(0, UNSENT_RING)
    )
}

/// The work that there is for a sweep.
struct Work {
    /// Whether the oldest call is too old.
    has_old: bool,
    /// The position of the newest call.
    newest: i64,
    /// The position up to which the calls of the integrations were counted.
    counted: i64,
}

impl Work {
    async fn find() -> Result<Self> {
        let sql = "select
               coalesce((select at < unixepoch() * 1000 - ?1 from agent_calls order by id limit 1), 0) as has_old,
               coalesce((select max(id) from agent_calls), 0) as newest,
               coalesce((select up_to from counted_calls), 0) as counted";
        let row = read_row(sql, [Value::integer(KEPT_MS)]).await?;
        let Some(row) = row else { return Ok(Self { has_old: false, newest: 0, counted: 0 }) };
        Ok(Self {
            has_old: row.get("has_old")?,
            newest: row.get("newest")?,
            counted: row.get("counted")?,
        })
    }
}

/// Runs a statement that deletes up to [`STEP`] rows, until none is left or the time `end` has come.
async fn delete_until(end: u64, sql: &str, value: i64) -> Result<Pruned> {
    pruning::until(end, async || {
        let rows = write_relaxed(sql, [Value::integer(value)]).await?.len();
        Ok(Pruned { deleted: i64::try_from(rows).unwrap_or(0), is_done: rows < STEP as usize })
    })
    .await
}
