//! Work beside a request, which goes on after the response.
//!
//! The bindings begin spawned work only when the runtime wakes the request the next time. A request that waits for the very
//! work that it has spawned would wait until something else happens, such as the end of an unrelated timer. So whatever
//! spawns is polled once more at once, and the spawned work with it.
//!
//! No other module may call the bindings' `spawn`.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;

use super::clock;

thread_local! {
    /// Whether work was spawned that nothing has begun yet.
    static WAITS: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` beside this request. It continues after the response.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    WAITS.set(true);
    spin_sdk::wasip3::spawn(begins_spawned(work));
}

/// Says that the SDK spawns work now: it writes the body of an outgoing request so.
pub(super) fn sdk_spawns() {
    WAITS.set(true);
}

/// Runs `work`, and lets what it spawns begin at once. Between two waits, `work` reads the clock as seldom as it can.
pub async fn begins_spawned<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let polled = clock::with_few_readings(|| work.as_mut().poll(context));
        if WAITS.take() && polled.is_pending() {
            context.waker().wake_by_ref();
        }
        polled
    })
    .await
}
