//! Marks: when something that must happen again and again last happened.

use super::{read_row, write_relaxed};
use crate::error::Result;

/// Records that a tick was completed.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn mark_tick() -> Result<()> {
    let sql =
        "insert into marks (name, at) values ('tick', cast(unixepoch('subsec') * 1000 as integer))
               on conflict do update set at = excluded.at";
    write_relaxed(sql, []).await.map(drop)
}

/// When the last tick was completed (RFC 3339, UTC). `None` if there was none.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn last_tick() -> Result<Option<String>> {
    let sql = "select strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') as at
               from marks where name = 'tick'";
    let row = read_row(sql, []).await?;
    Ok(row.map(|row| row.text("at")).transpose()?)
}

/// The same in seconds since the Unix epoch.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn last_tick_seconds() -> Result<Option<i64>> {
    let row = read_row("select at / 1000 as at from marks where name = 'tick'", []).await?;
    Ok(row.map(|row| row.get("at")).transpose()?)
}
