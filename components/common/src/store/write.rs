//! A write transaction on a connection of its own.
//!
//! A transaction that is dropped without [`Transaction::commit`] is rolled back. Deleted content is
//! overwritten (`secure_delete`). A commit is on the disk when it returns. No HTTP request may be made while
//! a transaction is open.

use std::time::Duration;

use super::{Event, schema};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sqlite::{Db, DbError, Row, Value, first, text};

const NOW: &str = "select ms, strftime('%Y-%m-%dT%H:%M:%fZ', ms / 1000.0, 'unixepoch')
  from (select cast(unixepoch('subsec') * 1000 as integer) as ms)";

/// An open transaction that holds the write lock.
pub struct Transaction {
    db: Db,
    /// The database's time when the transaction began, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// The same time as the API shows it (RFC 3339, UTC).
    pub now: String,
}

/// How often a transaction tries to take the write lock. SQLite's queue is not fair: among many writers, one
/// may wait for its whole 5 s while later ones get the lock.
const ATTEMPTS: u32 = 3;

/// Takes the write lock.
async fn take_lock(db: &Db) -> Result<()> {
    let mut attempt = 1;
    loop {
        match db.query("begin immediate", []).await {
            Err(DbError::Busy) if attempt < ATTEMPTS => attempt += 1,
            done => return done.map(drop).map_err(Error::from),
        }
    }
}

/// How often a relaxed transaction tries to take the write lock, over more than a minute.
const ATTEMPTS_ASIDE: u32 = 200;
/// The limits of the first pause and of the longest pause between two tries, in milliseconds. Pauses are
/// random, so that writers do not all try at once. Their limit doubles each time: a single short transaction
/// is soon done, but a crowd of writers is not.
const ASIDE_MS: (u64, u64) = (4, 500);

/// Takes the write lock when no other connection has it. It waits outside SQLite, because many writers that
/// wait inside SQLite delay each other and the more important writers.
async fn take_lock_aside(db: &Db) -> Result<()> {
    db.query("pragma busy_timeout = 0", []).await?;
    let mut attempt = 1;
    let (mut longest, most) = ASIDE_MS;
    loop {
        match db.query("begin immediate", []).await {
            Err(DbError::Busy) if attempt < ATTEMPTS_ASIDE => {
                attempt += 1;
                clock::sleep(Duration::from_millis(1 + clock::random_u64() % longest)).await;
                longest = (longest * 2).min(most);
            }
            done => return done.map(drop).map_err(Error::from),
        }
    }
}

impl Transaction {
    /// Opens a connection, migrates the schema if needed, and takes the write lock.
    ///
    /// # Errors
    /// [`Error::Storage`] if SQLite does not give the lock within 5 s at each try, [`Error::DatabaseNewer`].
    pub async fn begin() -> Result<Self> {
        let db = Self::open("pragma synchronous = full").await?;
        take_lock(&db).await?;
        Self::start(db).await
    }

    /// Begins a relaxed transaction, for counts such as usage. It lets other transactions go first, and its
    /// commit does not wait for the disk: a power cut may lose the last commits.
    ///
    /// # Errors
    /// The errors of [`Self::begin`].
    pub async fn begin_relaxed() -> Result<Self> {
        let db = Self::open("pragma synchronous = normal").await?;
        take_lock_aside(&db).await?;
        Self::start(db).await
    }

    /// Begins a transaction if no other connection holds the write lock. `None` if one does. The commit does
    /// not wait for the disk.
    ///
    /// # Errors
    /// [`Error::Storage`], [`Error::DatabaseNewer`].
    pub async fn begin_if_free() -> Result<Option<Self>> {
        let db = Self::open("pragma synchronous = normal").await?;
        db.query("pragma busy_timeout = 0", []).await?;
        match db.query("begin immediate", []).await {
            Err(DbError::Busy) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(_) => Self::start(db).await.map(Some),
        }
    }

    async fn open(synchronous: &str) -> Result<Db> {
        let db = Db::open().await?;
        schema::ensure(&db).await?;
        for pragma in ["pragma secure_delete = 1", "pragma foreign_keys = 1", synchronous] {
            db.query(pragma, []).await?;
        }
        Ok(db)
    }

    async fn start(db: Db) -> Result<Self> {
        let row = db.row(NOW, []).await?;
        let row = row.ok_or_else(|| Error::Internal("the database returned no time".into()))?;
        Ok(Self { db, now_ms: row.get(0).unwrap_or(0), now: text(&row, 1).to_owned() })
    }

    /// Runs one statement and returns its rows.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn query(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Vec<Row>>> {
        self.run(sql, Vec::from_iter(values))
    }

    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        Ok(self.db.query(sql, values).await?)
    }

    /// Runs one statement and returns its first row.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn row(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Option<Row>>> {
        first(self.query(sql, values))
    }

    /// Records an event in the transaction of the change that it describes.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn record(&self, event: &Event<'_>) -> Result<()> {
        event.insert(self).await
    }

    /// Commits the transaction. Unless it is relaxed, it is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Storage`]. Then nothing was changed.
    pub async fn commit(self) -> Result<()> {
        self.db.query("commit", []).await?;
        Ok(())
    }
}

/// Writes the write-ahead log back into the database and truncates it, so that overwritten content disappears
/// from the log too. If readers or writers prevent it, a later checkpoint does it.
///
/// # Errors
/// [`Error::Storage`].
pub async fn checkpoint() -> Result<()> {
    let db = Db::open().await?;
    match db.query("pragma wal_checkpoint(truncate)", []).await {
        Ok(_) | Err(DbError::Busy) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
