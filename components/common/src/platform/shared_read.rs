//! One read of a libSQL server for all requests of an instance that wait to make the same one.
//!
//! In a burst, most reads that wait for a connection are the same: they are about one agent's calls. A read that begins
//! after a request has asked for it shows every change that was made before the request, so the request may have its rows.
//!
//! This module must not give a request the rows of a read that had begun before the request asked.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::clock;
use super::queue::Queue;
use super::sqlite::{DbError, Row, Value};

type Rows = Result<Vec<Row>, DbError>;

/// A read that waits to begin.
struct Awaited {
    sql: String,
    values: Vec<Value>,
    /// The other requests that want its rows.
    others: RefCell<Queue>,
    rows: RefCell<Option<Rows>>,
}

thread_local! {
    static AWAITED: RefCell<Vec<Rc<Awaited>>> = const { RefCell::new(Vec::new()) };
}

/// The request that makes a read. Dropping it wakes the others.
pub(super) struct Reading(Rc<Awaited>);

/// What a request has to do for its rows.
pub(super) enum Share {
    /// It must make the read itself.
    Reads(Reading),
    /// Another request has made the read.
    Has(Rows),
}

impl Share {
    /// Waits for a request that is about to make the same read, if there is one, but not longer than `patience`.
    pub(super) async fn of(sql: &str, values: &[Value], patience: Duration) -> Self {
        while let Some(other) = awaited(sql, values) {
            let is_in_time = clock::within(patience, other.enter()).await.is_some();
            if let Some(rows) = &*other.rows.borrow() {
                return Self::Has(rows.clone());
            }
            // The other request ended before it had made the read, or is not getting on.
            if !is_in_time {
                break;
            }
        }
        Self::Reads(Reading::announce(sql, values))
    }
}

fn awaited(sql: &str, values: &[Value]) -> Option<Rc<Awaited>> {
    AWAITED.with_borrow(|all| {
        all.iter().find(|one| one.sql == sql && one.values == values).map(Rc::clone)
    })
}

impl Awaited {
    fn enter(&self) -> impl Future<Output = ()> + use<> {
        self.others.borrow_mut().enter().1
    }
}

impl Reading {
    fn announce(sql: &str, values: &[Value]) -> Self {
        let awaited = Rc::new(Awaited {
            sql: sql.to_owned(),
            values: values.to_vec(),
            others: RefCell::new(Queue::EMPTY),
            rows: RefCell::new(None),
        });
        AWAITED.with_borrow_mut(|all| all.push(Rc::clone(&awaited)));
        Self(awaited)
    }

    /// The read begins now: a request that comes later needs a read of its own.
    pub(super) fn begin(&self) {
        AWAITED.with_borrow_mut(|all| all.retain(|one| !Rc::ptr_eq(one, &self.0)));
    }

    /// Gives the result to the others.
    pub(super) fn end(self, rows: &Rows) {
        if !self.0.others.borrow().is_empty() {
            *self.0.rows.borrow_mut() = Some(rows.clone());
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.begin();
        drop(self.0.others.replace(Queue::EMPTY));
    }
}
