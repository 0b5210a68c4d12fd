//! Counts usage: calls, errors and bytes per integration, agent and minute. Also counts calls for the metrics, keeps the
//! records of calls until they are written, and notes the address from which an agent was used last.
//!
//! Calls are counted in memory and written a moment later, many at once, so that no call waits for the disk.
//! A process that is killed loses the counts of that moment. Counting must not fail a call.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use nexus_common::Result;
use nexus_common::domain::manifest_id::provider_label;
use nexus_common::domain::{CallKey, CallOutcome};
use nexus_common::kept::Recent;
use nexus_common::log::Line;
use nexus_common::metrics::{self, Family, Histogram, Series};
use nexus_common::platform::beside::spawn;
use nexus_common::platform::clock;
use nexus_common::store::{
    CallRow, Used, note_addresses, record_usage, sweep_calls, write_counts_soon,
};

use super::outcome::AgentLabel;
use super::record::Ended;
use super::right::Right;
use super::room::Room;

/// How often the address of an agent is written at most, in milliseconds.
const NOTE_MS: u64 = 10_000;
/// How long counts are collected before they are written.
const GATHER: Duration = Duration::from_millis(250);
/// The same in an instance that has written a moment ago. After each write, every instance reads its callers
/// again.
const GATHER_WHILE_BUSY: Duration = Duration::from_secs(1);
/// On average, one of so many records makes the instance delete excess calls. So the table stays small however seldom the
/// tick runs.
const SWEPT_EVERY: u64 = 500;
/// An instance is busy for this long after it has written, in milliseconds.
const BUSY_MS: u64 = 2_000;
/// A writer that has not begun to write after this long was ended with its request, in milliseconds.
const OVERDUE_MS: u64 = 10_000;

/// A call that has a response.
pub(super) struct Observed<'a> {
    /// The manifest. Empty if the integration was not found.
    pub(super) manifest_id: &'a str,
    /// The kind of agent.
    pub(super) agent: AgentLabel,
    /// The outcome.
    pub(super) outcome: CallOutcome,
    /// The time until it was sent, and from then on, in milliseconds. `None` if it was not sent.
    pub(super) sent: Option<(u64, u64)>,
}

/// The durations of one provider's calls.
struct Durations {
    provider: String,
    response: Histogram,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    calls: i64,
    errors: i64,
    bytes: i64,
}

/// Counts and records that are not written yet.
#[derive(Default)]
struct Counted {
    calls: BTreeMap<CallKey, Counts>,
    /// The record of each call that has ended.
    records: Vec<Ended>,
    /// The places that these records take.
    room: Room,
    /// How many calls were not recorded, because there were too many.
    unrecorded: usize,
    /// Calls for the metrics. There are few different ones, so they are found by looking at each.
    outcomes: Vec<(String, AgentLabel, CallOutcome, i64)>,
    durations: Vec<Durations>,
    preparation: Histogram,
    /// The latest address of an agent, by the agent's id.
    addresses: BTreeMap<String, String>,
}

thread_local! {
    static COUNTED: RefCell<Counted> = RefCell::default();
    /// When this instance last wrote its counts.
    static WRITTEN_AT: Cell<u64> = const { Cell::new(0) };
    /// Since when a task waits to write the counts.
    static WRITER_SINCE: Cell<Option<u64>> = const { Cell::new(None) };
    /// When the address of an agent was written, by the agent's id.
    static NOTED: RefCell<Recent<String, u64>> = RefCell::default();
}

/// Counts a call for the metrics. It is written with the usage of sent calls, or a moment later.
pub(super) fn observe(observed: &Observed<'_>) {
    let &Observed { manifest_id, agent, outcome, sent } = observed;
    let provider = match manifest_id {
        "" => "none",
        id => provider_label(id),
    };
    COUNTED.with_borrow_mut(|counted| {
        let same = |one: &&mut (String, AgentLabel, CallOutcome, i64)| {
            one.0 == provider && one.1 == agent && one.2 == outcome
        };
        match counted.outcomes.iter_mut().find(same) {
            Some((.., calls)) => *calls += 1,
            None => counted.outcomes.push((provider.to_owned(), agent, outcome, 1)),
        }
        if let Some(durations) = sent {
            counted.observe_durations(provider, durations);
        }
        if counted.calls.is_empty() {
            // No usage is going to be written now.
            counted.note_observed();
        }
    });
}

impl Counted {
    /// Adds the time until a call was sent, and from then on, in milliseconds.
    fn observe_durations(&mut self, provider: &str, (before_ms, after_ms): (u64, u64)) {
        self.preparation.observe(before_ms);
        match self.durations.iter_mut().find(|one| one.provider == provider) {
            Some(one) => one.response.observe(after_ms),
            None => {
                let mut response = Histogram::default();
                response.observe(after_ms);
                self.durations.push(Durations { provider: provider.to_owned(), response });
            }
        }
    }

    /// Moves the observed calls to the counts of the metrics.
    fn note_observed(&mut self) {
        for (provider, agent, outcome, calls) in std::mem::take(&mut self.outcomes) {
            let labels = [provider.as_str(), outcome.as_str(), agent.as_str()];
            metrics::note(Family::Calls, &labels, calls);
        }
        for Durations { provider, response } in std::mem::take(&mut self.durations) {
            for (part, value) in response.parts() {
                let series = Series::new(Family::ProviderResponse, &[&provider], part);
                metrics::put(series, value);
            }
        }
        for (part, value) in std::mem::take(&mut self.preparation).parts() {
            metrics::put(Series::new(Family::Preparation, &[], part), value);
        }
    }
}

/// Counts the call that had `right`, and that has ended.
pub(super) fn count(right: Right, is_error: bool, bytes: u64) {
    let Right { whose, caller, address, record, .. } = right;
    let now = clock::now_ms();
    let address = caller.agent_id().zip(address).filter(|(agent, _)| is_due(agent, now));
    COUNTED.with_borrow_mut(|counted| {
        if let Some((agent, address)) = address {
            counted.addresses.insert(agent.to_owned(), address);
        }
        let counts = counted.calls.entry(whose).or_default();
        counts.calls += 1;
        counts.errors += i64::from(is_error);
        counts.bytes = counts.bytes.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
    });
    record.carried(bytes);
    let is_busy = now.saturating_sub(WRITTEN_AT.get()) < BUSY_MS;
    ensure_writer(now, if is_busy { GATHER_WHILE_BUSY } else { GATHER });
}

/// Keeps the record of a call that has ended until it is written.
pub(super) fn record(ended: Ended) {
    let now = ended.at();
    COUNTED.with_borrow_mut(|counted| match counted.room.take(ended.whose(), ended.is_sent()) {
        true => counted.records.push(ended),
        false => counted.unrecorded += 1,
    });
    // The usage of a call is counted before. A call that was not sent has none, and nobody waits for its record.
    ensure_writer(now, GATHER_WHILE_BUSY);
}

/// Makes sure that a task is going to write the counts: the one that waits already, or a new one after `gather`.
fn ensure_writer(now: u64, gather: Duration) {
    let since = WRITER_SINCE.get();
    if since.is_none_or(|since| now.saturating_sub(since) > OVERDUE_MS) {
        WRITER_SINCE.set(Some(now));
        spawn(write_after(gather));
    }
}

/// Writes the counts after the time `gather`, in which more may come.
async fn write_after(gather: Duration) {
    clock::sleep(gather).await;
    WRITTEN_AT.set(clock::now_ms());
    WRITER_SINCE.set(None);
    let mut counted = COUNTED.take();
    counted.note_observed();
    if counted.unrecorded > 0 {
        let what = "calls are counted, and missing in the list of calls: there were too many";
        Line::warning(what).with("calls", &counted.unrecorded).write();
    }
    let (agents, calls) = (counted.calls.len(), counted.records.len());
    if let Err(error) = write(counted).await {
        Line::error("usage counts are lost")
            .with("agents", &agents)
            .with("calls", &calls)
            .why(&error);
        return;
    }
    let is_due = clock::random_u64() % SWEPT_EVERY < calls as u64;
    if is_due && let Err(error) = sweep_calls(Duration::ZERO).await {
        // The tick does the same.
        Line::error("old calls are not deleted").why(&error);
    }
}

/// Whether the address of `agent` may be written: it is written as seldom as the time of the last use.
fn is_due(agent: &str, now: u64) -> bool {
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

async fn write(counted: Counted) -> Result<()> {
    let Counted { calls, records, addresses, .. } = counted;
    let used = calls.iter().map(|(key, counts)| Used {
        workspace: &key.workspace,
        integration_id: &key.integration_id,
        agent: &key.agent,
        calls: counts.calls,
        errors: counts.errors,
        bytes: counts.bytes,
    });
    let now = clock::now_ms();
    let mut places: BTreeMap<String, u32> = BTreeMap::new();
    let row = |ended: Ended| {
        let record = ended.into_record(now);
        let place = places.entry(record.whose.workspace.clone()).or_default();
        *place += 1;
        record.to_row(*place)
    };
    let records: Vec<CallRow> = records.into_iter().map(row).collect();
    let counts = metrics::take();
    if let Err(error) = record_usage(&Vec::from_iter(used), &records, &counts).await {
        counts.into_iter().for_each(|(series, count)| metrics::put(series, count));
        write_counts_soon();
        return Err(error);
    }
    match addresses.is_empty() {
        true => Ok(()),
        false => note_addresses(&addresses).await,
    }
}
