//! Counts usage: calls, errors and bytes per integration, agent and minute.
//!
//! Calls are counted in memory and written a moment later, many at once, so that no call waits for the disk.
//! A process that is killed loses the counts of that moment. Counting must not fail a call.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use nexus_common::Result;
use nexus_common::domain::CallKey;
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::http::spawn;
use nexus_common::store::{Used, record_usage};

/// How long counts are collected before they are written.
const GATHER: Duration = Duration::from_millis(250);

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
pub(super) fn count(key: CallKey, is_error: bool, bytes: u64) {
    let first = COUNTED.with_borrow_mut(|counted| {
        let first = counted.is_empty();
        let counts = counted.entry(key).or_default();
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
    let used = counted.iter().map(|(key, counts)| Used {
        workspace: &key.workspace,
        integration_id: &key.integration_id,
        agent: &key.agent,
        calls: counts.calls,
        errors: counts.errors,
        bytes: counts.bytes,
    });
    record_usage(&Vec::from_iter(used)).await
}
