//! Migrates the schema. Among concurrent instances, the first one migrates. This module must not migrate a
//! database that a newer version of the application wrote.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sqlite::{Db, DbError, Row};

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The newest schema that this version knows.
const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The version of the database's schema. 0 for a new database.
async fn version(db: &Db) -> std::result::Result<i64, Failed> {
    let row = db.row("pragma user_version", []).await?;
    Ok(version_of(row.as_ref())?)
}

/// The version in the row of `pragma user_version`.
///
/// # Errors
/// [`Error::Storage`] if there is no row.
pub(super) fn version_of(row: Option<&Row>) -> Result<i64> {
    let row = row.ok_or_else(|| Error::Internal("the database returned no version".into()))?;
    Ok(row.get("user_version")?)
}

/// Migrates the database to the newest schema. This costs one read if the schema is up to date.
///
/// The first requests after an update come together, and each of them finds an old schema. One migrates. The
/// others wait outside SQLite, where a crowd of writers would reach its time limit, and look again.
///
/// # Errors
/// [`Error::DatabaseNewer`] if a newer version of the application wrote it, [`Error::Storage`].
pub(super) async fn ensure(db: &Db) -> Result<()> {
    if up_to_date(version(db).await?)? {
        return Ok(());
    }
    db.query("pragma busy_timeout = 0", []).await?;
    let mut tries = 0;
    loop {
        match migrate(db).await {
            Err(Failed::Busy) if tries < TRIES => {
                tries += 1;
                clock::sleep(Duration::from_millis(10 + clock::random_u64() % PAUSE_MS)).await;
            }
            done => {
                done?;
                break;
            }
        }
    }
    db.query(BUSY_TIMEOUT, []).await?;
    Ok(())
}

/// How often an instance looks whether the migration is done, over about a minute.
const TRIES: u32 = 600;
/// The limit of the random part of a pause between two looks, in milliseconds.
const PAUSE_MS: u64 = 180;
/// The time that Spin lets a statement wait for a lock.
const BUSY_TIMEOUT: &str = "pragma busy_timeout = 5000";

/// Why a migration did not take place.
enum Failed {
    /// Another connection has the lock. Nothing was changed.
    Busy,
    Other(Error),
}

impl From<DbError> for Failed {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::Busy,
            error => Self::Other(error.into()),
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Busy => DbError::Busy.into(),
            Failed::Other(error) => error,
        }
    }
}

/// Migrates, unless another connection has the lock or has migrated already.
async fn migrate(db: &Db) -> std::result::Result<(), Failed> {
    if up_to_date(version(db).await?)? {
        return Ok(());
    }
    // The mode is stored in the file. In it, readers and the writer do not wait for each other. The switch needs
    // exclusive access for a moment.
    db.query("pragma journal_mode = wal", []).await?;
    db.query("begin immediate", []).await?;
    // Another connection may have migrated since the first look.
    let found = version(db).await?;
    if !up_to_date(found)? {
        for statement in pending(found) {
            db.query(statement, []).await?;
        }
        db.query(&format!("pragma user_version = {KNOWN}"), []).await?;
    }
    db.query("commit", []).await?;
    Ok(())
}

/// Whether the schema `found` is the newest one.
///
/// # Errors
/// [`Error::DatabaseNewer`].
pub(super) fn up_to_date(found: i64) -> Result<bool> {
    if found > KNOWN {
        return Err(Error::DatabaseNewer { found, known: KNOWN });
    }
    Ok(found == KNOWN)
}

fn pending(found: i64) -> impl Iterator<Item = &'static str> {
    let done = usize::try_from(found).unwrap_or(0);
    MIGRATIONS.iter().skip(done).flat_map(|statements| statements.iter().copied())
}
