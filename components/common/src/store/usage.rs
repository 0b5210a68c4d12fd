//! Usage: calls, errors and bytes per integration, agent and minute. What an instance has counted is written here.

use std::collections::BTreeMap;

use serde_json::json;

use super::{CallRow, write_relaxed};
use crate::error::Result;
use crate::metrics::Series;
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

/// Adds usage to the current minute, adds counts to the counters, and records calls. Triggers of the schema do all, so that
/// it is one statement, and set `last_used_at` of the integrations and agents.
///
/// # Errors
/// [`crate::Error::Storage`]. Then nothing was written.
pub async fn record_usage(
    used: &[Used<'_>],
    calls: &[CallRow],
    counts: &BTreeMap<Series, i64>,
) -> Result<()> {
    let used: Vec<_> = used
        .iter()
        .map(|Used { workspace, integration_id, agent, calls, errors, bytes }| {
            json!([workspace, integration_id, agent, calls, errors, bytes])
        })
        .collect();
    let calls: Vec<_> = calls.iter().map(|CallRow(row)| row.as_str()).collect();
    let counts: Vec<_> = counts
        .iter()
        .map(|(Series { family, labels, part }, count)| json!([family.name(), labels, part, count]))
        .collect();
    let sql = "insert into counted (usage, calls, counters) values (?1, ?2, ?3)";
    let calls = format!("[{}]", calls.join(","));
    let values = [json!(used).to_string(), calls, json!(counts).to_string()].map(Value::text);
    write_relaxed(sql, values).await.map(drop)
}
