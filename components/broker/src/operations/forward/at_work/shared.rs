//! Writes the places of this instance, in the table `calls_at_work`. This module must not decide
//! about a call.

use nexus_common::Result;
use nexus_common::store::{CallSums, CallsAtWork, calls_of_others};

use super::places::{Change, Granted, ROW_MS, Written};

/// How often places are granted again because other instances have taken some meanwhile.
const MOST_TRIES: u32 = 4;

/// Writes rows of this instance, one after the other. Returns the results of those that were written, and the error of the
/// first one that was not.
pub(super) async fn write(
    instance: i64,
    due: &[Change],
    limits: &CallSums,
) -> (Vec<Written>, Result<()>) {
    let mut all = Vec::with_capacity(due.len());
    let mut granted = Granted::default();
    for change in due {
        let own = change.own.plus(granted.beside(&change.key));
        match write_one(instance, change, own, limits).await {
            Ok(written) => {
                granted.add(change, written);
                all.push(written);
            }
            Err(error) => return (all, Err(error)),
        }
    }
    (all, Ok(()))
}

/// Writes one row. `own` are the places of the other rows of this instance.
async fn write_one(
    instance: i64,
    change: &Change,
    own: CallSums,
    limits: &CallSums,
) -> Result<Written> {
    let row = |calls, most_others| CallsAtWork { instance, key: &change.key, calls, most_others };
    for _ in 0..MOST_TRIES {
        let others = calls_of_others(instance, &change.key).await?;
        let written = change.granted(limits, own, others);
        let most_others = match written.set_aside > change.base {
            true => limits.minus(own).minus(CallSums::all(written.set_aside)),
            false => CallSums::all(i64::MAX),
        };
        if row(written.set_aside, most_others).write(ROW_MS).await? {
            return Ok(written);
        }
    }
    // The others were faster each time. The places in use are written nevertheless.
    let written = change.granted(limits, own, *limits);
    row(written.set_aside, CallSums::all(i64::MAX)).write(ROW_MS).await?;
    Ok(written)
}
