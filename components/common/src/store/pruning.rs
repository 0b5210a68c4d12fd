//! Deletes old rows in steps. Each step is a transaction of its own, so that other writers get a turn in between. A step first
//! reads whether it has something to delete, so that a tick that finds nothing does not write.
//!
//! This module must not know which rows are old.

use std::time::Duration;

use super::{Transaction, read_row};
use crate::error::Result;
use crate::platform::clock;
use crate::platform::sqlite::Value;

/// The maximum number of rows of a table that one step deletes.
pub(super) const STEP: u32 = 1000;

/// The result of one or more steps.
pub(super) struct Pruned {
    /// The number of deleted rows.
    pub(super) deleted: i64,
    /// Whether nothing is left to delete.
    pub(super) is_done: bool,
}

/// The time at which no further step begins, `limit` from now. In milliseconds since the Unix epoch, by the clock of the
/// instance.
pub(super) fn end_after(limit: Duration) -> u64 {
    let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    clock::now_ms().saturating_add(limit)
}

/// Takes steps until nothing is left, or the time `end` has come. At least one step is made.
///
/// # Errors
/// Those of `step`.
pub(super) async fn until(
    end: u64,
    mut step: impl AsyncFnMut() -> Result<Pruned>,
) -> Result<Pruned> {
    let mut deleted = 0;
    loop {
        let done = step().await?;
        deleted += done.deleted;
        if done.is_done || clock::now_ms() >= end {
            return Ok(Pruned { deleted, is_done: done.is_done });
        }
    }
}

/// One step: runs `delete`, which returns a row for each row that it deletes, if `any` finds a row. Both have the same
/// values. Returns how many rows were deleted.
///
/// # Errors
/// [`crate::Error::Storage`].
pub(super) async fn delete_if_any(any: &str, delete: &str, values: Vec<Value>) -> Result<i64> {
    if read_row(any, values.clone()).await?.is_none() {
        return Ok(0);
    }
    let tx = Transaction::begin().await?;
    let rows = tx.query(delete, values).await?;
    tx.commit().await?;
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}
