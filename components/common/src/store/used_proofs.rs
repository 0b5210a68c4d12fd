//! Proofs that count once: signed links, and the `jti` of tokens that agents sign.

use super::{Transaction, read_row, write_row};
use crate::error::Result;
use crate::platform::sqlite::Value;

const INSERT: &str = "insert into used_proofs (hash, expires_at) values (?1, ?2)
    on conflict do nothing returning 1";
const PRUNE: &str = "delete from used_proofs where hash in (select hash from used_proofs
    where expires_at < unixepoch() * 1000 - 60000 order by expires_at limit 20)";

/// Uses a proof up, which is known by `hash` until `expires_at_ms`. Returns whether it was not used before. A
/// few expired rows are deleted on the way.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn use_once(hash: [u8; 32], expires_at_ms: i64) -> Result<bool> {
    let values = [Value::from(hash.as_slice()), Value::integer(expires_at_ms)];
    let is_new = write_row(INSERT, values).await?.is_some();
    if is_new {
        write_row(PRUNE, []).await?;
    }
    Ok(is_new)
}

impl Transaction {
    /// As [`use_once`], in a transaction. If it is not committed, the proof is not used up.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn use_once(&self, hash: [u8; 32], expires_at_ms: i64) -> Result<bool> {
        let values = [Value::from(hash.as_slice()), Value::integer(expires_at_ms)];
        let is_new = self.row(INSERT, values).await?.is_some();
        self.query(PRUNE, []).await?;
        Ok(is_new)
    }
}

/// Whether the proof that is known by `hash` was used before.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn was_used(hash: [u8; 32]) -> Result<bool> {
    let sql = "select 1 from used_proofs where hash = ?1";
    Ok(read_row(sql, [Value::from(hash.as_slice())]).await?.is_some())
}
