//! Migrates the schema. Among concurrent instances, the first one migrates. This module must not migrate a
//! database that a newer version of the application wrote, nor one on a server that has data, unless an operator says
//! so.

use std::cell::Cell;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::server;
use crate::platform::sqlite::{Db, DbError, Row};

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The newest schema that this version knows.
const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The version of the schema of a database in a file. 0 for a new one.
async fn version(db: &Db) -> std::result::Result<i64, Failed> {
    Ok(version_of(db.row(PRAGMA, []).await?.as_ref())?)
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

/// The version of the schema of a database in a file. It costs less than [`VERSION`].
const PRAGMA: &str = "pragma user_version";
/// The version of the database's schema, as a `select`, which a libSQL server counts as a read.
pub(super) const VERSION: &str = "select user_version from pragma_user_version";

thread_local! {
    /// Whether the database is on a server, and has the newest schema.
    static ON_SERVER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this instance has found that the database is on a server, with the newest schema.
pub(super) fn is_ready_on_server() -> bool {
    ON_SERVER.get()
}

/// Checks the schema of a database on a server. A new database gets its schema. A database of an earlier version stays
/// as it is, because instances of that version may be using it: an operator says when it is migrated.
///
/// # Errors
/// [`Error::SchemaBehind`], [`Error::DatabaseNewer`], [`Error::Storage`].
pub(super) async fn ensure_on_server() -> Result<()> {
    let rows = server::select(VERSION, Vec::new()).await?;
    match version_of(rows.first())? {
        0 => migrate_server().await?,
        found => require_current(found)?,
    }
    ON_SERVER.set(true);
    Ok(())
}

/// Migrates the database, wherever it is. In a file, each first request of an instance does the same. On a server, only
/// an operator does it.
///
/// # Errors
/// [`Error::DatabaseNewer`], [`Error::Storage`].
pub async fn migrate_now() -> Result<()> {
    let db = Db::open().await?;
    match db.query(BUSY_TIMEOUT, []).await {
        Err(DbError::Unsupported) => {
            migrate_server().await?;
            ON_SERVER.set(true);
            Ok(())
        }
        done => {
            done?;
            ensure(&db).await
        }
    }
}

/// Checks that the schema is the one that this version needs.
///
/// # Errors
/// [`Error::SchemaBehind`], [`Error::DatabaseNewer`].
pub(super) fn require_current(found: i64) -> Result<()> {
    match up_to_date(found)? {
        true => Ok(()),
        false => Err(Error::SchemaBehind { found, known: KNOWN }),
    }
}

/// The schemas on which a change is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepts {
    /// The one that this version of the application knows.
    Known,
    /// A later one too.
    Later,
}

impl Accepts {
    /// The result of a check of the schema, without the errors that do not count here.
    ///
    /// # Errors
    /// The error of `checked`.
    pub(super) fn check(self, checked: Result<()>) -> Result<()> {
        match checked {
            Err(Error::DatabaseNewer { .. }) if self == Self::Later => Ok(()),
            checked => checked,
        }
    }
}

/// How often a migration on a server is tried. Each try begins with a look whether it is still needed, so it does no
/// harm if the answer to an earlier one was lost.
const SERVER_TRIES: u32 = 20;
/// No try begins later than this after the first one, in milliseconds. The first requests wait meanwhile.
const SERVER_TRIES_MS: u64 = 30_000;

async fn migrate_server() -> Result<()> {
    let (mut tries, begun) = (1, clock::now_ms());
    let may_try = |tries| tries < SERVER_TRIES && clock::now_ms().abs_diff(begun) < SERVER_TRIES_MS;
    loop {
        match try_migrate_server().await {
            Err(Failed::Other(error @ Error::DatabaseNewer { .. })) => return Err(error),
            Err(_) if may_try(tries) => {
                tries += 1;
                clock::sleep(Duration::from_millis(20 + clock::random_u64() % PAUSE_MS)).await;
            }
            done => return Ok(done?),
        }
    }
}

async fn try_migrate_server() -> std::result::Result<(), Failed> {
    // The connection is not shared, so it ends with a transaction that failed.
    let db = Db::open().await?;
    let limit = Some(server::Use::Write.limit());
    let found = version_of(step(&db, VERSION, limit).await?.first())?;
    if up_to_date(found)? {
        return Ok(());
    }
    // A database without rows has no long statement.
    apply(&db, VERSION, limit.filter(|_| found == 0)).await
}

/// Runs one statement, which may take as long as `limit`. A server that hangs must not keep the first requests for ever.
async fn step(
    db: &Db,
    sql: &str,
    limit: Option<Duration>,
) -> std::result::Result<Vec<Row>, DbError> {
    let Some(limit) = limit else { return db.query(sql, []).await };
    let late = || DbError::Lost(format!("no answer within {} s", limit.as_secs()));
    clock::within(limit, db.query(sql, [])).await.unwrap_or_else(|| Err(late()))
}

/// Runs the pending migrations in one transaction. `sql` is the statement that reads the version, and `limit` the longest time
/// of a statement.
async fn apply(db: &Db, sql: &str, limit: Option<Duration>) -> std::result::Result<(), Failed> {
    step(db, "begin immediate", limit).await?;
    // Another connection may have migrated since the first look.
    let found = version_of(step(db, sql, limit).await?.first())?;
    if !up_to_date(found)? {
        for statement in pending(found) {
            step(db, statement, limit).await?;
        }
        step(db, &format!("pragma user_version = {KNOWN}"), limit).await?;
    }
    step(db, "commit", limit).await?;
    Ok(())
}

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
    apply(db, PRAGMA, None).await
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
