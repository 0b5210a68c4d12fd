//! The table `calls_at_work`: how many calls each instance of the broker makes now, or has set aside places
//! for.
//!
//! A row expires by itself, because an instance can be killed. This module must not decide about a call.

use std::cell::RefCell;

use super::{Revision, Watched, aggregated, read_row, revision, write_repeatable};
use crate::domain::CallKey;
use crate::error::Result;
use crate::kept::Recent;
use crate::platform::clock;
use crate::platform::sqlite::{Row, Value};

/// How long a sum is valid while no row changes, in milliseconds. It is limited because rows also
/// expire.
const TRUE_MS: u64 = 1_000;
/// How long a sum is valid if changes are not seen, as on a server, in milliseconds. Hundreds of calls that wait for a
/// place would read nothing else. A row that is written is checked against the present sum. So the cost is that a call may
/// be rejected, or need no place, for that much too long.
const UNSEEN_MS: u64 = 100;

/// The number that no instance has. The calls of all instances are those of all others than this one.
pub const NO_INSTANCE: i64 = 0;

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

    /// The difference of both.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self {
            agent: self.agent - other.agent,
            integration: self.integration - other.integration,
            workspace: self.workspace - other.workspace,
        }
    }

    /// `calls` of one agent, which count for all limits.
    #[must_use]
    pub const fn all(calls: i64) -> Self {
        Self { agent: calls, integration: calls, workspace: calls }
    }

    /// Whether none of these sums has reached its limit in `limits`.
    #[must_use]
    pub const fn are_below(self, limits: Self) -> bool {
        self.agent < limits.agent
            && self.integration < limits.integration
            && self.workspace < limits.workspace
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

/// The sums of all instances but ?4, for the agent ?3, the integration ?2 and the workspace ?1. Rows have the database's
/// time.
macro_rules! sums_of_others {
    () => {
        "select coalesce(sum(iif(agent = ?3, calls, 0)), 0) as agent_calls,
          coalesce(sum(iif(integration_id = ?2, calls, 0)), 0) as integration_calls,
          coalesce(sum(calls), 0) as all_calls
        from calls_at_work where workspace = +?1 and instance <> ?4
          and until > cast(unixepoch('subsec') * 1000 as integer)"
    };
}

/// The calls of all instances but one. Public for the test that its rows are watched.
pub const CALLS_OF_OTHERS: &str = sums_of_others!();

/// Sets the calls of the instance ?4 to ?6 for the next ?5 milliseconds, if those of all others are not more than ?7, ?8
/// and ?9.
const SET: &str = concat!(
    "insert into calls_at_work (workspace, integration_id, agent, instance, until, calls)
     select ?1, ?2, ?3, ?4, cast(unixepoch('subsec') * 1000 as integer) + ?5, ?6
     from (",
    sums_of_others!(),
    ") where agent_calls <= ?7 and integration_calls <= ?8 and all_calls <= ?9
     on conflict do update set calls = excluded.calls, until = excluded.until
     returning calls"
);

/// Deletes the row of the instance ?4, and all rows that have expired.
const DELETE: &str = "delete from calls_at_work
    where (workspace = ?1 and integration_id = ?2 and agent = ?3 and instance = ?4)
      or until <= cast(unixepoch('subsec') * 1000 as integer)";

fn values(instance: i64, key: &CallKey) -> [Value; 4] {
    [
        Value::text(key.workspace.as_str()),
        Value::text(key.integration_id.as_str()),
        Value::text(key.agent.as_str()),
        Value::integer(instance),
    ]
}

struct KnownSums {
    revision: Option<Revision>,
    at: u64,
    others: CallSums,
}

thread_local! {
    static KNOWN: RefCell<Recent<CallKey, KnownSums>> = RefCell::default();
}

/// The calls of all instances but `instance`, which is always the same one, for each limit of `key`. They are read again
/// if a row was changed, and on a server after [`UNSEEN_MS`].
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn calls_of_others(instance: i64, key: &CallKey) -> Result<CallSums> {
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
    let others = CallSums::of(read_row(CALLS_OF_OTHERS, values(instance, key)).await?)?;
    let known = KnownSums { revision, at: now, others };
    KNOWN.with_borrow_mut(|all| all.insert(key.clone(), known));
    Ok(others)
}

/// A limit of concurrent calls that was reached, for a call that waits outside the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullPlaces {
    /// The agent, its integration and its workspace.
    pub key: CallKey,
    /// The limits.
    pub limits: CallSums,
}

impl FullPlaces {
    /// Whether all limits have room again.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn have_room(&self) -> Result<bool> {
        Ok(calls_of_others(NO_INSTANCE, &self.key).await?.are_below(self.limits))
    }
}

/// The row of one instance for `key`.
pub struct CallsAtWork<'a> {
    /// The number of the instance.
    pub instance: i64,
    /// The agent, its integration and its workspace.
    pub key: &'a CallKey,
    /// The number of calls. A row without calls is deleted.
    pub calls: i64,
    /// The most calls of all other instances with which the row may be written.
    pub most_others: CallSums,
}

impl CallsAtWork<'_> {
    /// Writes the row, which is then valid for `valid_ms` milliseconds. Returns `false`, and changes nothing, if the other
    /// instances have more calls than the row allows. This is one statement, so the sum over all rows never exceeds a
    /// limit. It does not wait for the disk, because no call survives a power failure.
    ///
    /// # Errors
    /// [`crate::Error::Storage`], [`crate::Error::Unconfirmed`].
    pub async fn write(&self, valid_ms: i64) -> Result<bool> {
        let values = values(self.instance, self.key).into_iter();
        if self.calls == 0 {
            return write_repeatable(DELETE, values).await.map(|_| true);
        }
        let most = self.most_others;
        let numbers = [valid_ms, self.calls, most.agent, most.integration, most.workspace];
        let rows = write_repeatable(SET, values.chain(numbers.map(Value::integer))).await?;
        if rows.is_empty() {
            KNOWN.with_borrow_mut(|all| all.remove(self.key));
        }
        Ok(!rows.is_empty())
    }
}
