//! Calls at work: how many an agent, an integration and a workspace have going at once, over all
//! instances of the broker.
//!
//! An instance sets places aside in one row of `calls_at_work`, several at a time, and its calls use
//! them one after the other: what goes on at a steady pace writes nothing. A call that finds none
//! set aside waits until its instance has written for it, together with all others that wait; so
//! the sum over all rows never exceeds a limit. Two calls of a key need no place in an instance that
//! is not new, as long as less than half of each limit is in use; the rest of the time, and what
//! lasts longer than a quarter of a second, is written.
//!
//! It must not hold up a call for longer than [`PATIENCE`] where the database cannot be written: then
//! the call goes on, and is written down later. No request of an instance may wake another, which the
//! component model does not have: who waits for what another writes looks again and again.

mod limits;
mod places;
mod shared;

use std::cell::RefCell;
use std::time::Duration;

use futures::channel::oneshot;
use nexus_common::log::Line;
use nexus_common::platform::{clock, http::spawn};
use nexus_common::{Error, Result};

use limits::Limit;
pub(crate) use limits::limits;
use places::{Decision, Places};

use super::usage::Whose;

/// How often it is looked what has lasted, and what is no longer needed.
const LOOK: Duration = Duration::from_millis(250);
/// How long a call waits for a place to be written down.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a call looks whether another has written it down.
const AGAIN: Duration = Duration::from_millis(2);

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// What this instance knows of its calls.
#[derive(Default)]
struct State {
    places: Places,
    /// What of this instance is told apart by in the table; 0 until it is chosen.
    instance: i64,
    /// Calls that asked for a place so far, and how many of them had their answer.
    asked: u64,
    answered: u64,
    is_writing: bool,
    is_looking: bool,
}

/// A call at work: its place is free again when this is dropped.
pub(super) struct AtWork(Whose);

impl Drop for AtWork {
    fn drop(&mut self) {
        STATE.with_borrow_mut(|state| state.places.release(&self.0));
    }
}

/// Takes a place for a call of `whose`.
///
/// # Errors
/// [`Error::TooManyCalls`] where a limit is reached; [`Error::Misconfigured`], [`Error::Storage`].
pub(super) async fn enter(whose: &Whose) -> Result<AtWork> {
    if STATE.with_borrow_mut(|state| state.places.take_set_aside(whose)) {
        return Ok(AtWork(whose.clone()));
    }
    let limits = limits().await?;
    let others = shared::others(instance(), whose).await?;
    let now = clock::now_ms();
    let decision = STATE.with_borrow_mut(|state| state.places.decide(whose, &limits, others, now));
    match decision {
        Decision::Taken => {}
        Decision::Refused(limit) => return Err(refusal(limit, limits.of(limit))),
        Decision::Asked => {
            let in_time = clock::within(PATIENCE, written_down()).await.is_some();
            let refused =
                STATE.with_borrow_mut(|state| state.places.take_after_asking(whose, in_time));
            if let Some(limit) = refused {
                return Err(refusal(limit, limits.of(limit)));
            }
        }
    }
    look();
    Ok(AtWork(whose.clone()))
}

fn refusal(limit: Limit, most: i64) -> Error {
    Error::TooManyCalls(format!(
        "{} has {most} calls at work already, which is the most that it may have ({}): try again \
         when one of them has ended",
        limit.whose(),
        limit.variable()
    ))
}

/// The number of this instance, which no other has.
fn instance() -> i64 {
    STATE.with_borrow_mut(|state| {
        while state.instance == 0 {
            state.instance = i64::from_ne_bytes(clock::random_u64().to_ne_bytes());
        }
        state.instance
    })
}

/// Resolves when what was asked for last has an answer.
async fn written_down() {
    let number = STATE.with_borrow_mut(|state| {
        state.asked += 1;
        state.asked
    });
    while STATE.with_borrow(|state| state.answered < number) {
        match write() {
            // Our own writing, which may wake us.
            Some(written) => drop(written.await),
            None => clock::sleep(AGAIN).await,
        }
    }
}

/// Has what is due written, unless somebody else is writing; resolves when it is.
fn write() -> Option<oneshot::Receiver<()>> {
    if STATE.with_borrow_mut(|state| std::mem::replace(&mut state.is_writing, true)) {
        return None;
    }
    let (written, heard) = oneshot::channel();
    spawn(async {
        let (due, asked) = STATE.with_borrow_mut(|state| {
            (state.places.due(clock::now_ms()).unwrap_or_default(), state.asked)
        });
        let result = match limits().await {
            _ if due.is_empty() => Ok(Vec::new()),
            Ok(limits) => shared::write(instance(), &due, &limits).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            Line::error("calls at work are not written down").why(error);
        }
        STATE.with_borrow_mut(|state| {
            state.places.written(&due, result.ok(), clock::now_ms());
            (state.answered, state.is_writing) = (asked, false);
        });
        // An error: nobody waits for it.
        let _ = written.send(());
    });
    Some(heard)
}

/// Looks at the places now and then, until there are none.
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
