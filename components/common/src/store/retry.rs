//! Writes of values that exist nowhere else, such as tokens that a provider has just issued, while the database fails.
//!
//! Only a `work` that may run twice belongs here: if the answer to a commit was lost, it runs again.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::platform::clock;

/// The first pause between two tries. Each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Runs `work` until it succeeds, or for as long as `within` while the database cannot be used or does not confirm a
/// change. `note` gets each of these errors.
///
/// # Errors
/// Any other error of `work` at once, and the last one after that time.
pub async fn keep_trying<T>(
    within: Duration,
    note: impl Fn(&Error),
    mut work: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let (begun, mut pause) = (clock::now_ms(), FIRST_PAUSE);
    loop {
        let error = match work().await {
            Err(error @ (Error::Storage { .. } | Error::Unconfirmed { .. })) => error,
            done => return done,
        };
        note(&error);
        if Duration::from_millis(clock::now_ms().saturating_sub(begun)) >= within {
            return Err(error);
        }
        clock::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
