//! Connections of this instance to a libSQL server: a few that read, and one that writes, each lent to one request at a
//! time.
//!
//! Opening a connection costs the host milliseconds, so a connection that is given back in order is lent again. The
//! server closes a connection after ten seconds without a statement. One that is nearly as old is not lent again. A
//! connection is closed if the end of its last statement is not known.
//!
//! This module must not run a statement a second time: it does not know what the statement does.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::time::Duration;

use super::clock;
use super::queue::Queue;
use super::shared_read::Share;
use super::sqlite::{Db, DbError, Row, Value};

/// The use for which a connection is lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// For `select`s outside of a transaction.
    Read,
    /// For changes. One request of an instance writes at a time, because the server runs writers one after the other
    /// anyway.
    Write,
}

impl Use {
    /// The most connections of an instance.
    const fn most(self) -> usize {
        match self {
            Self::Read => 4,
            Self::Write => 1,
        }
    }

    /// How long a statement may take. A statement that writes waits longer than the 5 s after which a server takes the
    /// write lock from a replica that was killed.
    pub const fn limit(self) -> Duration {
        match self {
            Self::Read => Duration::from_secs(2),
            Self::Write => Duration::from_secs(8),
        }
    }
}

/// A connection that has run no statement for so long is not lent again, in milliseconds. The server closes it after
/// 10 s.
const FRESH_MS: u64 = 8_000;

/// How long a request waits for a connection that another request has, before it opens one more. Opening one costs the
/// host and the server ten times what a statement costs. In a burst, hundreds of requests would open one each.
const GROWS_AFTER: Duration = Duration::from_millis(10);
/// How long a request waits for a connection in all.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a request waits for another one that makes the same read: as long as that one may wait for a connection, and read
/// twice.
const SHARED_PATIENCE: Duration = Duration::from_secs(17);
/// How long a `select` may take that runs again. The first run ends soon, because its connection may be lost. But a server that
/// is only slow must get the time to answer: to ask it again and again makes it slower.
const SECOND_READ: Duration = Duration::from_secs(6);

struct Pool {
    /// How many connections are lent.
    lent: usize,
    /// Connections that can be lent again, with the time of their last statement.
    idle: Vec<(Db, u64)>,
    /// The requests that wait for a connection.
    waiting: Queue,
}

impl Pool {
    const EMPTY: Self = Self { lent: 0, idle: Vec::new(), waiting: Queue::EMPTY };

    /// Lends one more connection, if there may be one more.
    fn lend(&mut self, purpose: Use) -> bool {
        let is_free = self.lent < purpose.most();
        self.lent += usize::from(is_free);
        is_free
    }

    /// Lends a connection, if that costs nothing.
    fn lend_at_once(&mut self, purpose: Use) -> bool {
        let costs_nothing = self.lent == 0 || !self.idle.is_empty();
        costs_nothing && self.waiting.is_empty() && self.lend(purpose)
    }
}

thread_local! {
    static POOLS: RefCell<[Pool; 2]> = const { RefCell::new([Pool::EMPTY, Pool::EMPTY]) };
}

fn with<T>(purpose: Use, work: impl FnOnce(&mut Pool) -> T) -> T {
    POOLS.with_borrow_mut(|[readers, writers]| {
        work(match purpose {
            Use::Read => readers,
            Use::Write => writers,
        })
    })
}

/// The right to have one connection.
struct Turn(Use);

impl Turn {
    /// Waits for a turn, in the order of the requests. `None` if no turn comes in time.
    async fn take(purpose: Use) -> Option<Self> {
        if with(purpose, |pool| pool.lend_at_once(purpose)) {
            return Some(Self(purpose));
        }
        let (number, woken) = with(purpose, |pool| pool.waiting.enter());
        let (place, mut woken) = (Place { purpose, number, has_turn: false }, pin!(woken));
        if clock::within(GROWS_AFTER, woken.as_mut()).await.is_some() {
            return Some(place.into_turn());
        }
        if with(purpose, |pool| pool.lend(purpose)) {
            return Some(Self(purpose));
        }
        clock::within(PATIENCE, woken).await.map(|()| place.into_turn())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        with(self.0, |pool| {
            // The next request gets the turn as it is.
            if !pool.waiting.wake_first() {
                pool.lent -= 1;
            }
        });
    }
}

/// The place of a request that waits for a turn.
struct Place {
    purpose: Use,
    number: u64,
    /// Whether the request has taken the turn that it got.
    has_turn: bool,
}

impl Place {
    /// The turn of a request that was woken.
    fn into_turn(mut self) -> Turn {
        self.has_turn = true;
        Turn(self.purpose)
    }
}

impl Drop for Place {
    /// A request that no longer waits passes on the turn that it got meanwhile.
    fn drop(&mut self) {
        let waits = || with(self.purpose, |pool| pool.waiting.leave(self.number));
        if !self.has_turn && !waits() {
            drop(Turn(self.purpose));
        }
    }
}

/// A connection, for one request.
pub struct Lent {
    db: Option<Db>,
    turn: Turn,
    /// Whether it may be lent again.
    is_in_order: Cell<bool>,
    /// Whether it has run statements for an earlier request.
    is_used: bool,
}

/// Runs a `select` on a server, and once more on a new connection if the first one is lost, was closed or was stopped.
/// Requests that wait to run the same one share its rows.
///
/// # Errors
/// [`DbError`] of the second try.
pub async fn select(sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
    let reading = match Share::of(sql, &values, SHARED_PATIENCE).await {
        Share::Has(rows) => return rows,
        Share::Reads(reading) => reading,
    };
    let rows = match Lent::take(Use::Read).await {
        Ok(lent) => {
            reading.begin();
            read(lent, sql, values).await
        }
        Err(error) => Err(error),
    };
    reading.end(&rows);
    rows
}

async fn read(mut lent: Lent, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
    match lent.query(sql, values.clone()).await {
        Err(DbError::Refused(_) | DbError::Lost(_) | DbError::Interrupted) => {
            lent.reopen().await?;
            lent.query_within(SECOND_READ, sql, values).await
        }
        done => done,
    }
}

impl Lent {
    /// Lends a connection, and opens one if there is none.
    ///
    /// # Errors
    /// [`DbError`] if it cannot be opened, [`DbError::Busy`] if no connection is free in time.
    pub async fn take(purpose: Use) -> Result<Self, DbError> {
        let turn = Turn::take(purpose).await.ok_or(DbError::Busy)?;
        let oldest = clock::now_ms().saturating_sub(FRESH_MS);
        let idle = with(purpose, |pool| {
            pool.idle.retain(|(_, used_at)| *used_at > oldest);
            pool.idle.pop()
        });
        let (db, is_used) = match idle {
            Some((db, _)) => (db, true),
            None => (Db::open().await?, false),
        };
        Ok(Self { db: Some(db), turn, is_in_order: Cell::new(true), is_used })
    }

    /// Replaces the connection with a new one. The idle connections are closed too, because the same cause has
    /// probably ended all of them.
    ///
    /// # Errors
    /// [`DbError`] if it cannot be opened.
    pub async fn reopen(&mut self) -> Result<(), DbError> {
        with(self.turn.0, |pool| pool.idle.clear());
        self.db = Some(Db::open().await?);
        self.is_in_order.set(true);
        self.is_used = false;
        Ok(())
    }

    /// Whether the connection was open already.
    pub fn is_used(&self) -> bool {
        self.is_used
    }

    /// Runs one statement, within the time that its purpose has.
    ///
    /// # Errors
    /// [`DbError`]. [`DbError::Lost`] if there was no answer in time.
    pub fn query(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DbError>> {
        self.query_within(self.turn.0.limit(), sql, values)
    }

    async fn query_within(
        &self,
        limit: Duration,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, DbError> {
        let Some(db) = &self.db else {
            return Err(DbError::Refused("there is no connection".into()));
        };
        // A request that ends while its statement runs leaves a connection that nobody can use.
        let was_in_order = self.is_in_order.replace(false);
        let done = clock::within(limit, db.query(sql, values)).await;
        let late = || DbError::Lost(format!("no answer within {} s", limit.as_secs()));
        let done = done.unwrap_or_else(|| Err(late()));
        let leaves = done.as_ref().err().is_none_or(DbError::leaves_connection);
        self.is_in_order.set(was_in_order && leaves);
        done
    }

    /// Says whether a transaction is open. A connection that is given back within one is closed, which ends it.
    pub fn set_in_transaction(&self, is_open: bool) {
        self.is_in_order.set(!is_open);
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(db) = self.db.take().filter(|_| self.is_in_order.get()) else { return };
        with(self.turn.0, |pool| pool.idle.push((db, clock::now_ms())));
    }
}
