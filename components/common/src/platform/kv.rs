//! The default key-value store: immutable documents and caches.
//!
//! It must not be on the path of a request that has to be fast, nor hold what must be consistent:
//! Spin's default store syncs the disk on each write, and hosted ones promise to show a write only
//! within the request that made it.

use crate::{Error, Result};

/// The value under `key`.
///
/// # Errors
/// [`Error::Storage`] where the store cannot be reached.
pub async fn get(key: &str) -> Result<Option<Vec<u8>>> {
    let store = spin_sdk::key_value::Store::open_default().await.map_err(failed)?;
    store.get(key).await.map_err(failed)
}

/// Writes `value` under `key`, replacing what was there.
///
/// # Errors
/// [`Error::Storage`] where the store cannot be written.
pub async fn set(key: &str, value: &[u8]) -> Result<()> {
    let store = spin_sdk::key_value::Store::open_default().await.map_err(failed)?;
    store.set(key, value).await.map_err(failed)
}

fn failed(error: spin_sdk::key_value::Error) -> Error {
    Error::Storage { detail: format!("key-value store: {error}") }
}
