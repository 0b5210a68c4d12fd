//! The default key-value store, for immutable documents and caches.
//!
//! A request that has to be fast must not use this store, because Spin's default store syncs the disk on each
//! write. The store must not hold data that has to be consistent, because a hosted store guarantees that a
//! write is visible only within the request that made it.
//!
//! Two processes may share the file of Spin's default store. SQLite rejects an operation at once where waiting
//! would be a deadlock. Such an operation did nothing, so it runs again here, and its caller does not see it.

use std::fmt::Debug;

use spin_sdk::experimental::wasi::keyvalue::{atomics, store};
use spin_sdk::key_value::Store;

use crate::error::{Error, Result};
use crate::metrics::{self, Family};
use crate::platform::clock::{self, Pauses};

/// SQLite's words for an operation that it rejects because of another process (`SQLITE_BUSY`). Spin's interface
/// has no code for it.
const LOCKED: &str = "database is locked";
/// How long after its first try an operation may begin again that was rejected so.
const PATIENCE_MS: u64 = 2_000;
/// The pauses between two tries.
const PAUSES: Pauses = Pauses::new(8, 128);

/// The value under `key`.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be reached.
pub async fn get(key: &str) -> Result<Option<Vec<u8>>> {
    until_unlocked(async || Store::open_default().await?.get(key).await).await
}

/// Writes `value` under `key`. It replaces an earlier value.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub async fn set(key: &str, value: &[u8]) -> Result<()> {
    until_unlocked(async || Store::open_default().await?.set(key, value).await).await
}

/// Deletes the value under `key`, if there is one.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub async fn delete(key: &str) -> Result<()> {
    until_unlocked(async || Store::open_default().await?.delete(key).await).await
}

/// Adds one to the number under `key` and returns the sum. A missing value counts as zero.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub async fn increment(key: &str) -> Result<i64> {
    add(key, 1).await
}

/// Adds `delta` to the number under `key` and returns the sum. A missing value counts as zero.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub async fn add(key: &str, delta: i64) -> Result<i64> {
    // The same store, through the interface with the atomic operations.
    until_unlocked(async || atomics::increment(&store::open("default")?, key, delta)).await
}

/// The number under `key`, which [`add`] wrote. A missing value counts as zero.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be reached, or if the value is not a number.
pub async fn number(key: &str) -> Result<i64> {
    let Some(bytes) = get(key).await? else { return Ok(0) };
    number_of(&bytes).ok_or_else(|| Error::Storage {
        detail: "key-value store: a count is not a number".to_owned(),
    })
}

/// The number in `bytes`: as decimal digits, as Redis writes it, or in 8 little-endian bytes, as Spin's own
/// store writes it.
fn number_of(bytes: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(bytes).ok();
    let digits = text.and_then(|text| text.parse::<i64>().ok());
    digits.or_else(|| Some(i64::from_le_bytes(bytes.try_into().ok()?)))
}

/// The keys of the store that are `wanted`, at most `most`. A request of a client must not use this: it reads
/// through all keys.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be reached.
pub async fn keys(most: usize, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let store = Store::open_default().await.map_err(failed)?;
    let mut all = store.get_keys().await;
    let mut found = Vec::new();
    // One after the other, because the store may have more keys than this instance has memory for.
    while let Some(key) = all.next().await {
        if wanted(&key) {
            found.push(key);
            if found.len() >= most {
                return Ok(found);
            }
        }
    }
    all.result().await.map_err(failed)?;
    Ok(found)
}

/// Runs `operation`, and again if the store rejected it because of another process.
async fn until_unlocked<T, E: Debug>(
    operation: impl AsyncFn() -> std::result::Result<T, E>,
) -> Result<T> {
    let (begun, mut pauses) = (clock::now_ms(), PAUSES);
    loop {
        match clock::waited(operation()).await {
            Ok(value) => return Ok(value),
            Err(error) if !is_locked(&error) => return Err(failed(error)),
            Err(error) if clock::now_ms().saturating_sub(begun) >= PATIENCE_MS => {
                return Err(failed(error));
            }
            Err(_) => {}
        }
        pauses.pause().await;
    }
}

/// Whether the store rejected an operation because another process holds the lock of its file.
fn is_locked(error: &impl Debug) -> bool {
    format!("{error:?}").contains(LOCKED)
}

fn failed(error: impl Debug) -> Error {
    metrics::note(Family::StorageErrors, &[], 1);
    Error::Storage { detail: format!("key-value store: {error:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_both_forms() {
        for number in [0_i64, 1, 57, 600, 10_000_000] {
            assert_eq!(number_of(&number.to_le_bytes()), Some(number));
            assert_eq!(number_of(number.to_string().as_bytes()), Some(number));
        }
        assert_eq!(number_of(b"many"), None);
    }

    #[test]
    fn a_lock_is_told_from_other_failures() {
        let busy = r#"SqliteFailure(Error { code: DatabaseBusy, extended_code: 5 }, Some("database is locked"))"#;
        assert!(is_locked(&store::Error::Other(busy.to_owned())));
        for other in
            ["disk I/O error", "Connection refused (os error 111)", "database schema is locked"]
        {
            assert!(!is_locked(&store::Error::Other(other.to_owned())), "{other}");
        }
    }
}
