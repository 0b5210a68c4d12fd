//! Takes entries out of the outbox, and puts back those that are not done. This module must not open them.
//!
//! An entry is taken by moving its time ahead, so that one of several concurrent runs processes it.

use std::cmp::Reverse;

use nexus_common::Result;
use nexus_common::broker::Stored;
use nexus_common::domain::IntegrationKey;
use nexus_common::platform::sqlite::{Row, Value};
use nexus_common::store::{
    STOP_OF_INTEGRATION, SharedGrant, Transaction, read, read_row, write, write_row,
};
use serde_json::json;

use super::credentials::CALL_MS;

/// How long an entry that was taken cannot be taken again, in milliseconds.
const TAKEN_MS: i64 = 60_000;

/// The entries to process.
pub enum OutboxScope<'a> {
    /// The entries of an integration that were not tried yet, and the kept entries with these ids. No grace is waited for
    /// (`due`), because the caller ends the connection or replaces its credential.
    Of(&'a Stored, &'a [String]),
    /// The entries that are due, at most this many.
    Due(u32),
}

/// An entry of the outbox.
pub struct DueEntry {
    /// The id of the entry.
    pub id: String,
    /// The workspace of the entry.
    pub workspace: String,
    /// The integration that gave the token up. It may have been deleted.
    pub integration_id: String,
    /// The name of the token.
    pub token: String,
    /// The revocation call, sealed. Empty if the entry was not taken.
    pub sealed: Vec<u8>,
    /// The actor that gave the token up.
    pub actor: String,
    /// How often the call was tried, with this time.
    pub attempts: i64,
    /// When the first try was, in milliseconds since the Unix epoch.
    pub trying_since: i64,
    /// Whether the manifest says that the token's grant is revoked too.
    pub ends_grant: bool,
    /// Whether the call may revoke more than the token.
    pub cautious: bool,
    /// When an admin forced the revocation.
    pub forced_at: Option<i64>,
    /// Since when the entry has waited for connections in use.
    pub kept_at: Option<i64>,
    digest: String,
    authorization_server: Option<String>,
    revocation_server: Option<String>,
    manifest_id: String,
    manifest_hash: String,
    client_id: Option<String>,
    account_id: Option<String>,
}

const COLUMNS: &str = "id, workspace, integration_id, token, sealed, actor, attempts, created_at,
    ends_grant, cautious, coalesce(digest, '') as digest,
    nullif(authorization_server, '') as authorization_server, nullif(client_id, '') as client_id,
    nullif(account_id, '') as account_id, forced_at, kept_at,
    nullif(revocation_server, '') as revocation_server, manifest_id, manifest_hash";

/// The SQL of whether the entry `o` is due.
///
/// A token with a [`Grace`](nexus_common::domain::Grace) is due later, because calls that have begun still use it. This is
/// the only place that ends a grace early: it counts only while the connection is in use. If the connection is deleted,
/// switched off or stopped, its token is due now, whichever writer did that.
fn due() -> String {
    format!(
        "(o.next_at <= {NOW} + {CALL_MS} and (o.next_at <= {NOW}
           or (o.attempts = 0 and o.kept_at is null and not exists (select 1 from integrations i
             where i.workspace = o.workspace and i.id = o.integration_id and i.status = 'active'
               and {STOP_OF_INTEGRATION} is null))))"
    )
}

/// The SQL of the database's time, in milliseconds since the Unix epoch.
const NOW: &str = "unixepoch('subsec') * 1000";

impl OutboxScope<'_> {
    /// Takes the entries, those first that matter most (`rank`).
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn take(&self) -> Result<Vec<DueEntry>> {
        let due = due();
        let any = format!("select 1 from outbox o where {due} limit 1");
        if matches!(self, Self::Due(_)) && read_row(&any, []).await?.is_none() {
            return Ok(Vec::new());
        }
        let (filter, values) = match self {
            Self::Of(stored, kept) => (
                format!(
                    "workspace = ?1 and ((integration_id = ?2 and attempts = 0 and kept_at is null)
                       or (kept_at is not null and next_at <= {NOW}
                         and id in (select value from json_each(?3))))"
                ),
                stored.key().and([Value::text(json!(kept).to_string())]),
            ),
            Self::Due(limit) => (
                format!(
                    "id in (select o.id from outbox o where {due} order by o.next_at limit ?1)"
                ),
                vec![Value::from(*limit)],
            ),
        };
        // For a kept entry, the seven days of trying begin now.
        let sql = format!(
            "update outbox set
               next_at = cast({NOW} as integer) + {TAKEN_MS},
               attempts = attempts + 1,
               created_at = iif(kept_at is null, created_at, cast({NOW} as integer))
             where {filter} returning {COLUMNS}"
        );
        let rows = write(&sql, values).await?;
        let mut taken: Vec<DueEntry> = rows.iter().map(DueEntry::of).collect::<Result<_>>()?;
        taken.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Ok(taken)
    }
}

impl DueEntry {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            workspace: row.text("workspace")?,
            integration_id: row.text("integration_id")?,
            token: row.text("token")?,
            sealed: row.get::<&[u8]>("sealed")?.to_vec(),
            actor: row.text("actor")?,
            attempts: row.get("attempts")?,
            trying_since: row.get("created_at")?,
            ends_grant: row.get("ends_grant")?,
            cautious: row.get("cautious")?,
            forced_at: row.get("forced_at")?,
            kept_at: row.get("kept_at")?,
            digest: row.text("digest")?,
            authorization_server: row.text_or_null("authorization_server")?,
            revocation_server: row.text_or_null("revocation_server")?,
            manifest_id: row.text("manifest_id")?,
            manifest_hash: row.text("manifest_hash")?,
            client_id: row.text_or_null("client_id")?,
            account_id: row.text_or_null("account_id")?,
        })
    }

    /// The place of the entry among those of its integration. Refresh tokens come first, because they live longest. Then come
    /// the tokens that were given up last, which the connection had when it ended. Those that calls have replaced earlier
    /// must not take the time that these need. Ids are in the order of creation.
    fn rank(&self) -> (bool, Reverse<i64>, &str) {
        (self.token != "refresh_token", Reverse(self.trying_since), self.id.as_str())
    }

    /// Whether the call is sent although a connection may use the token. That is the case if no other token is
    /// known to be revoked with it, or if an admin forced the revocation.
    pub fn is_sent_anyway(&self) -> bool {
        !self.cautious || self.forced_at.is_some()
    }

    /// The integration that gave the token up.
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }

    /// The grant that the call revokes. `grant` is whether the call may revoke more than the token.
    pub fn ends(&self, grant: bool) -> SharedGrant<'_> {
        SharedGrant {
            key: self.key(),
            digest: &self.digest,
            grant,
            authorization_server: self.authorization_server.as_deref(),
            revocation_server: self.revocation_server.as_deref(),
            manifest_id: &self.manifest_id,
            manifest_hash: &self.manifest_hash,
            client_id: self.client_id.as_deref(),
            account_id: self.account_id.as_deref(),
        }
    }

    /// Deletes the entry. Returns whether this call deleted it.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn delete(&self, tx: &Transaction) -> Result<bool> {
        let sql = "delete from outbox where id = ?1 returning 1";
        Ok(tx.row(sql, [Value::text(self.id.as_str())]).await?.is_some())
    }

    /// Makes the entry due after a pause.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn retry_after(&self, pause_ms: i64) -> Result<()> {
        let sql = "update outbox set kept_at = null,
                     next_at = cast(unixepoch('subsec') * 1000 as integer) + ?2
                   where id = ?1";
        write_row(sql, [Value::text(self.id.as_str()), Value::integer(pause_ms)]).await.map(drop)
    }

    /// Makes the entry due now.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn wake(&self, tx: &Transaction) -> Result<()> {
        let sql = "update outbox set next_at = 0 where id = ?1";
        tx.query(sql, [Value::text(self.id.as_str())]).await.map(drop)
    }

    /// Keeps the entry for `pause_ms`, unless a trigger wakes it earlier. Returns whether the entry is still
    /// there.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn keep(&self, tx: &Transaction, pause_ms: i64) -> Result<bool> {
        let sql = "update outbox set kept_at = coalesce(kept_at, ?2), next_at = ?3, attempts = 0
                   where id = ?1 returning 1";
        let now = tx.now_ms;
        let values =
            [Value::text(self.id.as_str()), Value::integer(now), Value::integer(now + pause_ms)];
        Ok(tx.row(sql, values).await?.is_some())
    }
}

/// The entries that wait for the integration, newest first. A token that the integration holds again is left
/// out. Entries of other workspaces are left out, because only their workspaces may see them.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn kept_for(key: IntegrationKey<'_>) -> Result<Vec<DueEntry>> {
    let sql = "
        select o.id, o.workspace, o.integration_id, o.token, x'' as sealed, o.actor, o.attempts,
          o.created_at, o.ends_grant, o.cautious, coalesce(o.digest, '') as digest,
          nullif(o.authorization_server, '') as authorization_server,
          nullif(o.client_id, '') as client_id, nullif(o.account_id, '') as account_id,
          o.forced_at, o.kept_at, nullif(o.revocation_server, '') as revocation_server,
          o.manifest_id, o.manifest_hash
        from integrations i join credentials c on c.integration_id = i.id
          join outbox o on o.kept_at is not null and o.workspace = i.workspace
            and ((o.client_id is c.client_id
                and (o.account_id is null or i.account_id is null or o.account_id = i.account_id)
                and (o.client_id is not null or o.revocation_server is c.revocation_server))
              or o.digest in (select digest from token_digests where integration_id = i.id))
        where i.workspace = ?1 and i.id = ?2
          and not (o.integration_id = i.id and o.digest in
            (select digest from token_digests where integration_id = i.id))
        order by o.id desc";
    read(sql, key.values()).await?.iter().map(DueEntry::of).collect()
}
