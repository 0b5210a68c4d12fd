//! The default key-value store, for immutable documents and caches.
//!
//! A request that has to be fast must not use this store, because Spin's default store syncs the disk on each
//! write. The store must not hold data that has to be consistent, because a hosted store guarantees that a
//! write is visible only within the request that made it.

use spin_sdk::experimental::wasi::keyvalue::atomics;
use spin_sdk::experimental::wasi::keyvalue::store::{self, Bucket};

use crate::{Error, Result};

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
    atomics::increment(&bucket()?, key, 1).map_err(atomic_failed)
}

/// The same store, through the interface with the atomic operations.
fn bucket() -> Result<Bucket> {
    store::open("default").map_err(atomic_failed)
}

fn failed(error: spin_sdk::key_value::Error) -> Error {
    Error::Storage { detail: format!("key-value store: {error}") }
}

fn atomic_failed(error: store::Error) -> Error {
    Error::Storage { detail: format!("key-value store: {error:?}") }
}
