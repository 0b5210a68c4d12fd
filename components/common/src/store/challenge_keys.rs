//! The keys from which challenges for authenticators follow.
//!
//! A challenge must come from here. Otherwise a person who holds an authenticator for a moment could sign
//! challenges of next week. A challenge follows from a key and from the browser's cookie, so that an
//! unauthenticated request writes nothing. A new key is made each day. This module must not make a challenge,
//! which only `auth` does.

use super::{read_row, write_row};
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};

/// How long challenges are made with a key, in milliseconds: a day.
const MAKES_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a key is kept at least, in milliseconds: longer than the last challenge is valid.
const KEPT_MS: i64 = MAKES_MS + 60 * 60 * 1000;

/// A key.
pub struct ChallengeKey {
    /// The number of the key.
    pub id: i64,
    /// 256 random bits.
    pub key: Vec<u8>,
    /// The database's time, in milliseconds since the Unix epoch.
    pub now_ms: i64,
}

impl ChallengeKey {
    fn of(row: &Row) -> Result<Self> {
        let key = row.get::<&[u8]>("key")?.to_vec();
        Ok(Self { id: row.get("id")?, key, now_ms: row.get("now")? })
    }
}

/// The key with which challenges are made now. `fresh` becomes the key if the last one is a day old.
///
/// # Errors
/// [`Error::Storage`].
pub async fn challenge_key(fresh: &[u8; 32]) -> Result<ChallengeKey> {
    if let Some(key) = newest().await? {
        return Ok(key);
    }
    let sql = "insert into challenge_keys (key, created_at)
               select ?1, cast(unixepoch('subsec') * 1000 as integer)
               where not exists (select 1 from challenge_keys
                 where created_at > unixepoch('subsec') * 1000 - ?2) returning id";
    write_row(sql, [Value::from(fresh.as_slice()), Value::integer(MAKES_MS)]).await?;
    let sql = "delete from challenge_keys where created_at < unixepoch('subsec') * 1000 - ?1";
    write_row(sql, [Value::integer(KEPT_MS)]).await?;
    newest().await?.ok_or_else(|| Error::Internal("there is no key for challenges".into()))
}

async fn newest() -> Result<Option<ChallengeKey>> {
    let sql =
        "select id, key, cast(unixepoch('subsec') * 1000 as integer) as now from challenge_keys
               where created_at > unixepoch('subsec') * 1000 - ?1 order by id desc limit 1";
    let row = read_row(sql, [Value::integer(MAKES_MS)]).await?;
    row.as_ref().map(ChallengeKey::of).transpose()
}

/// The key `id`, with which a challenge was made.
///
/// # Errors
/// [`Error::Storage`].
pub async fn find_challenge_key(id: i64) -> Result<Option<ChallengeKey>> {
    let sql =
        "select id, key, cast(unixepoch('subsec') * 1000 as integer) as now from challenge_keys
               where id = ?1";
    let row = read_row(sql, [Value::integer(id)]).await?;
    row.as_ref().map(ChallengeKey::of).transpose()
}
