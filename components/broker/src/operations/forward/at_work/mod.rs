//! Limits concurrent calls of an agent, an integration and a workspace, over all instances of the broker.
//!
//! An instance reserves places in one row of `calls_at_work`, several at a time, and its calls use them one
//! after another. So a steady rate of calls writes nothing. A call without a reserved place waits until its
//! instance has written a row for all waiting calls, so the sum over all rows never exceeds a limit. In an
//! instance that is not new, two calls of a key need no place while less than half of each limit is in use.
//! All other calls, and calls that last longer than a quarter of a second, are written.
//!
//! This module must not delay a call for longer than [`PATIENCE`] if the database cannot be written. The call
//! then continues, and is written later.

mod limits;
mod places;
mod shared;

use std::cell::RefCell;
use std::time::Duration;

use futures::channel::oneshot;
use nexus_common::domain::CallKey;
use nexus_common::log::Line;
use nexus_common::platform::beside::spawn;
use nexus_common::platform::clock;
use nexus_common::platform::queue::Queue;
use nexus_common::store::{NO_INSTANCE, calls_of_others};
use nexus_common::{Error, Result};

use limits::Limit;
pub(crate) use limits::limits;
use places::{Decision, Places};

/// The interval in which long calls and unused places are looked for.
const LOOK: Duration = Duration::from_millis(250);
/// How long a call waits for its place to be written.
const PATIENCE: Duration = Duration::from_secs(3);

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// The state of this instance.
#[derive(Default)]
struct State {
    places: Places,
    /// The number of this instance in the table. [`NO_INSTANCE`] until it is chosen.
    instance: i64,
    /// The number of calls that have requested a place so far, and the number of those with a result.
    asked: u64,
    answered: u64,
    is_writing: bool,
    is_looking: bool,
    /// The calls that wait for a write of another request.
    waiting: Queue,
}

/// The place of a call. Dropping this frees the place.
pub(super) struct AtWork(CallKey);

impl Drop for AtWork {
    fn drop(&mut self) {
        STATE.with_borrow_mut(|state| state.places.release(&self.0));
    }
}

/// Takes a place for a call of `key`.
///
/// # Errors
/// [`Error::TooManyCalls`] if a limit is reached. [`Error::Misconfigured`], [`Error::Storage`].
pub(super) async fn enter(key: &CallKey) -> Result<AtWork> {
    if STATE.with_borrow_mut(|state| state.places.take_set_aside(key)) {
        return Ok(AtWork(key.clone()));
    }
    let limits = limits().await?;
    let others = calls_of_others(instance(), key).await?;
    let now = clock::now_ms();
    let decision = STATE.with_borrow_mut(|state| state.places.decide(key, &limits, others, now));
    match decision {
        Decision::Taken => {}
        Decision::Refused(limit) => return Err(refusal(limit, limit.of(&limits))),
        Decision::Asked => {
            let in_time = clock::within(PATIENCE, written_down()).await.is_some();
            let refused =
                STATE.with_borrow_mut(|state| state.places.take_after_asking(key, in_time));
            if let Some(limit) = refused {
                return Err(refusal(limit, limit.of(&limits)));
            }
        }
    }
    look();
    Ok(AtWork(key.clone()))
}

fn refusal(limit: Limit, most: i64) -> Error {
    Error::TooManyCalls(format!(
        "{} has {most} concurrent calls, which is the maximum ({}): try again when one of them has \
         finished",
        limit.subject(),
        limit.variable()
    ))
}

/// The number of this instance, which no other instance has.
fn instance() -> i64 {
    STATE.with_borrow_mut(|state| {
        while state.instance == NO_INSTANCE {
            state.instance = i64::from_ne_bytes(clock::random_u64().to_ne_bytes());
        }
        state.instance
    })
}

/// Requests a place, and resolves when the request has a result.
async fn written_down() {
    let number = STATE.with_borrow_mut(|state| {
        state.asked += 1;
        state.asked
    });
    while STATE.with_borrow(|state| state.answered < number) {
        match write() {
            // This request does the write itself, so it may be woken by it.
            Some(written) => drop(written.await),
            None => STATE.with_borrow_mut(|state| state.waiting.enter().1).await,
        }
    }
}

/// Starts a write of the rows that are due, and returns a receiver that resolves when it is done. `None` if
/// another request is writing.
fn write() -> Option<oneshot::Receiver<()>> {
    if STATE.with_borrow_mut(|state| std::mem::replace(&mut state.is_writing, true)) {
        return None;
    }
    let (written, heard) = oneshot::channel();
    spawn(async {
        let (due, asked) = STATE.with_borrow_mut(|state| {
            (state.places.due(clock::now_ms()).unwrap_or_default(), state.asked)
        });
        let (rows, result) = match limits().await {
            _ if due.is_empty() => (Vec::new(), Ok(())),
            Ok(limits) => shared::write(instance(), &due, &limits).await,
            Err(error) => (Vec::new(), Err(error)),
        };
        if let Err(error) = &result {
            Line::error("concurrent calls could not be written").why(error);
        }
        STATE.with_borrow_mut(|state| {
            state.places.written(&due, rows, clock::now_ms());
            (state.answered, state.is_writing) = (asked, false);
            drop(std::mem::take(&mut state.waiting));
        });
        // An error means that nothing waits for the result.
        let _ = written.send(());
    });
    Some(heard)
}

/// Checks the places at each interval, until there are none.
fn look() {
    let begins = STATE.with_borrow_mut(|state| !std::mem::replace(&mut state.is_looking, true));
    if !begins {
        return;
    }
    spawn(async {
        loop {
            clock::sleep(LOOK).await;
            let (is_due, is_over) = STATE.with_borrow_mut(|state| {
                let is_due = state.places.look(clock::now_ms());
                state.is_looking = is_due || !state.places.are_none();
                (is_due, !state.is_looking)
            });
            if is_due {
                drop(write());
            }
            if is_over {
                break;
            }
        }
    });
}
