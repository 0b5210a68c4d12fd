//! Connections of this instance to a libSQL server: a few that read, and one that writes, each lent to one request at a
//! time.
//!
//! Opening a connection costs the host milliseconds, so a connection that is given back in order is lent again. The
//! server closes a connection after ten seconds without a statement. One that is nearly as old is not lent again. A
//! connection is closed if the end of its last statement is not known.
//!
//! This module must not run a statement a second time: it does not know what the statement does.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::clock;
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

/// How often a request looks whether a connection is free. One request of an instance cannot wake another.
const LOOK: Duration = Duration::from_millis(2);
/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(8);

struct Pool {
    /// How many connections are lent.
    lent: usize,
    /// Connections that can be lent again, with the time of their last statement.
    idle: Vec<(Db, u64)>,
}

impl Pool {
    const EMPTY: Self = Self { lent: 0, idle: Vec::new() };
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
    /// Waits for a turn. `None` if there is none in time.
    async fn take(purpose: Use) -> Option<Self> {
        let begun = clock::now_ms();
        loop {
            let is_free = with(purpose, |pool| {
                let is_free = pool.lent < purpose.most();
                pool.lent += usize::from(is_free);
                is_free
            });
            if is_free {
                return Some(Self(purpose));
            }
            if u128::from(clock::now_ms().abs_diff(begun)) > PATIENCE.as_millis() {
                return None;
            }
            clock::sleep(LOOK).await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        with(self.0, |pool| pool.lent -= 1);
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

/// Runs a `select` on a server, and once more on a new connection if the first one is lost or was closed.
///
/// # Errors
/// [`DbError`] of the second try.
pub async fn select(sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
    let mut lent = Lent::take(Use::Read).await?;
    match lent.query(sql, values.clone()).await {
        Err(DbError::Refused(_) | DbError::Lost(_)) => {
            lent.reopen().await?;
            lent.query(sql, values).await
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
    pub async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
        let Some(db) = &self.db else {
            return Err(DbError::Refused("there is no connection".into()));
        };
        // A request that ends while its statement runs leaves a connection that nobody can use.
        let was_in_order = self.is_in_order.replace(false);
        let limit = self.turn.0.limit();
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
