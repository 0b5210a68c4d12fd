//! Reads and writes the fingerprints of encryption keys.

use std::collections::BTreeMap;

use nexus_common::platform::sqlite::Value;
use nexus_common::store::{read, write_row};
use nexus_common::{Error, Result};

/// All fingerprints, by the id of the key.
///
/// # Errors
/// [`Error::Storage`].
pub async fn all() -> Result<BTreeMap<String, Vec<u8>>> {
    let rows = read("select key_id, fingerprint from key_fingerprints", []).await?;
    let one = |row| {
        let row: &nexus_common::platform::sqlite::Row = row;
        Ok((row.text("key_id")?, row.get::<&[u8]>("fingerprint")?.to_vec()))
    };
    rows.iter().map(one).collect()
}

/// Stores the fingerprint of the key `key_id`, unless there is one. Returns the stored one.
///
/// # Errors
/// [`Error::Storage`].
pub async fn store(key_id: &str, fingerprint: &[u8]) -> Result<Vec<u8>> {
    let sql = "insert into key_fingerprints (key_id, fingerprint, seen_at)
               values (?1, ?2, cast(unixepoch('subsec') * 1000 as integer))
               on conflict do update set key_id = key_id returning fingerprint";
    let row = write_row(sql, [Value::text(key_id), Value::from(fingerprint)]).await?;
    let row = row.ok_or_else(|| Error::Internal("an insert returned no row".into()))?;
    Ok(row.get::<&[u8]>("fingerprint")?.to_vec())
}
