//! Wrong guesses of the tick secret: counted, and told in the log once a minute at most.
//!
//! What is counted is the same for all that ask: how many there were in this instance. It must not keep
//! or log what was guessed: it may be nearly right, or another secret that went to the wrong place.

use std::cell::Cell;

use crate::log::Line;
use crate::platform::clock;

/// Between two lines in the log, in ms.
const PAUSE: u64 = 60 * 1000;

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { untold: 0, told_at: 0 }) };
}

#[derive(Clone, Copy)]
struct Count {
    untold: u64,
    /// In ms since the Unix epoch.
    told_at: u64,
}

/// Counts one, and tells of it where nothing was told within the last minute.
pub(super) fn note() {
    let count = COUNT.get();
    COUNT.set(Count { untold: count.untold.saturating_add(1), ..count });
    tell();
}

/// Tells of those that are not in the log yet; a tick that is let in sees to the last ones.
pub(super) fn tell() {
    let (Count { untold, told_at }, now) = (COUNT.get(), clock::now_ms());
    if untold > 0 && now.abs_diff(told_at) >= PAUSE {
        Line::warning("wrong guesses of `tick_secret`").with("count", &untold).write();
        COUNT.set(Count { untold: 0, told_at: now });
    }
}
