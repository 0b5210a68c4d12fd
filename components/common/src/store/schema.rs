//! The schema: brought up to date once, by whoever comes first, however many come at once.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sqlite::{Db, DbError};

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The newest schema that this version knows.
const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The schema that the database has; 0 for a new one.
///
/// # Errors
/// [`Error::Storage`].
async fn version(db: &Db) -> Result<i64> {
    let row = db.row("pragma user_version", []).await?;
    Ok(row.and_then(|row| row.get::<i64>(0)).unwrap_or(0))
}

/// Brings the database up to date; costs one read where it is.
///
/// # Errors
/// [`Error::DatabaseNewer`] where a later version wrote it, [`Error::Storage`].
pub(super) async fn ensure(db: &Db) -> Result<()> {
    if up_to_date(version(db).await?)? {
        return Ok(());
    }
    write_ahead_log(db).await?;
    db.query("begin immediate", []).await?;
    // Whoever waited here for another's migration finds it done.
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

/// Whether a database of schema `found` needs nothing done.
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

/// Readers and the writer must not wait for each other. The mode stays with the file; switching
/// needs the file alone for a moment, and SQLite does not wait for that by itself.
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
