//! A write transaction on a connection of its own.
//!
//! A transaction that is dropped without [`Transaction::commit`] is rolled back. Deleted content is
//! overwritten (`secure_delete`). A commit is on the disk when it returns. No HTTP request may be made while
//! a transaction is open.

use std::time::Duration;

use super::schema;
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sqlite::{Db, DbError, Row, Value, first};

const NOW: &str = "select ms, strftime('%Y-%m-%dT%H:%M:%fZ', ms / 1000.0, 'unixepoch') as text
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
const ATTEMPTS: u32 = 5;

/// Runs a statement that takes the write lock, and waits for the lock.
async fn run_locked(db: &Db, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
    let mut attempt = 1;
    loop {
        match db.query(sql, values.iter().cloned()).await {
            Err(DbError::Busy) if attempt < ATTEMPTS => attempt += 1,
            done => return done.map_err(Error::from),
        }
    }
}

/// How often a relaxed transaction tries to take the write lock, over more than a minute.
const ATTEMPTS_ASIDE: u32 = 200;
/// The limits of the first pause and of the longest pause between two tries, in milliseconds. Pauses are
/// random, so that writers do not all try at once. Their limit doubles each time: a single short transaction
/// is soon done, but a crowd of writers is not.
const ASIDE_MS: (u64, u64) = (4, 500);

/// Runs a statement that takes the write lock, when no other connection has it. It waits outside SQLite,
/// because many writers that wait inside SQLite delay each other and the more important writers.
async fn run_aside(db: &Db, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
    db.query("pragma busy_timeout = 0", []).await?;
    let mut attempt = 1;
    let (mut longest, most) = ASIDE_MS;
    loop {
        match db.query(sql, values.iter().cloned()).await {
            Err(DbError::Busy) if attempt < ATTEMPTS_ASIDE => {
                attempt += 1;
                clock::sleep(Duration::from_millis(1 + clock::random_u64() % longest)).await;
                longest = (longest * 2).min(most);
            }
            done => return done.map_err(Error::from),
        }
    }
}

const BEGIN: &str = "begin immediate";

/// When a commit returns.
#[derive(Clone, Copy)]
enum Durability {
    /// When the change is on the disk.
    Full,
    /// When the change is in the operating system's memory. A power cut may lose the last commits.
    Relaxed,
}

/// Opens a connection that may write.
async fn open(durability: Durability) -> Result<Db> {
    let db = Db::open().await?;
    schema::ensure(&db).await?;
    let synchronous = match durability {
        Durability::Full => "pragma synchronous = full",
        Durability::Relaxed => "pragma synchronous = normal",
    };
    for pragma in ["pragma secure_delete = 1", "pragma foreign_keys = 1", synchronous] {
        db.query(pragma, []).await?;
    }
    Ok(db)
}

/// Runs one statement in a transaction of its own, and returns its rows. The change is on the disk then. A
/// change that is a single statement holds the write lock for one step only.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Vec<Row>>> {
    let values = Vec::from_iter(values);
    async move { run_locked(&open(Durability::Full).await?, sql, &values).await }
}

/// As [`write`], for a statement of which the caller needs the first row only.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write_row(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Option<Row>>> {
    first(write(sql, values))
}

/// As [`write`], but relaxed, as [`Transaction::begin_relaxed`] is.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write_relaxed(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Vec<Row>>> {
    let values = Vec::from_iter(values);
    async move { run_aside(&open(Durability::Relaxed).await?, sql, &values).await }
}

/// The outcome of a write that does not wait for the write lock.
pub enum IfFree {
    /// The statement ran. The first of its rows.
    Done(Option<Row>),
    /// Another connection holds the write lock. Nothing was changed.
    Busy,
}

/// Runs one statement in a transaction of its own, unless another connection holds the write lock. The commit
/// does not wait for the disk.
///
/// # Errors
/// [`Error::Storage`], [`Error::DatabaseNewer`].
pub async fn write_if_free(sql: &str, values: impl IntoIterator<Item = Value>) -> Result<IfFree> {
    let values = Vec::from_iter(values);
    let db = open(Durability::Relaxed).await?;
    db.query("pragma busy_timeout = 0", []).await?;
    match db.query(sql, values).await {
        Ok(rows) => Ok(IfFree::Done(rows.into_iter().next())),
        Err(DbError::Busy) => Ok(IfFree::Busy),
        Err(error) => Err(error.into()),
    }
}

impl Transaction {
    /// Opens a connection, migrates the schema if needed, and takes the write lock.
    ///
    /// # Errors
    /// [`Error::Storage`] if SQLite does not give the lock within 5 s at each try, [`Error::DatabaseNewer`].
    pub async fn begin() -> Result<Self> {
        let db = open(Durability::Full).await?;
        run_locked(&db, BEGIN, &[]).await?;
        Self::start(db).await
    }

    /// Begins a relaxed transaction, for counts such as usage. It lets other transactions go first, and its
    /// commit does not wait for the disk: a power cut may lose the last commits.
    ///
    /// # Errors
    /// The errors of [`Self::begin`].
    pub async fn begin_relaxed() -> Result<Self> {
        let db = open(Durability::Relaxed).await?;
        run_aside(&db, BEGIN, &[]).await?;
        Self::start(db).await
    }

    async fn start(db: Db) -> Result<Self> {
        let row = db.row(NOW, []).await?;
        let row = row.ok_or_else(|| Error::Internal("the database returned no time".into()))?;
        Ok(Self { now_ms: row.get("ms")?, now: row.text("text")?, db })
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
