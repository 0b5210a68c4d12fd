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
///
/// # Errors
/// [`Error::Storage`].
async fn version(db: &Db) -> Result<i64> {
    version_of(db.row("pragma user_version", []).await?.as_ref())
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
/// # Errors
/// [`Error::DatabaseNewer`] if a newer version of the application wrote it, [`Error::Storage`].
pub(super) async fn ensure(db: &Db) -> Result<()> {
    if up_to_date(version(db).await?)? {
        return Ok(());
    }
    write_ahead_log(db).await?;
    db.query("begin immediate", []).await?;
    // While this instance waited for the lock, another may have finished the migration.
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

/// Switches to write-ahead logging, in which readers and the writer do not wait for each other. The mode is
/// stored in the file. The switch needs exclusive access for a moment, and SQLite does not wait for that, so
/// this function retries.
async fn write_ahead_log(db: &Db) -> Result<()> {
    let mut tries = 0;
    loop {
        match db.query("pragma journal_mode = wal", []).await {
            Ok(_) => return Ok(()),
            Err(DbError::Busy) if tries < 100 => {
                tries += 1;
                clock::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
