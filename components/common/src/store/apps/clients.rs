//! The clients of the authorization server: dynamic registrations, and copies of metadata documents.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::platform::sqlite::Value;
use crate::store::{Transaction, read_row, write_row};

/// How many registrations may be there that no person has agreed to.
const MOST_UNUSED: i64 = 100;
/// How long such a registration is kept, in milliseconds: a day.
const UNUSED_MS: i64 = 24 * 60 * 60 * 1000;
/// When such a registration makes way for another one, in milliseconds: after ten minutes. So a flood of
/// registrations keeps nobody out for long.
const GIVES_WAY_MS: i64 = 10 * 60 * 1000;
/// How long a client without a connected app is kept after a person last agreed, in milliseconds: 180 days.
const USED_MS: i64 = 180 * UNUSED_MS;

/// What a client says about itself. Nobody has verified it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppMetadata {
    /// The name.
    pub name: String,
    /// Where the answer may go.
    pub redirect_uris: Vec<String>,
    /// Whether the client uses refresh tokens.
    pub may_refresh: bool,
}

/// A client.
#[derive(Debug, Clone)]
pub struct AppClient {
    /// `nxc_…`, or the URL of the client's document.
    pub id: String,
    /// What it says about itself.
    pub metadata: AppMetadata,
    /// Whether the copy of a document is fresh. A registration always is.
    pub is_fresh: bool,
}

/// The client with this id.
///
/// # Errors
/// [`Error::Storage`], [`Error::Unreadable`].
pub async fn find_app_client(id: &str) -> Result<Option<AppClient>> {
    let sql = "select metadata,
                 coalesce(fresh_until > unixepoch('subsec') * 1000, 1) as is_fresh
               from app_clients where id = +?1";
    let Some(row) = read_row(sql, [Value::text(id)]).await? else { return Ok(None) };
    let metadata = serde_json::from_str(row.get("metadata")?)
        .map_err(|_| Error::Unreadable("the metadata of a client".into()))?;
    Ok(Some(AppClient { id: id.to_owned(), metadata, is_fresh: row.get("is_fresh")? }))
}

/// Writes a registration. Returns the time in seconds since the Unix epoch, or `None` if there are too many
/// registrations that no person has agreed to.
///
/// # Errors
/// [`Error::Storage`].
pub async fn register_app_client(id: &str, metadata: &AppMetadata) -> Result<Option<i64>> {
    let tx = Transaction::begin().await?;
    tx.forget_app_clients().await?;
    let sql = "delete from app_clients where id in (
                 select id from app_clients
                 where agreed_at is null and fresh_until is null and created_at <= ?1 - ?2
                   and ?3 <= (select count(*) from app_clients
                     where agreed_at is null and fresh_until is null)
                 order by created_at limit 1)";
    let values =
        [Value::integer(tx.now_ms), Value::integer(GIVES_WAY_MS), Value::integer(MOST_UNUSED)];
    tx.query(sql, values).await?;
    let sql = "insert into app_clients (id, metadata, created_at)
               select ?1, ?2, ?3 where ?4 > (select count(*) from app_clients
                 where agreed_at is null and fresh_until is null) returning 1";
    let values = [
        Value::text(id),
        Value::text(to_json(metadata)?),
        Value::integer(tx.now_ms),
        Value::integer(MOST_UNUSED),
    ];
    let is_written = tx.row(sql, values).await?.is_some();
    let now = tx.now_ms / 1000;
    tx.commit().await?;
    Ok(is_written.then_some(now))
}

/// Writes the copy of a client's document, which is fresh for `fresh_ms`.
///
/// # Errors
/// [`Error::Storage`].
pub async fn save_app_document(id: &str, metadata: &AppMetadata, fresh_ms: i64) -> Result<()> {
    let sql = "insert into app_clients (id, metadata, created_at, fresh_until)
               select ?1, ?2, now, now + ?3
                 from (select cast(unixepoch('subsec') * 1000 as integer) as now) where true
               on conflict do update set metadata = excluded.metadata, fresh_until = excluded.fresh_until";
    let values = [Value::text(id), Value::text(to_json(metadata)?), Value::integer(fresh_ms)];
    write_row(sql, values).await.map(drop)
}

impl Transaction {
    /// Notes that a person agreed to a client.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn note_agreement(&self, client_id: &str) -> Result<()> {
        let sql = "update app_clients set agreed_at = ?2 where id = ?1";
        self.query(sql, [Value::text(client_id), Value::integer(self.now_ms)]).await.map(drop)
    }

    async fn forget_app_clients(&self) -> Result<()> {
        let sql = "delete from app_clients
                   where (agreed_at is null and created_at <= ?1 - ?2
                       and coalesce(fresh_until, 0) <= ?1)
                     or (agreed_at <= ?1 - ?3
                       and not exists(select 1 from app_grants g where g.client_id = app_clients.id))";
        let values =
            [Value::integer(self.now_ms), Value::integer(UNUSED_MS), Value::integer(USED_MS)];
        self.query(sql, values).await.map(drop)
    }
}

fn to_json(metadata: &AppMetadata) -> Result<String> {
    serde_json::to_string(metadata)
        .map_err(|_| Error::Internal("the metadata of a client cannot be written".into()))
}
