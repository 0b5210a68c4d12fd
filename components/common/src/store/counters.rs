//! The counters that `GET /api/metrics` shows. All instances add to them.
//!
//! Counts are collected in memory and written a second later, many at once, so that no request waits for them. A
//! process that is killed loses those of its last second. This module must not fail a request.

use std::cell::Cell;
use std::time::Duration;

use super::{read, record_usage};
use crate::error::Result;
use crate::log::Line;
use crate::metrics;
use crate::platform::{beside::spawn, clock};

/// How long counts are collected before they are written.
const GATHER: Duration = Duration::from_secs(1);
/// How often counts are kept and written again after a failure. Some of them count failures of the storage.
const RETRIES: u32 = 5;

thread_local! {
    /// Whether a task is going to write the counts.
    static HAS_WRITER: Cell<bool> = const { Cell::new(false) };
}

/// Writes the counts of this instance, a moment later and in the background.
pub fn write_counts_soon() {
    if metrics::is_any() && !HAS_WRITER.replace(true) {
        spawn(write());
    }
}

/// Writes the counts until none is left.
async fn write() {
    let mut failures = 0;
    while metrics::is_any() {
        clock::sleep(GATHER * (failures + 1)).await;
        let counts = metrics::take();
        let Err(error) = record_usage(&[], &[], &counts).await else {
            failures = 0;
            continue;
        };
        failures += 1;
        if failures > RETRIES {
            Line::error("counts of the metrics are lost").why(&error);
            // The failures of this task are counted too, so that it would never end.
            drop(metrics::take());
            break;
        }
        counts.into_iter().for_each(|(series, count)| metrics::put(series, count));
    }
    HAS_WRITER.set(false);
}

/// A stored counter, or a part of a histogram.
pub struct Counter {
    /// The name of its family. A newer version may have written one that this version does not know.
    pub family: String,
    /// The values of its labels, as a JSON list.
    pub labels: String,
    /// [`metrics::Series::part`].
    pub part: String,
    /// The sum since the database was made.
    pub value: i64,
}

/// All counters.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn read_counters() -> Result<Vec<Counter>> {
    let rows = read("select family, labels, part, value from counters", []).await?;
    let counters = rows.iter().map(|row| {
        Ok(Counter {
            family: row.text("family")?,
            labels: row.text("labels")?,
            part: row.text("part")?,
            value: row.get("value")?,
        })
    });
    counters.collect()
}
