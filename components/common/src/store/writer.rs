//! Connections that write, and how they wait for the write lock: to a file, opened for one transaction or kept for the
//! next relaxed one, or to a server, lent. This module must not run a change a second time, unless it is known that the first time did nothing.

use std::cell::RefCell;
use std::time::Duration;

use super::schema::{self, Accepts};
use crate::error::Result;
use crate::platform::clock::{self, Pauses};
use crate::platform::server::{Lent, Use};
use crate::platform::sqlite::{Db, DbError, Row, Value};

/// How often a transaction tries to take the write lock. SQLite's queue is not fair: among many writers, one
/// may wait for its whole 5 s while later ones get the lock.
const ATTEMPTS: u32 = 5;
/// How often a relaxed transaction tries to take the write lock, over more than a minute.
const ATTEMPTS_ASIDE: u32 = 200;
/// The pauses between the tries of a relaxed transaction: a single short transaction is soon done, but a crowd of writers is
/// not.
const ASIDE: Pauses = Pauses::new(4, 500);
/// The pauses between the tries of a statement on a server.
const ON_SERVER: Pauses = Pauses::new(4, 4);

thread_local! {
    /// A relaxed connection to a file, for the next relaxed change of this instance. Opening one costs much more than a
    /// change does. It is as old as the instance's reader at most, so it knows the same schema.
    static KEPT: RefCell<Kept<Db>> = const { RefCell::new(Kept::EMPTY) };
}

/// A connection for the next change, unless an error has closed it.
struct Kept<T> {
    idle: Option<T>,
    /// How often it was closed. A connection that was opened before the last time is not kept again.
    closings: u64,
}

impl<T> Kept<T> {
    const EMPTY: Self = Self { idle: None, closings: 0 };

    /// Keeps `connection`, unless something was closed since it was opened, which was after `closings`.
    fn put(&mut self, connection: T, closings: u64) {
        if closings == self.closings {
            self.idle = Some(connection);
        }
    }

    fn close(&mut self) {
        self.idle = None;
        self.closings += 1;
    }
}

/// A connection that writes.
pub(super) enum Writer {
    /// To a file, for one transaction, with its durability, and [`Kept::closings`] when it was opened.
    File(Db, Durability, u64),
    /// To a server, lent.
    Server(Lent),
}

impl Writer {
    /// Runs one statement.
    pub(super) async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
        match self {
            Self::File(db, ..) => db.query(sql, values).await,
            Self::Server(lent) => lent.query(sql, values).await,
        }
    }

    /// Keeps the connection for the next change, if it is a relaxed one to a file. Call this after a change that has
    /// succeeded, and never while a transaction is open.
    pub(super) fn keep(self) {
        if let Self::File(db, Durability::Relaxed, closings) = self {
            KEPT.with_borrow_mut(|kept| kept.put(db, closings));
        }
    }
}

/// Runs a statement that takes the write lock, and waits for the lock. A relaxed change waits outside SQLite, because many
/// writers that wait inside SQLite delay each other and the more important writers.
pub(super) async fn run_locked(
    writer: &mut Writer,
    sql: &str,
    values: &[Value],
    stopped: IfStopped,
) -> Result<Vec<Row>, DbError> {
    let (db, durability) = match writer {
        Writer::File(db, durability, _) => (db, *durability),
        // The instance has one connection to a server that writes. A change that waited for minutes would keep all others
        // from writing, and there is nothing to step aside for: the server takes writers one after the other.
        Writer::Server(lent) => {
            return run_on_server(lent, sql, values, stopped, ATTEMPTS).await;
        }
    };
    let attempts = match durability {
        Durability::Full => ATTEMPTS,
        Durability::Relaxed => ATTEMPTS_ASIDE,
    };
    let mut attempt = 1;
    let mut pauses = ASIDE;
    loop {
        match db.query(sql, values.iter().cloned()).await {
            Err(DbError::Busy) if attempt < attempts => attempt += 1,
            done => return done,
        }
        if let Durability::Relaxed = durability {
            pauses.pause().await;
        }
    }
}

/// How long after the first try of a statement on a server another one may begin.
const SERVER_WITHIN: Duration = Use::Write.limit();

/// How often a statement runs again that a server has stopped.
pub(super) const MOST_STOPPED: u32 = 2;

/// The statement that begins a transaction.
pub(super) const BEGIN: &str = "begin immediate";

/// What becomes of a statement that a server has stopped ([`DbError::Interrupted`]).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IfStopped {
    /// It runs again, because a second run changes nothing more.
    Repeat,
    /// It fails, because it may have made its change.
    Fail,
}

/// Runs a statement on a server, outside of a transaction. If the server has closed the connection before the statement, it
/// runs on a new one. A lock that was not free is retried, and that at once and on the same connection: while sqld waits for
/// the one whose turn it is, nobody else writes. No try begins later than [`SERVER_WITHIN`], because the other changes of the
/// instance wait meanwhile.
pub(super) async fn run_on_server(
    lent: &mut Lent,
    sql: &str,
    values: &[Value],
    if_stopped: IfStopped,
    attempts: u32,
) -> Result<Vec<Row>, DbError> {
    let (mut attempt, mut stopped, begun) = (1, 0, clock::now_ms());
    let mut pauses = ON_SERVER;
    let is_late = || u128::from(clock::now_ms().abs_diff(begun)) > SERVER_WITHIN.as_millis();
    let most_stopped = if if_stopped == IfStopped::Repeat { MOST_STOPPED } else { 0 };
    loop {
        match lent.query(sql, values.to_vec()).await {
            Err(DbError::Busy) if attempt < attempts && !is_late() => {
                attempt += 1;
                pauses.pause().await;
            }
            Err(DbError::Interrupted) if stopped < most_stopped && !is_late() => {
                stopped += 1;
                lent.reopen().await?;
                prepare(lent).await?;
            }
            Err(DbError::Refused(_)) if lent.is_used() => {
                lent.reopen().await?;
                prepare(lent).await?;
            }
            done => return done,
        }
    }
}

/// The first statement of a new connection to a server. There are no further settings: the server keeps the log, the
/// disk and the checkpoints.
async fn prepare(lent: &Lent) -> Result<(), DbError> {
    lent.query("pragma foreign_keys = 1", Vec::new()).await.map(drop)
}

/// Closes the connection that is kept, and has none kept that is at work now. An error of the instance's reader may
/// concern them too.
pub(super) fn close_kept() {
    KEPT.with_borrow_mut(Kept::close);
}

/// When a commit returns.
#[derive(Clone, Copy)]
pub(super) enum Durability {
    /// When the change is on the disk.
    Full,
    /// When the change is in the operating system's memory. A power cut may lose the last commits.
    Relaxed,
}

/// Opens a connection that may write, or lends one.
pub(super) async fn open(durability: Durability) -> Result<Writer> {
    open_for(durability, Accepts::Known).await
}

/// As [`open`], for a change on the schemas that `accepts` names.
pub(super) async fn open_for(durability: Durability, accepts: Accepts) -> Result<Writer> {
    if schema::is_ready_on_server() {
        return lend().await;
    }
    let (kept, closings) = KEPT.with_borrow_mut(|kept| match durability {
        Durability::Relaxed => (kept.idle.take(), kept.closings),
        Durability::Full => (None, kept.closings),
    });
    if let Some(db) = kept {
        return Ok(Writer::File(db, durability, closings));
    }
    let db = Db::open().await?;
    let synchronous = match durability {
        Durability::Full => "pragma synchronous = full",
        Durability::Relaxed => "pragma synchronous = normal",
    };
    // The client of a libSQL server refuses this pragma, without asking the server.
    match db.query(synchronous, []).await {
        Err(DbError::Unsupported) => {
            schema::ensure_on_server().await?;
            return lend().await;
        }
        done => done?,
    };
    accepts.check(schema::ensure(&db).await)?;
    for pragma in ["pragma secure_delete = 1", "pragma foreign_keys = 1"] {
        db.query(pragma, []).await?;
    }
    if let Durability::Relaxed = durability {
        // A relaxed change waits for the write lock outside of SQLite, or not at all.
        db.query("pragma busy_timeout = 0", []).await?;
    }
    Ok(Writer::File(db, durability, closings))
}

async fn lend() -> Result<Writer> {
    let lent = Lent::take(Use::Write).await?;
    if !lent.is_used() {
        prepare(&lent).await?;
    }
    Ok(Writer::Server(lent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_was_at_work_when_the_kept_one_was_closed_is_not_kept() {
        let mut kept = Kept::EMPTY;
        kept.put("first", kept.closings);
        let (at_work, opened_after) = (kept.idle.take().unwrap(), kept.closings);
        kept.close();
        kept.put(at_work, opened_after);
        assert_eq!(kept.idle, None);
        kept.put("second", kept.closings);
        assert_eq!(kept.idle, Some("second"));
        kept.close();
        assert_eq!(kept.idle, None);
    }
}
