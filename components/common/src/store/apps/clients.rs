//! The clients of the authorization server: dynamic registrations, and copies of metadata documents.

use serde::{Deserialize, Serialize};

use super::requests::LOOKED_AT_MS;
use crate::error::{Error, Result};
use crate::platform::sqlite::Value;
use crate::store::{Transaction, read_row, write_row};

/// How many registrations may be there that no person has agreed to.
const MOST_UNUSED: i64 = 100;
/// How long such a registration is kept, in milliseconds: a day.
const UNUSED_MS: i64 = 24 * 60 * 60 * 1000;
/// When such a registration makes way for any other one, in milliseconds: after ten minutes.
const GIVES_WAY_MS: i64 = 10 * 60 * 1000;
/// How many such registrations one address may make in a minute.
const PER_MINUTE: u32 = 20;
/// How many all clients may make together whose address is not known.
const PER_MINUTE_OF_UNKNOWN: u32 = 60;
/// How long a client without a connected app is kept after a person last agreed, in milliseconds: 180 days.
const USED_MS: i64 = 180 * UNUSED_MS;

/// The statements of a client about itself. Nobody has verified it.
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
    /// The statements of the client about itself.
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

/// Writes a registration of a client with `address`. Returns the time in seconds since the Unix epoch, or `None`
/// if there are too many registrations that no person has agreed to.
///
/// If there are too many, one of the address that has the most makes way for a client of an address that has
/// fewer. So a flood from one address keeps nobody else out, and a client that waits for its person is not the
/// one that makes way.
///
/// # Errors
/// [`Error::RateLimited`] if the address has registered too many in a minute. [`Error::Storage`].
pub async fn register_app_client(
    id: &str,
    metadata: &AppMetadata,
    address: Option<&str>,
) -> Result<Option<i64>> {
    require_few(address).await?;
    let tx = Transaction::begin().await?;
    tx.forget_app_clients().await?;
    tx.make_way(address).await?;
    let sql = "insert into app_clients (id, metadata, created_at, registered_from)
               select ?1, ?2, ?3, ?5 where ?4 > (select count(*) from app_clients
                 where agreed_at is null and fresh_until is null) returning 1";
    let values = [
        Value::text(id),
        Value::text(to_json(metadata)?),
        Value::integer(tx.now_ms),
        Value::integer(MOST_UNUSED),
        Value::from(address),
    ];
    let is_written = tx.row(sql, values).await?.is_some();
    if is_written {
        tx.confirm_commit_by("select 1 from app_clients where id = ?1", [Value::text(id)]);
    }
    let now = tx.now_ms / 1000;
    tx.commit().await?;
    Ok(is_written.then_some(now))
}

/// Checks that an address has not registered too many clients in the last minute. It only reads, because anyone
/// can ask for a registration. Clients whose address is not known share one limit.
async fn require_few(address: Option<&str>) -> Result<()> {
    let most = if address.is_some() { PER_MINUTE } else { PER_MINUTE_OF_UNKNOWN };
    let sql = "select count(*) as number,
                 cast(coalesce(min(created_at) + 60000 - unixepoch('subsec') * 1000, 0) as integer) as left
               from app_clients
               where agreed_at is null and fresh_until is null and registered_from is ?1
                 and created_at > unixepoch('subsec') * 1000 - 60000";
    let row = read_row(sql, [Value::from(address)]).await?;
    let row = row.ok_or_else(|| Error::Internal("a sum without a row".into()))?;
    if row.get::<i64>("number")? < i64::from(most) {
        return Ok(());
    }
    let left = u64::try_from(row.get::<i64>("left")?).unwrap_or(0);
    let retry_after = left.div_ceil(1000).max(1);
    Err(Error::RateLimited {
        detail: format!(
            "there were {most} registrations from your address in a minute, which is the maximum. Try \
             again in {retry_after} s"
        ),
        limit: most,
        retry_after,
    })
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
        let sql = "update app_clients set agreed_at = ?2, registered_from = null where id = ?1";
        self.query(sql, [Value::text(client_id), Value::integer(self.now_ms)]).await.map(drop)
    }

    /// Deletes one registration if there are too many: of the address that has the most, if that is more than
    /// `address` has, or of any address after ten minutes. A client that a person is looking at stays.
    async fn make_way(&self, address: Option<&str>) -> Result<()> {
        let sql = "with
            unused as (select id, created_at, coalesce(registered_from, '') as address
              from app_clients where agreed_at is null and fresh_until is null),
            sums as (select address, count(*) as number from unused group by address)
          delete from app_clients where id in (
            select u.id from unused u join sums s on s.address = u.address
            where ?2 <= (select count(*) from unused)
              and (u.created_at <= ?3 - ?4
                or s.number > coalesce((select number from sums where address = coalesce(?1, '')), 0))
              and not exists(select 1 from app_requests r
                where r.client_id = u.id and r.created_at > ?3 - ?5)
            order by s.number desc, u.created_at, u.id limit 1)";
        let values = [
            Value::from(address),
            Value::integer(MOST_UNUSED),
            Value::integer(self.now_ms),
            Value::integer(GIVES_WAY_MS),
            Value::integer(LOOKED_AT_MS),
        ];
        self.query(sql, values).await.map(drop)
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
