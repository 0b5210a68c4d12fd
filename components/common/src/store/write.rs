//! A writing transaction on a connection of its own.
//!
//! Dropping it without [`Transaction::commit`] rolls back, whatever the reason. Deleted content is
//! overwritten (`secure_delete`), and a commit is on the disk when it returns.

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
    /// The database's time when it began, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// The same as the API shows times: RFC 3339, UTC.
    pub now: String,
}

/// How often the write lock is asked for. SQLite's waiting is not fair: among many writers one may
/// wait its 5 s in vain while the others come and go.
const ATTEMPTS: u32 = 3;

/// Takes the write lock.
async fn locked(db: &Db) -> Result<()> {
    let mut attempt = 1;
    loop {
        match db.query("begin immediate", []).await {
            Err(DbError::Busy) if attempt < ATTEMPTS => attempt += 1,
            done => return done.map(drop).map_err(Error::from),
        }
    }
}

/// How often the write lock is asked for by what stands aside: over a minute and more.
const ATTEMPTS_ASIDE: u32 = 200;
/// Longest first pause between two of them, and longest of all, in milliseconds. A pause is random, so that
/// they do not come together, and each is longer than the last: another's short transaction is over soon, a
/// crowd is not.
const ASIDE_MS: (u64, u64) = (4, 500);

/// Takes the write lock when nobody else has it, and waits for it outside of SQLite: many that wait
/// there take it from each other, and from those who are waited for.
async fn locked_aside(db: &Db) -> Result<()> {
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
    /// Opens a connection, brings the schema up to date and takes the write lock.
    ///
    /// # Errors
    /// [`Error::Storage`] where the lock is not to be had within 5 s, [`Error::DatabaseNewer`].
    pub async fn begin() -> Result<Self> {
        let db = Self::opened("pragma synchronous = full").await?;
        locked(&db).await?;
        Self::begun(db).await
    }

    /// The same for what is counted, not for what counts: it lets others go first, and its commit is
    /// not awaited on the disk, so that a power cut may lose the last of them.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn begin_relaxed() -> Result<Self> {
        let db = Self::opened("pragma synchronous = normal").await?;
        locked_aside(&db).await?;
        Self::begun(db).await
    }

    /// The same where nobody holds the write lock; `None` where somebody does. What is written is not awaited
    /// on the disk.
    ///
    /// # Errors
    /// [`Error::Storage`], [`Error::DatabaseNewer`].
    pub async fn begin_if_free() -> Result<Option<Self>> {
        let db = Self::opened("pragma synchronous = normal").await?;
        db.query("pragma busy_timeout = 0", []).await?;
        match db.query("begin immediate", []).await {
            Err(DbError::Busy) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(_) => Self::begun(db).await.map(Some),
        }
    }

    async fn opened(synchronous: &str) -> Result<Db> {
        let db = Db::open().await?;
        schema::ensure(&db).await?;
        for pragma in ["pragma secure_delete = 1", "pragma foreign_keys = 1", synchronous] {
            db.query(pragma, []).await?;
        }
        Ok(db)
    }

    async fn begun(db: Db) -> Result<Self> {
        let row = db.row(NOW, []).await?;
        let row = row.ok_or_else(|| Error::Internal("the database tells no time".into()))?;
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

    /// Writes an event beside what it tells.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn record(&self, event: &Event<'_>) -> Result<()> {
        event.insert(self).await
    }

    /// Commits. From here on it is on the disk.
    ///
    /// # Errors
    /// [`Error::Storage`]; then nothing was changed.
    pub async fn commit(self) -> Result<()> {
        self.db.query("commit", []).await?;
        Ok(())
    }
}

/// Writes the log back into the database and cuts it to nothing, so that what was overwritten is
/// gone from there too. Where readers or writers are in the way, a later one does it.
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
