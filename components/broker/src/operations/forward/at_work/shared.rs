//! Reads and writes the places of all instances, in the table `calls_at_work`. It must not decide about a
//! call.

use std::cell::RefCell;

use nexus_common::Result;
use nexus_common::kept::Recent;
use nexus_common::platform::clock;
use nexus_common::platform::sqlite::{Row, Value};
use nexus_common::store::{Transaction, Version, read_row, version};

use super::CallKey;
use super::limits::Each;
use super::places::{Change, Granted, ROW_MS, Written};

/// How long a sum is valid while nothing is committed, in milliseconds. It is limited because rows also
/// expire.
const TRUE_MS: u64 = 1_000;

struct Known {
    version: Option<Version>,
    at: u64,
    others: Each,
}

thread_local! {
    static KNOWN: RefCell<Recent<CallKey, Known>> = RefCell::default();
}

const OTHERS: &str = "select coalesce(sum(iif(agent = ?3, calls, 0)), 0),
    coalesce(sum(iif(integration_id = ?2, calls, 0)), 0), coalesce(sum(calls), 0)
  from calls_at_work where workspace = +?1 and instance <> ?4 and until > ?5";

fn values(instance: i64, whose: &CallKey, now: i64) -> [Value; 5] {
    [
        Value::text(whose.workspace.as_str()),
        Value::text(whose.integration_id.as_str()),
        Value::text(whose.agent.as_str()),
        Value::integer(instance),
        Value::integer(now),
    ]
}

fn sums(row: Option<Row>) -> Each {
    let number = |index| row.as_ref().and_then(|row| row.get(index)).unwrap_or(0);
    Each { agent: number(0), integration: number(1), workspace: number(2) }
}

/// The calls of all other instances, for each limit of `whose`. They are read again if anything was
/// committed.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub(super) async fn others(instance: i64, whose: &CallKey) -> Result<Each> {
    let version = version().await?;
    let now = clock::now_ms();
    let known = KNOWN.with_borrow_mut(|all| {
        let known = all.get(whose)?;
        let is_true =
            version.is_some() && known.version == version && now.saturating_sub(known.at) < TRUE_MS;
        is_true.then_some(known.others)
    });
    if let Some(others) = known {
        return Ok(others);
    }
    // Rows have the database's time. The database runs on the same machine.
    let database_now = i64::try_from(now).unwrap_or(i64::MAX);
    let others = sums(read_row(OTHERS, values(instance, whose, database_now)).await?);
    let known = Known { version, at: now, others };
    KNOWN.with_borrow_mut(|all| all.insert(whose.clone(), known));
    Ok(others)
}

/// Writes rows of this instance in one transaction. It does not wait for the disk, because no call survives a
/// power failure.
///
/// # Errors
/// [`nexus_common::Error::Storage`], and then nothing was written.
pub(super) async fn write(instance: i64, due: &[Change], limits: &Each) -> Result<Vec<Written>> {
    let tx = Transaction::begin_relaxed().await?;
    let gone = "delete from calls_at_work where until <= ?1";
    tx.query(gone, [Value::integer(tx.now_ms)]).await?;
    let mut all = Vec::with_capacity(due.len());
    let mut granted = Granted::default();
    for change in due {
        let others = sums(tx.row(OTHERS, values(instance, &change.whose, tx.now_ms)).await?);
        let written = change.granted(limits, others.plus(granted.beside(&change.whose)));
        granted.add(change, written);
        let until = tx.now_ms + ROW_MS;
        let key = values(instance, &change.whose, until);
        match written.set_aside {
            0 => {
                let sql = "delete from calls_at_work where workspace = ?1 and integration_id = ?2
                             and agent = ?3 and instance = ?4";
                tx.query(sql, key.into_iter().take(4)).await?;
            }
            calls => {
                let sql = "insert into calls_at_work
                             (workspace, integration_id, agent, instance, until, calls)
                           values (?1, ?2, ?3, ?4, ?5, ?6)
                           on conflict do update set calls = excluded.calls, until = excluded.until";
                tx.query(sql, key.into_iter().chain([Value::integer(calls)])).await?;
            }
        }
        all.push(written);
    }
    tx.commit().await?;
    Ok(all)
}
