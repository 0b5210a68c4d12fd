//! A transaction on a libSQL server that runs again if the server stops one of its statements ([`DbError::Interrupted`]).
//!
//! The request that has begun the transaction decides by what its statements return. So it goes on after the second run
//! only if each statement has returned the same as before. This module must not run anything again that may have been
//! committed.

use std::cell::RefCell;

use super::writer::{BEGIN, MOST_STOPPED};
use crate::platform::clock;
use crate::platform::server::Lent;
use crate::platform::sqlite::{DbError, Row, Value};

/// The statement that ends a transaction without its changes.
pub(super) const ROLLBACK: &str = "rollback";

/// The version of the schema. A server may be shared with instances of another version, which may migrate it between two runs.
const SCHEMA: &str = "select user_version as schema from pragma_user_version";

/// How long a transaction on a server may take, in milliseconds. A server takes the write lock from a transaction of 5 s
/// if another writer waits.
const MOST_MS: u64 = 4_000;

/// A transaction, and what it has done so far.
pub(super) struct Repeated {
    /// Its connection, which ends with it, unless it is committed.
    lent: Lent,
    /// When it began, by the instance's clock.
    begun_ms: u64,
    schema: i64,
    statements: RefCell<Vec<Statement>>,
}

/// A statement that has run.
struct Statement {
    sql: String,
    values: Vec<Value>,
    /// What it has returned, or `None` if it has broken a constraint, which leaves the transaction as it was.
    rows: Option<Vec<Row>>,
}

impl Repeated {
    /// A transaction that began at `begun_ms`, on this version of the schema.
    pub(super) fn new(lent: Lent, begun_ms: u64, schema: i64) -> Self {
        Self { lent, begun_ms, schema, statements: RefCell::new(Vec::new()) }
    }

    /// Whether the server would soon end the transaction. It ends here first: a server that takes the write lock from a
    /// connection at work can stop to write altogether (docs/scale.md).
    pub(super) fn is_late(&self) -> bool {
        clock::now_ms().abs_diff(self.begun_ms) > MOST_MS
    }

    /// Runs one statement.
    pub(super) async fn query(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
        let mut stopped = 0;
        let done = loop {
            match self.lent.query(sql, values.clone()).await {
                Err(DbError::Interrupted) if stopped < MOST_STOPPED && !self.is_late() => {
                    stopped += 1;
                    // A change that was stopped has mostly ended the transaction already. A `select` has not.
                    self.roll_back().await?;
                    self.run_again().await?;
                }
                done => break done,
            }
        };
        if done.as_ref().is_ok() || done.as_ref().is_err_and(DbError::leaves_transaction) {
            let rows = done.as_ref().ok().cloned();
            self.statements.borrow_mut().push(Statement { sql: sql.to_owned(), values, rows });
        }
        done
    }

    /// Commits. [`DbError::Interrupted`] means that nothing was committed.
    pub(super) async fn commit(&self) -> Result<(), DbError> {
        let mut stopped = 0;
        loop {
            match self.lent.query("commit", Vec::new()).await {
                Err(DbError::Interrupted) => {}
                Ok(_) => {
                    self.lent.set_in_transaction(false);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
            // A transaction that can be rolled back was not committed.
            if !matches!(self.roll_back().await, Ok(true)) {
                return Err(DbError::Lost("the database stopped a commit".to_owned()));
            }
            if stopped == MOST_STOPPED || self.is_late() {
                return Err(DbError::Interrupted);
            }
            stopped += 1;
            self.run_again().await?;
        }
    }

    /// Ends the transaction without its changes. Returns whether it was open.
    async fn roll_back(&self) -> Result<bool, DbError> {
        match self.lent.query(ROLLBACK, Vec::new()).await {
            Ok(_) => Ok(true),
            // The words of SQLite ("no transaction is active"), or those of sqld for one that it has ended.
            Err(DbError::Other(_) | DbError::Ended) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Begins the transaction, which has ended, and runs its statements. [`DbError::Interrupted`] if one returns something else
    /// than before.
    async fn run_again(&self) -> Result<(), DbError> {
        self.lent.query(BEGIN, Vec::new()).await?;
        let statements = self.statements.take();
        let is_same = self.is_same_schema().await? && self.return_the_same(&statements).await?;
        self.statements.replace(statements);
        if is_same { Ok(()) } else { Err(DbError::Interrupted) }
    }

    async fn is_same_schema(&self) -> Result<bool, DbError> {
        let rows = self.lent.query(SCHEMA, Vec::new()).await?;
        Ok(rows.first().and_then(|row| row.get("schema").ok()) == Some(self.schema))
    }

    /// Runs `statements` until one returns something else than before, or it is too late for more.
    async fn return_the_same(&self, statements: &[Statement]) -> Result<bool, DbError> {
        for Statement { sql, values, rows } in statements {
            let found = match self.lent.query(sql, values.clone()).await {
                Ok(found) => Some(found),
                Err(error) if error.leaves_transaction() => None,
                Err(error) => return Err(error),
            };
            if found != *rows || self.is_late() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
