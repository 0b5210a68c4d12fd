//! Usage: calls, errors and bytes per integration, agent and minute.

use serde_json::json;

use super::write_relaxed;
use crate::error::Result;
use crate::platform::sqlite::Value;

/// The usage of one agent since it was last recorded.
pub struct Used<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// The integration.
    pub integration_id: &'a str,
    /// The subject of the agent's token.
    pub agent: &'a str,
    /// The number of calls.
    pub calls: i64,
    /// How many of them failed.
    pub errors: i64,
    /// The bytes of their bodies.
    pub bytes: i64,
}

/// Adds usage to the current minute. A trigger of the schema sets `last_used_at` of the integrations.
///
/// # Errors
/// [`crate::Error::Storage`]. Then nothing was written.
pub async fn record_usage(used: &[Used<'_>]) -> Result<()> {
    let rows: Vec<_> = used
        .iter()
        .map(|Used { workspace, integration_id, agent, calls, errors, bytes }| {
            json!([workspace, integration_id, agent, calls, errors, bytes])
        })
        .collect();
    // Without `where true`, SQLite would read `on` as a part of a join.
    let sql = "insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
         select value ->> 0, value ->> 1, unixepoch() / 60 * 60000, value ->> 2, value ->> 3,
           value ->> 4, value ->> 5 from json_each(?1) where true
         on conflict (workspace, integration_id, minute, agent) do update set
           calls = calls + excluded.calls, errors = errors + excluded.errors,
           bytes = bytes + excluded.bytes";
    write_relaxed(sql, [Value::text(json!(rows).to_string())]).await.map(drop)
}
