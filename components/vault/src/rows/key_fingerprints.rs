//! Reads and writes the fingerprints of encryption keys.

use std::collections::BTreeMap;

use nexus_common::Result;
use nexus_common::platform::sqlite::Value;
use nexus_common::store::{read, returned, write_row};

/// The stored facts about an encryption key.
pub struct KnownKey {
    /// Its fingerprint.
    pub fingerprint: Vec<u8>,
    /// When a process first had it, in milliseconds since the Unix epoch.
    pub seen_at: i64,
    /// Whether a key of the application is sealed with it now. A tick seals those again first.
    pub seals: bool,
}

/// All known keys, by id.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn all() -> Result<BTreeMap<String, KnownKey>> {
    let sql = "select key_id, fingerprint, seen_at,
                 key_id in (select key_id from data_keys) as seals from key_fingerprints";
    let rows = read(sql, []).await?;
    let one = |row| {
        let row: &nexus_common::platform::sqlite::Row = row;
        let known = KnownKey {
            fingerprint: row.get::<&[u8]>("fingerprint")?.to_vec(),
            seen_at: row.get("seen_at")?,
            seals: row.get("seals")?,
        };
        Ok((row.text("key_id")?, known))
    };
    rows.iter().map(one).collect()
}

/// Stores the fingerprint of the key `key_id`, unless there is one. Returns the stored one.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn store(key_id: &str, fingerprint: &[u8]) -> Result<Vec<u8>> {
    let sql = "insert into key_fingerprints (key_id, fingerprint, seen_at)
               values (?1, ?2, cast(unixepoch('subsec') * 1000 as integer))
               on conflict do update set key_id = key_id returning fingerprint";
    let row = write_row(sql, [Value::text(key_id), Value::from(fingerprint)]).await?;
    Ok(returned(row)?.get::<&[u8]>("fingerprint")?.to_vec())
}
