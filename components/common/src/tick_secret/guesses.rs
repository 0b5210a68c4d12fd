//! Counts wrong guesses of the tick secret in this instance, and logs the count at most once a minute.
//!
//! This module must not keep or log the guesses. A guess may be almost right, or another secret that was sent
//! to the wrong place.

use std::cell::Cell;

use crate::log::Line;
use crate::platform::clock;

/// The minimum time between two lines in the log, in ms.
const PAUSE: u64 = 60 * 1000;

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { pending: 0, logged_at: 0 }) };
}

#[derive(Clone, Copy)]
struct Count {
    /// The number of guesses that are not in the log yet.
    pending: u64,
    /// The time of the last line in the log, in ms since the Unix epoch.
    logged_at: u64,
}

/// Counts a wrong guess, and logs the count if nothing was logged within the last minute.
pub(super) fn note() {
    let count = COUNT.get();
    COUNT.set(Count { pending: count.pending.saturating_add(1), ..count });
    tell();
}

/// Logs the count of the guesses that are not in the log yet. Each health request and each successful tick also
/// call this, for the last guesses of a burst.
pub(super) fn tell() {
    let (Count { pending, logged_at }, now) = (COUNT.get(), clock::now_ms());
    if pending > 0 && now.abs_diff(logged_at) >= PAUSE {
        Line::warning("wrong guesses of `tick_secret`").with("count", &pending).write();
        COUNT.set(Count { pending: 0, logged_at: now });
    }
}
