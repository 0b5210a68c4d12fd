//! A key-value store in a file: one SQLite file and one connection behind a mutex, in Spin's table layout, so that
//! Spin and this host can use the same `.spin` directory.
//!
//! This module handles labels and keys, not access rights. It runs on the blocking pool.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::Mutex;

use super::{Failure, check_size};

const CREATE: &str = "create table if not exists spin_key_value (
    store text not null,
    key   text not null,
    value blob not null,
    primary key (store, key)
)";
const GET: &str = "select value from spin_key_value where store = ?1 and key = ?2";
const SET: &str = "insert into spin_key_value (store, key, value) values (?1, ?2, ?3)
    on conflict (store, key) do update set value = ?3";
const SWAP: &str =
    "update spin_key_value set value = ?3 where store = ?1 and key = ?2 and value = ?4";
const DELETE: &str = "delete from spin_key_value where store = ?1 and key = ?2";
const KEYS: &str = "select key from spin_key_value where store = ?1";

/// The file that contains all stores, opened on first use.
#[derive(Clone)]
pub(crate) struct Database {
    path: Arc<PathBuf>,
    opened: Arc<Mutex<Option<Connection>>>,
}

/// One store, by its label.
#[derive(Clone)]
pub(crate) struct Store {
    database: Database,
    label: Arc<str>,
}

/// A compare-and-swap in progress: the value that [`Cas::current`] read, if it was called.
#[derive(Clone)]
pub(crate) struct Cas {
    store: Store,
    key: String,
    seen: Option<Vec<u8>>,
}

impl Database {
    /// Touches no file.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path: Arc::new(path), opened: Arc::default() }
    }

    /// The store with this label. The caller must have checked the right to it.
    pub(crate) fn store(&self, label: &str) -> Store {
        Store { database: self.clone(), label: label.into() }
    }

    fn open(path: &Path) -> Result<Connection, Failure> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| format!("{error:?}"))?;
        }
        let connection = Connection::open(path).map_err(failure)?;
        connection.execute(CREATE, []).map_err(failure)?;
        Ok(connection)
    }
}

impl Store {
    async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection, &str) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, Failure> {
        let Database { path, opened } = self.database.clone();
        let label = self.label.clone();
        // A separate task: a guest that waits in a synchronous call is not polled, and another of its calls
        // may already hold the lock. Waiting blocks no thread.
        tokio::spawn(async move {
            let mut opened = opened.lock_owned().await;
            tokio::task::spawn_blocking(move || {
                let connection = match &mut *opened {
                    Some(connection) => connection,
                    empty => empty.insert(Database::open(&path)?),
                };
                work(connection, &label)
            })
            .await
        })
        .await
        .flatten()
        .unwrap_or_else(|error| Err(error.to_string()))
    }

    pub(crate) async fn get(&self, key: String) -> Result<Option<Vec<u8>>, Failure> {
        self.run(move |connection, label| get(connection, label, &key)).await
    }

    pub(crate) async fn set(&self, key: String, value: Vec<u8>) -> Result<(), Failure> {
        self.run(move |connection, label| set(connection, label, &key, &value)).await
    }

    pub(crate) async fn delete(&self, key: String) -> Result<(), Failure> {
        self.run(move |connection, label| {
            let mut statement = connection.prepare_cached(DELETE).map_err(failure)?;
            statement.execute(params![label, key]).map_err(failure)?;
            Ok(())
        })
        .await
    }

    /// All keys at once: a guest that reads them slowly must not hold the only connection.
    pub(crate) async fn keys(&self) -> Result<Vec<String>, Failure> {
        self.run(|connection, label| {
            let mut statement = connection.prepare_cached(KEYS).map_err(failure)?;
            let mut rows = statement.query([label]).map_err(failure)?;
            let mut bytes = 0;
            let mut keys = Vec::new();
            while let Some(row) = rows.next().map_err(failure)? {
                let key: String = row.get(0).map_err(failure)?;
                bytes += size_of::<String>() + key.len();
                check_size(bytes)?;
                keys.push(key);
            }
            Ok(keys)
        })
        .await
    }

    /// Adds to an 8-byte little-endian number. A missing key counts as zero.
    pub(crate) async fn increment(&self, key: String, delta: i64) -> Result<i64, Failure> {
        self.run(move |connection, label| {
            let transaction = connection.transaction().map_err(failure)?;
            let number = match get(&transaction, label, &key)? {
                None => 0,
                Some(bytes) => i64::from_le_bytes(
                    bytes
                        .try_into()
                        .map_err(|_| "the value must be a number of 8 bytes".to_owned())?,
                ),
            };
            let number = number.checked_add(delta).ok_or("the number overflows")?;
            set(&transaction, label, &key, &number.to_le_bytes())?;
            transaction.commit().map_err(failure)?;
            Ok(number)
        })
        .await
    }
}

impl Cas {
    /// Begins a compare-and-swap that has not read a value yet.
    pub(crate) fn new(store: Store, key: String) -> Self {
        Self { store, key, seen: None }
    }

    /// Reads the value, and remembers it for [`Cas::swap`].
    pub(crate) async fn current(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let value = self.store.get(self.key.clone()).await?;
        self.seen.clone_from(&value);
        Ok(value)
    }

    /// Writes if the stored value is still the one that was read; otherwise returns `false`. If no value was
    /// read, it always writes, as Spin does.
    pub(crate) async fn swap(&self, value: Vec<u8>) -> Result<bool, Failure> {
        let Self { store, key, seen } = self.clone();
        store
            .run(move |connection, label| {
                let Some(seen) = seen else {
                    return set(connection, label, &key, &value).map(|()| true);
                };
                let mut statement = connection.prepare_cached(SWAP).map_err(failure)?;
                let rows = statement.execute(params![label, key, value, seen]).map_err(failure)?;
                Ok(rows == 1)
            })
            .await
    }
}

fn get(connection: &Connection, label: &str, key: &str) -> Result<Option<Vec<u8>>, Failure> {
    let mut statement = connection.prepare_cached(GET).map_err(failure)?;
    let value = statement
        .query_row(params![label, key], |row| row.get::<_, Vec<u8>>(0))
        .optional()
        .map_err(failure)?;
    check_size(size_of::<Option<Vec<u8>>>() + value.as_ref().map_or(0, Vec::len))?;
    Ok(value)
}

fn set(connection: &Connection, label: &str, key: &str, value: &[u8]) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(SET).map_err(failure)?;
    statement.execute(params![label, key, value]).map_err(failure)?;
    Ok(())
}

fn failure(error: rusqlite::Error) -> Failure {
    format!("{error:?}")
}
