//! The table `calls_at_work`: how many calls each instance of the broker makes now, or has set aside places
//! for.
//!
//! A row expires by itself, because an instance can be killed. This module must not decide about a call.

use super::{Transaction, aggregated, read_row};
use crate::domain::CallKey;
use crate::error::Result;
use crate::platform::sqlite::{Row, Value};

/// The number of calls in one workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallSums {
    /// The calls of the agent.
    pub agent: i64,
    /// The calls to the integration.
    pub integration: i64,
    /// All calls.
    pub workspace: i64,
}

impl CallSums {
    /// The sum of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            agent: self.agent + other.agent,
            integration: self.integration + other.integration,
            workspace: self.workspace + other.workspace,
        }
    }

    fn of(row: Option<Row>) -> Result<Self> {
        let row = aggregated(row)?;
        Ok(Self {
            agent: row.get("agent_calls")?,
            integration: row.get("integration_calls")?,
            workspace: row.get("all_calls")?,
        })
    }
}

/// The calls of all instances but one. Public for the test that its rows are watched.
pub const CALLS_OF_OTHERS: &str =
    "select coalesce(sum(iif(agent = ?3, calls, 0)), 0) as agent_calls,
    coalesce(sum(iif(integration_id = ?2, calls, 0)), 0) as integration_calls,
    coalesce(sum(calls), 0) as all_calls
  from calls_at_work where workspace = +?1 and instance <> ?4 and until > ?5";

fn values(instance: i64, key: &CallKey, time: i64) -> [Value; 5] {
    [
        Value::text(key.workspace.as_str()),
        Value::text(key.integration_id.as_str()),
        Value::text(key.agent.as_str()),
        Value::integer(instance),
        Value::integer(time),
    ]
}

/// The calls of all instances but `instance`, at the time `now_ms`.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn calls_of_others(instance: i64, key: &CallKey, now_ms: i64) -> Result<CallSums> {
    CallSums::of(read_row(CALLS_OF_OTHERS, values(instance, key, now_ms)).await?)
}

/// The rows of one instance, in a transaction. It does not wait for the disk, because no call survives a power
/// failure.
pub struct CallsAtWork {
    tx: Transaction,
    instance: i64,
}

impl CallsAtWork {
    /// Takes the write lock, and deletes expired rows.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn begin(instance: i64) -> Result<Self> {
        let tx = Transaction::begin_relaxed().await?;
        let gone = "delete from calls_at_work where until <= ?1";
        tx.query(gone, [Value::integer(tx.now_ms)]).await?;
        Ok(Self { tx, instance })
    }

    /// The calls of all other instances.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn others(&self, key: &CallKey) -> Result<CallSums> {
        CallSums::of(
            self.tx.row(CALLS_OF_OTHERS, values(self.instance, key, self.tx.now_ms)).await?,
        )
    }

    /// Sets this instance's number of calls, for the next `valid_ms` milliseconds.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn set(&self, key: &CallKey, calls: i64, valid_ms: i64) -> Result<()> {
        let values = values(self.instance, key, self.tx.now_ms + valid_ms).into_iter();
        if calls == 0 {
            let sql = "delete from calls_at_work where workspace = ?1 and integration_id = ?2
                         and agent = ?3 and instance = ?4";
            return self.tx.query(sql, values.take(4)).await.map(drop);
        }
        let sql = "insert into calls_at_work
                     (workspace, integration_id, agent, instance, until, calls)
                   values (?1, ?2, ?3, ?4, ?5, ?6)
                   on conflict do update set calls = excluded.calls, until = excluded.until";
        self.tx.query(sql, values.chain([Value::integer(calls)])).await.map(drop)
    }

    /// Writes all changes.
    ///
    /// # Errors
    /// [`crate::Error::Storage`], and then nothing was written.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }
}
