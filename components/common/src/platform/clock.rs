//! Wall clock, sleeping, deadlines and randomness.
//!
//! This clock must not decide about tokens. Those times come from the database (see `store`).

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::{Either, select};

/// Milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
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
