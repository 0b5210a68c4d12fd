//! Requests that a person is looking at. A request is used up by the answer to it.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::platform::sqlite::Value;
use crate::store::Transaction;

/// How long a person may look at a request, in milliseconds: 15 minutes.
pub(super) const LOOKED_AT_MS: i64 = 15 * 60 * 1000;
/// How many requests a session may look at.
const MOST: i64 = 20;

/// A request of a client, which has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRequest {
    /// The client.
    pub client_id: String,
    /// The client's name, as the person saw it.
    pub client_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// The client's own text, which is returned with the answer.
    pub state: Option<String>,
    /// The PKCE challenge (S256).
    pub challenge: String,
    /// Whether the client asks only to read.
    pub is_read_only: bool,
    /// Whether the client gets refresh tokens.
    pub may_refresh: bool,
    /// The purpose of the tokens: a URL of ours.
    pub resource: String,
}

/// Writes a request that the person of a session looks at. `hash` is the SHA-256 of the token in the form.
///
/// # Errors
/// [`Error::Storage`].
pub async fn save_app_request(hash: [u8; 32], session_id: &str, asked: &AppRequest) -> Result<()> {
    let text = serde_json::to_string(asked)
        .map_err(|_| Error::Internal("a request of a client cannot be written".into()))?;
    let tx = Transaction::begin().await?;
    let sql = "delete from app_requests where created_at <= ?2 - ?3
               or (session_id = ?1 and hash not in (select hash from app_requests
                 where session_id = ?1 order by created_at desc limit ?4))";
    let values = [
        Value::text(session_id),
        Value::integer(tx.now_ms),
        Value::integer(LOOKED_AT_MS),
        Value::integer(MOST - 1),
    ];
    tx.query(sql, values).await?;
    let sql = "insert into app_requests (hash, session_id, client_id, request, created_at)
               values (?1, ?2, ?3, ?4, ?5)";
    let values = [
        Value::from(hash.as_slice()),
        Value::text(session_id),
        Value::text(asked.client_id.as_str()),
        Value::text(text),
        Value::integer(tx.now_ms),
    ];
    tx.query(sql, values).await?;
    let sql = "select 1 from app_requests where hash = ?1";
    tx.confirm_commit_by(sql, [Value::from(hash.as_slice())]);
    tx.commit().await
}

impl Transaction {
    /// Uses a request up. `None` if the session has no such request, or looked at it for too long.
    ///
    /// # Errors
    /// [`Error::Storage`], [`Error::Unreadable`].
    pub async fn take_app_request(
        &self,
        hash: [u8; 32],
        session_id: &str,
    ) -> Result<Option<AppRequest>> {
        let sql = "delete from app_requests
                   where hash = ?1 and session_id = ?2 and created_at > ?3 - ?4 returning request";
        let values = [
            Value::from(hash.as_slice()),
            Value::text(session_id),
            Value::integer(self.now_ms),
            Value::integer(LOOKED_AT_MS),
        ];
        let Some(row) = self.row(sql, values).await? else { return Ok(None) };
        let asked = serde_json::from_str(row.get("request")?);
        asked.map(Some).map_err(|_| Error::Unreadable("a request of a client".into()))
    }
}
