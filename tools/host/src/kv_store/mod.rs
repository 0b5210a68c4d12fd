//! The key-value store: a file, or a Redis server. This module handles labels and keys, not access rights.

mod file;
mod redis;

use std::path::PathBuf;

use anyhow::Result;
use tokio::sync::{mpsc, oneshot};

/// The maximum memory for one result or, when streamed, for one row. The same as Spin's.
pub(crate) const MAX_RESULT_BYTES: usize = 128 << 20;

/// The number of keys that are buffered for the guest. The same as Spin's.
const KEYS_AHEAD: usize = 4;

/// The reason of a failure. The interfaces have one case for it.
pub(crate) type Failure = String;

/// What contains the stores.
#[derive(Clone)]
pub(crate) enum KeyValue {
    /// A file with a part for each label.
    File(file::Database),
    /// A Redis server, which has no labels: all of them are the same store.
    Redis(redis::Server),
}

/// One store.
#[derive(Clone)]
pub enum Store {
    /// In a file.
    File(file::Store),
    /// On a Redis server.
    Redis(redis::Store),
}

/// A compare-and-swap in progress: the value that [`Cas::current`] read, if it was called.
#[derive(Clone)]
pub enum Cas {
    /// In a file.
    File(file::Cas),
    /// On a Redis server.
    Redis(redis::Cas),
}

/// The keys of a store, and how their listing ended.
pub(crate) struct Keys {
    pub(crate) keys: mpsc::Receiver<String>,
    pub(crate) done: oneshot::Receiver<Result<(), Failure>>,
}

impl KeyValue {
    /// Stores in a file. Touches no file.
    pub(crate) fn file(path: PathBuf) -> Self {
        Self::File(file::Database::new(path))
    }

    /// Stores on a Redis server. Sends nothing.
    ///
    /// # Errors
    /// The URL is not valid.
    pub(crate) fn redis(url: &str) -> Result<Self> {
        redis::Server::new(url).map(Self::Redis)
    }

    /// Opens the store with this label. The caller must have checked the right to it.
    pub(crate) async fn store(&self, label: &str) -> Result<Store, Failure> {
        Ok(match self {
            Self::File(database) => Store::File(database.store(label)),
            Self::Redis(server) => Store::Redis(server.open().await?),
        })
    }
}

impl Store {
    pub(crate) async fn get(&self, key: String) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::File(store) => store.get(key).await,
            Self::Redis(store) => store.get(&key).await,
        }
    }

    pub(crate) async fn set(&self, key: String, value: Vec<u8>) -> Result<(), Failure> {
        match self {
            Self::File(store) => store.set(key, value).await,
            Self::Redis(store) => store.set(&key, &value).await,
        }
    }

    pub(crate) async fn delete(&self, key: String) -> Result<(), Failure> {
        match self {
            Self::File(store) => store.delete(key).await,
            Self::Redis(store) => store.delete(&key).await,
        }
    }

    pub(crate) async fn exists(&self, key: String) -> Result<bool, Failure> {
        match self {
            Self::File(store) => store.get(key).await.map(|value| value.is_some()),
            Self::Redis(store) => store.exists(&key).await,
        }
    }

    /// All keys at once.
    pub(crate) async fn keys(&self) -> Result<Vec<String>, Failure> {
        match self {
            Self::File(store) => store.keys().await,
            Self::Redis(store) => store.keys().await,
        }
    }

    /// All keys, one after the other. A guest that reads keys of a file slowly must not hold the only connection,
    /// so those are read at once.
    pub(crate) async fn stream_keys(&self) -> Keys {
        let (keys_tx, keys) = mpsc::channel(KEYS_AHEAD);
        let (done_tx, done) = oneshot::channel();
        match self {
            Self::File(store) => {
                let found = store.keys().await;
                tokio::spawn(async move {
                    let result = match found {
                        Ok(found) => send_all(found, &keys_tx).await,
                        Err(error) => Err(error),
                    };
                    drop(keys_tx);
                    let _ = done_tx.send(result);
                });
            }
            Self::Redis(store) => {
                let store = store.clone();
                tokio::spawn(async move {
                    let result = store.scan(&keys_tx).await;
                    drop(keys_tx);
                    let _ = done_tx.send(result);
                });
            }
        }
        Keys { keys, done }
    }

    /// Adds to a number. A missing key counts as zero.
    pub(crate) async fn increment(&self, key: String, delta: i64) -> Result<i64, Failure> {
        match self {
            Self::File(store) => store.increment(key, delta).await,
            Self::Redis(store) => store.increment(&key, delta).await,
        }
    }

    /// Begins a compare-and-swap that has not read a value yet.
    pub(crate) async fn begin_cas(&self, key: String) -> Result<Cas, Failure> {
        Ok(match self {
            Self::File(store) => Cas::File(file::Cas::new(store.clone(), key)),
            Self::Redis(store) => Cas::Redis(store.begin_cas(key).await?),
        })
    }
}

impl Cas {
    /// Reads the value, and remembers it for [`Cas::swap`].
    pub(crate) async fn current(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::File(cas) => cas.current().await,
            Self::Redis(cas) => cas.current().await,
        }
    }

    /// Writes if the stored value is still the one that was read; otherwise returns `false`. If no value was
    /// read, it always writes, as Spin does.
    pub(crate) async fn swap(&self, value: Vec<u8>) -> Result<bool, Failure> {
        match self {
            Self::File(cas) => cas.swap(value).await,
            Self::Redis(cas) => Ok(cas.swap(value).await),
        }
    }

    /// The same after a swap that failed, to try again.
    pub(crate) async fn again(self) -> Result<Self, Failure> {
        Ok(match self {
            Self::File(cas) => Self::File(cas),
            Self::Redis(cas) => Self::Redis(cas.again().await?),
        })
    }
}

async fn send_all(keys: Vec<String>, to: &mpsc::Sender<String>) -> Result<(), Failure> {
    for key in keys {
        to.send(key).await.map_err(|_| "the listing was dropped".to_owned())?;
    }
    Ok(())
}

fn check_size(bytes: usize) -> Result<(), Failure> {
    if bytes > MAX_RESULT_BYTES {
        return Err(format!("query result exceeds limit of {MAX_RESULT_BYTES} bytes"));
    }
    Ok(())
}
