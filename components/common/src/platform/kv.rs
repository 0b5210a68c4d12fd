//! The default key-value store, for immutable documents and caches.
//!
//! A request that has to be fast must not use this store, because Spin's default store syncs the disk on each
//! write. The store must not hold data that has to be consistent, because a hosted store guarantees that a
//! write is visible only within the request that made it.

use spin_sdk::experimental::wasi::keyvalue::atomics;
use spin_sdk::experimental::wasi::keyvalue::store::{self, Bucket};

use crate::error::{Error, Result};
use crate::metrics::{self, Family};

/// The value under `key`.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be reached.
pub async fn get(key: &str) -> Result<Option<Vec<u8>>> {
    let store = spin_sdk::key_value::Store::open_default().await.map_err(failed)?;
    store.get(key).await.map_err(failed)
}

/// Writes `value` under `key`. It replaces an earlier value.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub async fn set(key: &str, value: &[u8]) -> Result<()> {
    let store = spin_sdk::key_value::Store::open_default().await.map_err(failed)?;
    store.set(key, value).await.map_err(failed)
}

/// Deletes the value under `key`, if there is one.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub async fn delete(key: &str) -> Result<()> {
    let store = spin_sdk::key_value::Store::open_default().await.map_err(failed)?;
    store.delete(key).await.map_err(failed)
}

/// Adds one to the number under `key` and returns the sum. A missing value counts as zero.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub fn increment(key: &str) -> Result<i64> {
    add(key, 1)
}

/// Adds `delta` to the number under `key` and returns the sum. A missing value counts as zero.
///
/// # Errors
/// [`Error::Storage`] if the store cannot be written.
pub fn add(key: &str, delta: i64) -> Result<i64> {
    atomics::increment(&bucket()?, key, delta).map_err(atomic_failed)
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
    let store = spin_sdk::key_value::Store::open_default().await.map_err(failed)?;
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

/// The same store, through the interface with the atomic operations.
fn bucket() -> Result<Bucket> {
    store::open("default").map_err(atomic_failed)
}

fn failed(error: spin_sdk::key_value::Error) -> Error {
    metrics::note(Family::StorageErrors, &[], 1);
    Error::Storage { detail: format!("key-value store: {error}") }
}

fn atomic_failed(error: store::Error) -> Error {
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
}
