//! Access tokens and refresh tokens. A refresh token is valid once.

use serde_json::Value as Json;

use super::grants::StoredGrant;
use crate::domain::GrantLimits;
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};
use crate::store::{Transaction, read_row};

/// The purpose of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppTokenKind {
    /// It is sent with calls.
    Access,
    /// It gets new tokens.
    Refresh,
}

impl AppTokenKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// A new token.
pub struct NewAppToken<'a> {
    /// The id: 10 characters.
    pub id: &'a str,
    /// The agent.
    pub agent_id: &'a str,
    /// The purpose of the token.
    pub kind: AppTokenKind,
    /// The SHA-256 of the secret part.
    pub secret_hash: [u8; 32],
    /// When the token expires, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

/// A stored token, for the authorization server.
pub struct StoredAppToken {
    /// The rights that the person gave.
    pub grant: StoredGrant,
    /// The SHA-256 of the secret part.
    pub secret_hash: Vec<u8>,
    /// Whether it has expired.
    pub has_expired: bool,
    /// Whether it was used before, if it is a refresh token.
    pub is_used: bool,
}

/// A stored access token, for `auth`.
pub struct StoredAccessToken {
    /// The workspace.
    pub workspace: String,
    /// The agent.
    pub agent_id: String,
    /// The SHA-256 of the secret part.
    pub secret_hash: Vec<u8>,
    /// When the token expires, in milliseconds since the Unix epoch.
    pub expires_at: i64,
    /// The URL that the token is for.
    pub resource: String,
    /// The rights that the person gave.
    pub limits: GrantLimits,
}

impl StoredAppToken {
    fn sql() -> String {
        format!(
            "select t.secret_hash, t.expires_at <= unixepoch('subsec') * 1000 as has_expired,
               t.used_at is not null as is_used, {}
             from app_tokens t join app_grants g on g.agent_id = t.agent_id
             where t.id = +?1 and t.kind = ?2",
            StoredGrant::COLUMNS
        )
    }

    fn key(kind: AppTokenKind, id: &str) -> [Value; 2] {
        [Value::text(id), Value::text(kind.as_str())]
    }

    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            grant: StoredGrant::of(row)?,
            secret_hash: row.get::<&[u8]>("secret_hash")?.to_vec(),
            has_expired: row.get("has_expired")?,
            is_used: row.get("is_used")?,
        })
    }
}

/// The token of a kind with this id.
///
/// # Errors
/// [`Error::Storage`].
pub async fn find_app_token(kind: AppTokenKind, id: &str) -> Result<Option<StoredAppToken>> {
    let row = read_row(&StoredAppToken::sql(), StoredAppToken::key(kind, id)).await?;
    row.as_ref().map(StoredAppToken::of).transpose()
}

impl Transaction {
    /// Writes a new token. Tokens of the agent that have expired are deleted.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn insert_app_token(&self, new: &NewAppToken<'_>) -> Result<()> {
        let sql = "delete from app_tokens where agent_id = ?1 and expires_at <= ?2";
        self.query(sql, [Value::text(new.agent_id), Value::integer(self.now_ms)]).await?;
        let sql = "insert into app_tokens (id, agent_id, kind, secret_hash, created_at, expires_at)
                   values (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = [
            Value::text(new.id),
            Value::text(new.agent_id),
            Value::text(new.kind.as_str()),
            Value::from(new.secret_hash.as_slice()),
            Value::integer(self.now_ms),
            Value::integer(new.expires_at),
        ];
        self.query(sql, values).await?;
        // A program that hears nothing sends the code or the refresh token again, which would end the app.
        let sql = "select 1 from app_tokens where id = ?1 and secret_hash = ?2";
        let values = [Value::text(new.id), Value::from(new.secret_hash.as_slice())];
        self.confirm_commit_by(sql, values);
        Ok(())
    }

    /// As [`find_app_token`], while nobody else can write.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn find_app_token(
        &self,
        kind: AppTokenKind,
        id: &str,
    ) -> Result<Option<StoredAppToken>> {
        let row = self.row(&StoredAppToken::sql(), StoredAppToken::key(kind, id)).await?;
        row.as_ref().map(StoredAppToken::of).transpose()
    }

    /// Notes that a refresh token was used.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn use_refresh_token(&self, id: &str) -> Result<()> {
        let sql = "update app_tokens set used_at = ?2 where id = ?1";
        self.query(sql, [Value::text(id), Value::integer(self.now_ms)]).await.map(drop)
    }

    /// Deletes a token.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn delete_app_token(&self, id: &str) -> Result<()> {
        self.query("delete from app_tokens where id = ?1", [Value::text(id)]).await.map(drop)
    }
}

/// The access token with this id, of any workspace.
///
/// # Errors
/// [`Error::Storage`], [`Error::Unreadable`].
pub async fn find_access_token(id: &str) -> Result<Option<StoredAccessToken>> {
    let sql =
        "select t.secret_hash, t.expires_at, g.workspace, g.agent_id, g.resource, g.integrations,
                 g.is_read_only, g.person_subject
               from app_tokens t join app_grants g on g.agent_id = t.agent_id
               where t.id = +?1 and t.kind = 'access'";
    read_row(sql, [Value::text(id)]).await?.as_ref().map(access_token).transpose()
}

/// The rights that a person gave to the connected app `agent_id`. `None` if the agent is not a connected app.
///
/// # Errors
/// [`Error::Storage`], [`Error::Unreadable`].
pub async fn find_grant_limits(workspace: &str, agent_id: &str) -> Result<Option<GrantLimits>> {
    let sql = "select integrations, is_read_only, person_subject from app_grants
               where workspace = ?1 and agent_id = ?2";
    let row = read_row(sql, [Value::text(workspace), Value::text(agent_id)]).await?;
    row.as_ref().map(limits).transpose()
}

fn limits(row: &Row) -> Result<GrantLimits> {
    Ok(GrantLimits {
        integrations: integrations(row)?,
        is_read_only: row.get("is_read_only")?,
        person_subject: row.text_or_null("person_subject")?,
    })
}

fn access_token(row: &Row) -> Result<StoredAccessToken> {
    Ok(StoredAccessToken {
        workspace: row.text("workspace")?,
        agent_id: row.text("agent_id")?,
        secret_hash: row.get::<&[u8]>("secret_hash")?.to_vec(),
        expires_at: row.get("expires_at")?,
        resource: row.text("resource")?,
        limits: limits(row)?,
    })
}

/// The column `integrations`. A list that cannot be read must never mean "all of them".
fn integrations(row: &Row) -> Result<Option<Vec<String>>> {
    let Some(text) = row.text_or_null("integrations")? else { return Ok(None) };
    let list = serde_json::from_str::<Json>(&text).ok().and_then(|list| {
        let items = list.as_array()?.iter();
        items.map(|id| id.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    list.map(Some).ok_or_else(|| Error::Unreadable("the integrations of a connected app".into()))
}
