//! Limits per minute: calls of an agent, requests to the control plane, wrong proofs of an address.
//!
//! The sum of a minute is in a [`Ledger`], which all instances share. An instance reads it when it first meets
//! a subject in a minute. From then on it decides by itself, and adds its own calls to the ledger in blocks, a
//! moment later. So a call does not wait for a write, and no call is lost when an instance ends. Between two
//! blocks, each instance may let a few calls too many pass: at most a block, and the calls of the half second
//! before it is written. A block is a thirtieth of the limit, 20 calls at most, or a thousandth of the limit if
//! that is more. A limit below 60 has no blocks: each call is added before it is made, and the limit is exact.
//!
//! A ledger that cannot be read or written must not fail a call. This module must not decide who is limited.

mod ledger;
mod past;
mod subject;
mod tally;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::log::Line;
use crate::platform::beside::spawn;
use crate::platform::clock;
pub use ledger::{Ledger, StoreLedger};
pub use past::forget_minutes;
pub use subject::{Minute, Subject, SubjectName};
use tally::{Spent, Tally};

/// How long calls are collected before they are added to the ledger.
const GATHER: Duration = Duration::from_millis(500);

thread_local! {
    /// The calls of each subject in this minute, as far as this instance knows them.
    static TALLIES: RefCell<BTreeMap<Subject, Tally>> = const { RefCell::new(BTreeMap::new()) };
}

/// The most calls that a subject may make in a minute.
#[derive(Debug, Clone, Copy)]
pub struct Limit<'a> {
    /// The number of calls.
    pub per_minute: u32,
    /// The calls that are counted: `calls of this agent`.
    pub subject: &'a str,
    /// Where the limit is set.
    pub set_by: &'a str,
}

impl Limit<'_> {
    fn error(&self, now_ms: u64) -> Error {
        let Self { per_minute, subject, set_by } = self;
        let retry_after = Minute::at(now_ms).seconds_left(now_ms);
        Error::RateLimited {
            detail: format!(
                "there were {per_minute} {subject} in this minute, which is the maximum ({set_by}). Try again \
                 in {retry_after} s"
            ),
            limit: *per_minute,
            retry_after,
        }
    }
}

/// Counts one call of `subject` against `limit`. A call over the limit is not counted.
///
/// # Errors
/// [`Error::RateLimited`].
pub async fn spend<L: Ledger>(subject: Subject, limit: &Limit<'_>) -> Result<()> {
    let now_ms = clock::now_ms();
    let minute = Minute::at(now_ms);
    let is_known = TALLIES.with_borrow_mut(|tallies| {
        tallies.retain(|_, tally| tally.is_of(minute));
        tallies.get(&subject).is_some_and(|tally| tally.is_of(minute))
    });
    if !is_known {
        let sum = L::sum(&subject.name(), minute).await.unwrap_or_else(|error| {
            lost(&error);
            0
        });
        TALLIES.with_borrow_mut(|tallies| {
            tallies.entry(subject.clone()).or_default().begin(minute, sum);
        });
    }
    let spent = TALLIES.with_borrow_mut(|tallies| {
        tallies.entry(subject.clone()).or_default().spend(minute, limit.per_minute)
    });
    match spent {
        Spent::Over => Err(limit.error(now_ms)),
        Spent::Exactly => match add::<L>(&subject, minute, 1).await {
            Some(sum) if sum > i64::from(limit.per_minute) => Err(limit.error(now_ms)),
            _ => Ok(()),
        },
        Spent::Block(calls) => {
            spawn(async move {
                add::<L>(&subject, minute, calls).await;
            });
            Ok(())
        }
        Spent::First => {
            spawn(async move {
                clock::sleep(GATHER).await;
                let rest = TALLIES.with_borrow_mut(|tallies| {
                    tallies.get_mut(&subject).and_then(|tally| tally.take_by_timer(minute))
                });
                if let Some(calls) = rest {
                    add::<L>(&subject, minute, calls).await;
                }
            });
            Ok(())
        }
        Spent::Collected => Ok(()),
    }
}

/// Adds `calls` to the ledger. Returns the new sum. `None` if that is not possible.
async fn add<L: Ledger>(subject: &Subject, minute: Minute, calls: u32) -> Option<i64> {
    let sum = L::add(&subject.name(), minute, calls).await.inspect_err(lost).ok();
    TALLIES.with_borrow_mut(|tallies| {
        if let Some(tally) = tallies.get_mut(subject) {
            tally.added(minute, calls, sum);
        }
    });
    sum
}

fn lost(error: &Error) {
    Line::error("a limit per minute is not counted").why(error);
}
