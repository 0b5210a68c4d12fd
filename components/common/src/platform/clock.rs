//! Wall clock, sleeping, deadlines and randomness. The clock stands still while this instance computes.
//!
//! This clock must not decide about tokens. Those times come from the database (see `store`).

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::{Either, select};

/// How often one reading of the clock is used. A loop that asks for the time, and whose calls of the host are answered at once,
/// would never see its limit otherwise.
const USES: u8 = 16;

/// The time, as this instance knows it.
#[derive(Clone, Copy)]
enum Known {
    /// Nothing: it is read each time.
    Nothing,
    /// It is read when it is next needed.
    Wanted,
    /// It is `now`, and may be used so often.
    Read { now: u64, uses: u8 },
}

thread_local! {
    static KNOWN: Cell<Known> = const { Cell::new(Known::Nothing) };
}

/// Milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    match KNOWN.get() {
        Known::Nothing => read_ms(),
        Known::Read { now, uses: uses @ 1.. } => {
            KNOWN.set(Known::Read { now, uses: uses - 1 });
            now
        }
        Known::Read { .. } | Known::Wanted => {
            let now = read_ms();
            KNOWN.set(Known::Read { now, uses: USES });
            now
        }
    }
}

fn read_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
}

/// Runs `work`, which does not wait, and reads the clock for it as seldom as it can: each reading is a call of the host, and a
/// request asks for the time in many places.
pub(super) fn with_few_readings<T>(work: impl FnOnce() -> T) -> T {
    KNOWN.set(Known::Wanted);
    let done = work();
    KNOWN.set(Known::Nothing);
    done
}

/// Says that time has passed: in a call of the host that may block this instance, or that another instance or program answers.
pub(super) fn time_has_passed() {
    if let Known::Read { .. } = KNOWN.get() {
        KNOWN.set(Known::Wanted);
    }
}

/// Makes a call of the host that may block this instance. After it, the clock is read again.
pub(super) fn blocked<T>(call: impl FnOnce() -> T) -> T {
    let done = call();
    time_has_passed();
    done
}

/// Waits for a call of the host. After it, the clock is read again: a runtime may answer such a call at once, and take its time
/// for that.
pub(super) async fn waited<T>(call: impl Future<Output = T>) -> T {
    let done = call.await;
    time_has_passed();
    done
}

/// Waits for `duration`.
pub async fn sleep(duration: Duration) {
    spin_sdk::time::sleep(duration).await;
}

/// Runs `work` for at most `limit`. `None` if the time is up.
///
/// The runtime's own timeouts are per phase (connect, first byte, between bytes) and default to ten minutes,
/// so that a peer that sends one byte a minute would never time out. This limit covers the whole work.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(sleep(limit))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// The pauses between the tries of something that others try too. Each is random, so that those who meet do not meet again.
/// The limit of each is twice that of the one before, up to the last: what lasts a moment is soon over, and a crowd needs time.
pub struct Pauses {
    limit_ms: u64,
    last_ms: u64,
}

impl Pauses {
    /// Pauses whose first is at most `first_ms` and whose longest is at most `last_ms`, both in milliseconds and at least 1.
    #[must_use]
    pub const fn new(first_ms: u64, last_ms: u64) -> Self {
        Self { limit_ms: first_ms, last_ms }
    }

    /// Waits for the next pause, which is at least a millisecond.
    pub async fn pause(&mut self) {
        sleep(self.draw()).await;
    }

    /// The next pause, for those who wait for something else beside it.
    pub fn draw(&mut self) -> Duration {
        let pause = 1 + random_u64() % self.limit_ms;
        self.limit_ms = (self.limit_ms * 2).min(self.last_ms);
        Duration::from_millis(pause)
    }
}

/// 64 random bits from the runtime's secure source.
pub fn random_u64() -> u64 {
    spin_sdk::wasip3::random::random::get_random_u64()
}

/// `N` random bytes from the runtime's secure source.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        let random = random_u64().to_le_bytes();
        chunk.iter_mut().zip(random).for_each(|(byte, value)| *byte = value);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass_some_time() {
        std::thread::sleep(Duration::from_millis(3));
    }

    #[test]
    fn the_clock_is_read_again_after_a_call_that_takes_time() {
        let (first, later) = with_few_readings(|| {
            let first = now_ms();
            pass_some_time();
            assert_eq!(now_ms(), first);
            blocked(pass_some_time);
            (first, now_ms())
        });
        assert!(first < later);
        // The next one does not begin with an old time, and outside of both the clock is read each time.
        let next = with_few_readings(now_ms);
        pass_some_time();
        assert!(later <= next && next < now_ms());
    }

    #[test]
    fn a_loop_sees_the_end_of_its_time() {
        with_few_readings(|| {
            let begun = now_ms();
            while now_ms() - begun < 20 {}
        });
    }
}
