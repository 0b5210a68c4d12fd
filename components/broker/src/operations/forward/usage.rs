//! Counts usage: calls, errors and bytes per integration, agent and minute.
//!
//! Calls are counted in memory and written a moment later, many at once, so that no call waits for the disk.
//! A process that is killed loses the counts of that moment. Counting must not fail a call.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use nexus_common::Result;
use nexus_common::log::Line;
use nexus_common::platform::sqlite::Value;
use nexus_common::platform::{clock, http::spawn};
use nexus_common::store::Transaction;

/// How long counts are collected before they are written.
const GATHER: Duration = Duration::from_millis(250);
/// `last_used_at` is updated when it is older than this, in milliseconds.
const STALE_MS: i64 = 10_000;

/// The workspace, integration and agent of a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CallKey {
    /// The workspace.
    pub(super) workspace: String,
    /// The integration.
    pub(super) integration_id: String,
    /// The subject of the agent's token.
    pub(super) agent: String,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    calls: i64,
    errors: i64,
    bytes: i64,
}

thread_local! {
    static COUNTED: RefCell<BTreeMap<CallKey, Counts>> = const { RefCell::new(BTreeMap::new()) };
}

/// Counts one call that has ended.
pub(super) fn count(whose: CallKey, is_error: bool, bytes: u64) {
    let first = COUNTED.with_borrow_mut(|counted| {
        let first = counted.is_empty();
        let counts = counted.entry(whose).or_default();
        counts.calls += 1;
        counts.errors += i64::from(is_error);
        counts.bytes = counts.bytes.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
        first
    });
    if first {
        spawn(async {
            clock::sleep(GATHER).await;
            let counted = COUNTED.take();
            if let Err(error) = write(&counted).await {
                Line::error("usage counts are lost").with("agents", &counted.len()).why(&error);
            }
        });
    }
}

async fn write(counted: &BTreeMap<CallKey, Counts>) -> Result<()> {
    let tx = Transaction::begin_relaxed().await?;
    let minute = tx.now_ms - tx.now_ms % 60_000;
    for (whose, counts) in counted {
        let key =
            || [Value::text(whose.workspace.as_str()), Value::text(whose.integration_id.as_str())];
        tx.query(
            "insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             on conflict (workspace, integration_id, minute, agent) do update set
               calls = calls + excluded.calls, errors = errors + excluded.errors,
               bytes = bytes + excluded.bytes",
            key().into_iter().chain([
                Value::integer(minute),
                Value::text(whose.agent.as_str()),
                Value::integer(counts.calls),
                Value::integer(counts.errors),
                Value::integer(counts.bytes),
            ]),
        )
        .await?;
        tx.query(
            "update integrations set last_used_at = ?3
             where workspace = ?1 and id = ?2 and coalesce(last_used_at, 0) < ?3 - ?4",
            key().into_iter().chain([Value::integer(tx.now_ms), Value::integer(STALE_MS)]),
        )
        .await?;
    }
    tx.commit().await
}
