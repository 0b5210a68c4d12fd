//! Counts usage: calls, errors and bytes per integration, agent and minute. Also notes the address from which an
//! agent was used last.
//!
//! Calls are counted in memory and written a moment later, many at once, so that no call waits for the disk.
//! A process that is killed loses the counts of that moment. Counting must not fail a call.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use nexus_common::Result;
use nexus_common::domain::CallKey;
use nexus_common::kept::Recent;
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::http::spawn;
use nexus_common::store::{Used, note_addresses, record_usage};

use super::right::Right;

/// How often the address of an agent is written at most, in milliseconds.
const NOTE_MS: u64 = 10_000;
/// How long counts are collected before they are written.
const GATHER: Duration = Duration::from_millis(250);

#[derive(Default, Clone, Copy)]
struct Counts {
    calls: i64,
    errors: i64,
    bytes: i64,
}

/// What was counted and not written yet.
#[derive(Default)]
struct Counted {
    calls: BTreeMap<CallKey, Counts>,
    /// The latest address of an agent, by the agent's id.
    addresses: BTreeMap<String, String>,
}

thread_local! {
    static COUNTED: RefCell<Counted> = RefCell::default();
    /// When the address of an agent was written, by the agent's id.
    static NOTED: RefCell<Recent<String, u64>> = RefCell::default();
}

/// Counts the call that had `right`, and that has ended.
pub(super) fn count(right: Right, is_error: bool, bytes: u64) {
    let Right { whose, caller, address, .. } = right;
    let address = caller.agent_id().zip(address).filter(|(agent, _)| is_due(agent));
    let first = COUNTED.with_borrow_mut(|counted| {
        let first = counted.calls.is_empty();
        if let Some((agent, address)) = address {
            counted.addresses.insert(agent.to_owned(), address);
        }
        let counts = counted.calls.entry(whose).or_default();
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
                Line::error("usage counts are lost")
                    .with("agents", &counted.calls.len())
                    .why(&error);
            }
        });
    }
}

/// Whether the address of `agent` may be written: it is written as seldom as the time of the last use.
fn is_due(agent: &str) -> bool {
    let now = clock::now_ms();
    NOTED.with_borrow_mut(|noted| match noted.get_mut(agent) {
        Some(at) if now < at.saturating_add(NOTE_MS) => false,
        Some(at) => {
            *at = now;
            true
        }
        None => {
            noted.insert(agent.to_owned(), now);
            true
        }
    })
}

async fn write(counted: &Counted) -> Result<()> {
    let used = counted.calls.iter().map(|(key, counts)| Used {
        workspace: &key.workspace,
        integration_id: &key.integration_id,
        agent: &key.agent,
        calls: counts.calls,
        errors: counts.errors,
        bytes: counts.bytes,
    });
    record_usage(&Vec::from_iter(used)).await?;
    match counted.addresses.is_empty() {
        true => Ok(()),
        false => note_addresses(&counted.addresses).await,
    }
}
