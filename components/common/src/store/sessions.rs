//! Sessions: browsers that are signed in. A session is known by the SHA-256 of its cookie.
//!
//! This module must not see the cookie itself. A reader of the database cannot sign in with what is here.

use serde_json::json;

use super::people::{COLUMNS, Person};
use super::standing::{SESSION_IDLE_MS, SESSION_MOST_MS};
use super::{IfFree, RequestContext, Transaction, read_row, write_if_free, write_row};
use crate::error::{Error, Result};
use crate::platform::sqlite::Value;

/// How old the last use of a session is when it is written again, in milliseconds.
const RENEW_MS: i64 = 5 * 60 * 1000;

/// A session that is open now.
pub struct Session {
    /// The id: `ses_…`.
    pub id: String,
    /// The person who is signed in.
    pub person: Person,
    /// When the session ends at the latest if it is not used, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

/// A new session.
pub struct NewSession<'a> {
    /// The id: `ses_…`.
    pub id: &'a str,
    /// The SHA-256 of the cookie.
    pub secret_hash: [u8; 32],
    /// The workspace.
    pub workspace: &'a str,
    /// The person.
    pub person_id: &'a str,
    /// `link`, `oidc` or `passkey`.
    pub method: &'a str,
}

impl Transaction {
    /// Writes a new session, and when the person was last seen. Sessions of the person that have ended are
    /// deleted.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn begin_session(&self, new: &NewSession<'_>) -> Result<()> {
        let sql = "delete from sessions where person_id = ?1
                   and (used_at <= ?2 - ?3 or created_at <= ?2 - ?4)";
        let values = [
            Value::text(new.person_id),
            Value::integer(self.now_ms),
            Value::integer(SESSION_IDLE_MS),
            Value::integer(SESSION_MOST_MS),
        ];
        self.query(sql, values).await?;
        let sql = "insert into sessions (id, secret_hash, workspace, person_id, method, created_at, used_at)
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
        let values = [
            Value::text(new.id),
            Value::from(new.secret_hash.as_slice()),
            Value::text(new.workspace),
            Value::text(new.person_id),
            Value::text(new.method),
            Value::integer(self.now_ms),
        ];
        self.query(sql, values).await?;
        let sql = "update people set last_seen_at = ?2 where id = ?1";
        let values = [Value::text(new.person_id), Value::integer(self.now_ms)];
        self.query(sql, values).await.map(drop)
    }
}

/// The open session of a cookie, by its SHA-256. Its last use is written, at most every five minutes and if the
/// database is free.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn find_session(secret_hash: [u8; 32]) -> Result<Option<Session>> {
    let sql = format!(
        "select s.id as session_id, s.created_at, s.used_at,
           cast(unixepoch('subsec') * 1000 as integer) as now, {COLUMNS}
         from sessions s join people p on p.id = s.person_id
         where s.secret_hash = +?1 and s.used_at > unixepoch('subsec') * 1000 - ?2
           and s.created_at > unixepoch('subsec') * 1000 - ?3"
    );
    let limits = [Value::integer(SESSION_IDLE_MS), Value::integer(SESSION_MOST_MS)];
    let values = [Value::from(secret_hash.as_slice())].into_iter().chain(limits);
    let Some(row) = read_row(&sql, values).await? else { return Ok(None) };
    let (id, now): (String, i64) = (row.text("session_id")?, row.get("now")?);
    if now - row.get::<i64>("used_at")? > RENEW_MS {
        renew(&id).await?;
    }
    let latest = row.get::<i64>("created_at")? + SESSION_MOST_MS;
    let expires_at = (now + SESSION_IDLE_MS).min(latest);
    Ok(Some(Session { id, person: Person::of(&row)?, expires_at }))
}

async fn renew(id: &str) -> Result<()> {
    // Of the requests of one page, one renews.
    let sql = "update sessions set used_at = cast(unixepoch('subsec') * 1000 as integer)
               where id = ?1 and used_at < unixepoch('subsec') * 1000 - ?2 returning 1";
    match write_if_free(sql, [Value::text(id), Value::integer(RENEW_MS)]).await {
        // A session that was not renewed is renewed by its next request.
        Ok(IfFree::Done(_) | IfFree::Busy) | Err(Error::Unconfirmed { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Ends the session of a cookie. Returns whether there was one.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn end_session(secret_hash: [u8; 32]) -> Result<bool> {
    // Any caller can send a cookie, so the write lock is taken only for a known one.
    let known = "select 1 from sessions where secret_hash = ?1";
    if read_row(known, [Value::from(secret_hash.as_slice())]).await?.is_none() {
        return Ok(false);
    }
    let sql = "delete from sessions where secret_hash = ?1 returning 1";
    Ok(write_row(sql, [Value::from(secret_hash.as_slice())]).await?.is_some())
}

/// Ends all sessions of a person. Returns how many there were.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn end_sessions_of(
    workspace: &str,
    person_id: &str,
    by: &RequestContext<'_>,
) -> Result<usize> {
    let any = "select 1 from sessions where workspace = ?1 and person_id = ?2 limit 1";
    if read_row(any, [Value::text(workspace), Value::text(person_id)]).await?.is_none() {
        return Ok(0);
    }
    let tx = Transaction::begin().await?;
    let sql = "delete from sessions where workspace = ?1 and person_id = ?2 returning 1";
    let ended = tx.query(sql, [Value::text(workspace), Value::text(person_id)]).await?.len();
    if ended > 0 {
        tx.audit(&by.entry("person.sessions_end", person_id, json!({"ended": ended}))).await?;
    }
    tx.commit().await?;
    Ok(ended)
}
