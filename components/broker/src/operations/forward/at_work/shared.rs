//! Reads and writes the places of all instances, in the table `calls_at_work`. This module must not decide
//! about a call.

use std::cell::RefCell;

use nexus_common::Result;
use nexus_common::domain::CallKey;
use nexus_common::kept::Recent;
use nexus_common::platform::clock;
use nexus_common::store::{CallSums, CallsAtWork, Revision, Watched, calls_of_others, revision};

use super::places::{Change, Granted, ROW_MS, Written};

/// How long a sum is valid while no row changes, in milliseconds. It is limited because rows also
/// expire.
const TRUE_MS: u64 = 1_000;
/// How long a sum is valid if changes are not seen, as on a server, in milliseconds. Hundreds of calls that wait for a
/// place would read nothing else. Places are granted by the sum that the granting transaction reads. So the cost is that
/// a call that needs no place, or is rejected, may be so for that much too long.
const UNSEEN_MS: u64 = 100;

struct KnownSums {
    revision: Option<Revision>,
    at: u64,
    others: CallSums,
}

thread_local! {
    static KNOWN: RefCell<Recent<CallKey, KnownSums>> = RefCell::default();
}

/// The calls of all other instances, for each limit of `key`. They are read again if a row was changed, and on a server
/// after [`UNSEEN_MS`].
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub(super) async fn others(instance: i64, key: &CallKey) -> Result<CallSums> {
    let revision = revision(Watched::CallsAtWork).await?;
    let now = clock::now_ms();
    let known = KNOWN.with_borrow_mut(|all| {
        let known = all.get(key)?;
        let valid_ms = if revision.is_some() { TRUE_MS } else { UNSEEN_MS };
        let is_true = known.revision == revision && now.saturating_sub(known.at) < valid_ms;
        is_true.then_some(known.others)
    });
    if let Some(others) = known {
        return Ok(others);
    }
    // Rows have the database's time. The database runs on the same machine.
    let database_now = i64::try_from(now).unwrap_or(i64::MAX);
    let others = calls_of_others(instance, key, database_now).await?;
    let known = KnownSums { revision, at: now, others };
    KNOWN.with_borrow_mut(|all| all.insert(key.clone(), known));
    Ok(others)
}

/// Writes rows of this instance in one transaction. It does not wait for the disk, because no call survives a
/// power failure.
///
/// # Errors
/// [`nexus_common::Error::Storage`], and then nothing was written.
pub(super) async fn write(
    instance: i64,
    due: &[Change],
    limits: &CallSums,
) -> Result<Vec<Written>> {
    let rows = CallsAtWork::begin(instance).await?;
    let mut all = Vec::with_capacity(due.len());
    let mut granted = Granted::default();
    for change in due {
        let others = rows.others(&change.key).await?;
        let written = change.granted(limits, others.plus(granted.beside(&change.key)));
        granted.add(change, written);
        rows.set(&change.key, written.set_aside, ROW_MS).await?;
        all.push(written);
    }
    rows.commit().await?;
    Ok(all)
}
