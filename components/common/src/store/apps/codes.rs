//! Authorization codes. A code is valid for 60 seconds, and once.

use super::grants::StoredGrant;
use crate::error::Result;
use crate::platform::sqlite::{Row, Value};
use crate::store::{Transaction, read_row};

/// How long a code is valid, in milliseconds.
const CODE_MS: i64 = 60 * 1000;

/// A new code.
pub struct NewCode<'a> {
    /// The SHA-256 of the code.
    pub hash: [u8; 32],
    /// The agent that the client becomes.
    pub agent_id: &'a str,
    /// The client.
    pub client_id: &'a str,
    /// Where the code is sent.
    pub redirect_uri: &'a str,
    /// The PKCE challenge (S256).
    pub challenge: &'a str,
}

/// A stored code.
pub struct StoredCode {
    /// The rights that the person gave.
    pub grant: StoredGrant,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// The PKCE challenge (S256).
    pub challenge: String,
    /// Whether its 60 seconds are over.
    pub has_expired: bool,
    /// Whether it was used before.
    pub is_used: bool,
}

impl StoredCode {
    fn sql() -> String {
        format!(
            "select c.redirect_uri, c.challenge,
               c.created_at <= unixepoch('subsec') * 1000 - ?2 as has_expired,
               c.used_at is not null as is_used, {}
             from app_codes c join app_grants g on g.agent_id = c.agent_id where c.hash = ?1",
            StoredGrant::COLUMNS
        )
    }

    fn key(hash: [u8; 32]) -> [Value; 2] {
        [Value::from(hash.as_slice()), Value::integer(CODE_MS)]
    }

    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            grant: StoredGrant::of(row)?,
            redirect_uri: row.text("redirect_uri")?,
            challenge: row.text("challenge")?,
            has_expired: row.get("has_expired")?,
            is_used: row.get("is_used")?,
        })
    }
}

/// The code with this SHA-256.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn find_code(hash: [u8; 32]) -> Result<Option<StoredCode>> {
    let row = read_row(&StoredCode::sql(), StoredCode::key(hash)).await?;
    row.as_ref().map(StoredCode::of).transpose()
}

impl Transaction {
    /// Writes a new code.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn insert_code(&self, new: &NewCode<'_>) -> Result<()> {
        let sql =
            "insert into app_codes (hash, agent_id, client_id, redirect_uri, challenge, created_at)
                   values (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = [
            Value::from(new.hash.as_slice()),
            Value::text(new.agent_id),
            Value::text(new.client_id),
            Value::text(new.redirect_uri),
            Value::text(new.challenge),
            Value::integer(self.now_ms),
        ];
        self.query(sql, values).await.map(drop)
    }

    /// As [`find_code`], while nobody else can write.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn find_code(&self, hash: [u8; 32]) -> Result<Option<StoredCode>> {
        let row = self.row(&StoredCode::sql(), StoredCode::key(hash)).await?;
        row.as_ref().map(StoredCode::of).transpose()
    }

    /// Notes that a code was used.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn use_code(&self, hash: [u8; 32]) -> Result<()> {
        let sql = "update app_codes set used_at = ?2 where hash = ?1";
        self.query(sql, [Value::from(hash.as_slice()), Value::integer(self.now_ms)]).await.map(drop)
    }
}
