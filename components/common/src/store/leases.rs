//! Leases: the right of one request to refresh one version of a credential.
//!
//! Each change is a single statement with the database's own time, so that leases hold across instances. No
//! statement waits for the write lock, except those that store new tokens. This module must not read a ciphertext. It
//! writes the new one.

use super::{IfFree, Transaction, read_row, write_if_free};
use crate::domain::{Health, IntegrationKey, SealedCredential};
use crate::error::{Error, Result};
use crate::platform::sqlite::Value;

/// The state of a credential's refresh. Times are in milliseconds since the Unix epoch.
pub struct RefreshState {
    /// The database's time.
    pub now: i64,
    /// The version of the credential.
    pub version: i64,
    /// The health of the integration.
    pub health: Health,
    /// When the lease, or the pause after a failure, ends. 0 if there was none.
    pub lease_until: i64,
    /// Whether an attempt has the lease.
    pub has_attempt: bool,
    /// Whether that attempt may live, by the time of its lease.
    pub holder_may_live: bool,
    /// When a token was last refreshed because the provider had rejected it. 0 if never.
    pub forced_at: i64,
}

impl RefreshState {
    /// Reads the state.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the integration was deleted, [`Error::Storage`].
    pub async fn read(key: IntegrationKey<'_>) -> Result<Self> {
        let sql = format!(
            "select cast(unixepoch('subsec') * 1000 as integer) as now, i.health, c.lease_until,
               c.attempt is not null as has_attempt, {} as holder_may_live, c.forced_at, c.version
             from integrations i join credentials c on c.integration_id = i.id
             where i.workspace = ?1 and i.id = ?2",
            holder_may_live()
        );
        let row = read_row(&sql, key.values()).await?;
        let row = row.ok_or_else(|| Error::NotFound(format!("{} was deleted", key.id)))?;
        Ok(Self {
            now: row.get("now")?,
            version: row.get("version")?,
            health: row.get("health")?,
            lease_until: row.get::<Option<f64>>("lease_until")?.map_or(0, |at| at as i64),
            has_attempt: row.get("has_attempt")?,
            holder_may_live: row.get("holder_may_live")?,
            forced_at: row.get::<Option<i64>>("forced_at")?.unwrap_or(0),
        })
    }
}

/// How long after the end of its lease an attempt may still have tokens to store, in milliseconds. It has given up by
/// then, unless its process stood still.
pub const HOLDER_MOST_MS: i64 = 120_000;

/// The SQL of whether the attempt of a credential has the lease, or had it until a moment ago.
pub(super) fn holder_may_live() -> String {
    format!(
        "(attempt is not null
          and coalesce(lease_until, 0) > unixepoch('subsec') * 1000 - {HOLDER_MOST_MS})"
    )
}

/// A lease that is wanted or held.
#[derive(Clone, Copy)]
pub struct Lease<'a> {
    /// The integration.
    pub key: IntegrationKey<'a>,
    /// The version of the credential that is refreshed.
    pub version: i64,
    /// The random name of the attempt.
    pub attempt: &'a str,
    /// How long the lease lasts without a renewal, in milliseconds.
    pub lasts_ms: i64,
}

/// The result of an attempt to renew a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The lease is renewed.
    Held,
    /// Another attempt has the lease, or the credential has changed.
    Lost,
    /// The database could not be written.
    Busy,
}

impl Lease<'_> {
    /// Takes the lease, unless another attempt has it or the write lock. Returns the time, in milliseconds. A
    /// forced refresh, which happens although the token has not expired, is allowed if the last one is at
    /// least `forced_every_ms` ago. `takes_over` says whether the caller expects to take an expired lease from another
    /// attempt that may live. If the row says otherwise by now, the lease is not taken, because the caller must look
    /// again.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn take(
        &self,
        forced_every_ms: Option<i64>,
        takes_over: bool,
    ) -> Result<Option<i64>> {
        let sql = format!(
            "update credentials set
               lease_until = cast(unixepoch('subsec') * 1000 as integer) + ?4, attempt = ?5,
               forced_at = iif(?6, cast(unixepoch('subsec') * 1000 as integer), forced_at)
             where workspace = ?1 and integration_id = ?2 and version = ?3
               and (lease_until is null or lease_until < unixepoch('subsec') * 1000)
               and (not ?6 or forced_at is null or forced_at <= unixepoch('subsec') * 1000 - ?7)
               and {} = ?8
             returning cast(lease_until as integer) - ?4 as taken_at",
            holder_may_live()
        );
        let values = self.key.and([
            Value::integer(self.version),
            Value::integer(self.lasts_ms),
            Value::text(self.attempt),
            Value::integer(i64::from(forced_every_ms.is_some())),
            Value::integer(forced_every_ms.unwrap_or(0)),
            Value::integer(i64::from(takes_over)),
        ]);
        match write_if_free(&sql, values).await {
            Ok(IfFree::Done(row)) => Ok(row.map(|row| row.get("taken_at")).transpose()?),
            Ok(IfFree::Busy) => Ok(None),
            // The answer was lost, and the name of the attempt says whether it has the lease.
            Err(Error::Unconfirmed { .. }) => self.taken_at().await,
            Err(error) => Err(error),
        }
    }

    /// When this attempt took the lease or renewed it. `None` if it does not have the lease.
    async fn taken_at(&self) -> Result<Option<i64>> {
        let sql = "select cast(lease_until as integer) - ?5 as taken_at from credentials
                   where workspace = ?1 and integration_id = ?2 and version = ?3 and attempt = ?4";
        let values = self.key.and([
            Value::integer(self.version),
            Value::text(self.attempt),
            Value::integer(self.lasts_ms),
        ]);
        let row = read_row(sql, values).await?;
        Ok(row.map(|row| row.get("taken_at")).transpose()?)
    }

    /// Extends the lease, if the write lock is free.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn renew(&self) -> Result<Renewal> {
        let sql = "update credentials set
               lease_until = cast(unixepoch('subsec') * 1000 as integer) + ?5
             where workspace = ?1 and integration_id = ?2 and version = ?3 and attempt = ?4
             returning 1";
        let values = self.key.and([
            Value::integer(self.version),
            Value::text(self.attempt),
            Value::integer(self.lasts_ms),
        ]);
        Ok(match write_if_free(sql, values).await? {
            IfFree::Done(Some(_)) => Renewal::Held,
            IfFree::Done(None) => Renewal::Lost,
            IfFree::Busy => Renewal::Busy,
        })
    }

    /// Ends the lease of an attempt that has not asked the provider, so that another one can take it at once.
    /// `was_forced` says whether the attempt counted as a forced refresh, which it then was not.
    ///
    /// # Errors
    /// [`Error::Storage`], [`Error::Unconfirmed`]. Then the lease expires.
    pub async fn release(&self, was_forced: bool) -> Result<()> {
        let sql = "update credentials set attempt = null, lease_until = null,
                     forced_at = iif(?5, null, forced_at)
                   where workspace = ?1 and integration_id = ?2 and version = ?3 and attempt = ?4";
        let values = self.key.and([
            Value::integer(self.version),
            Value::text(self.attempt),
            Value::integer(i64::from(was_forced)),
        ]);
        write_if_free(sql, values).await.map(drop)
    }

    /// Gives the lease up after a failure. For the next `pause_ms` milliseconds, no attempt can take it.
    /// Returns whether this attempt still held it.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn give_up(&self, tx: &Transaction, pause_ms: i64) -> Result<bool> {
        let sql = "update credentials set attempt = null, lease_until = ?5
                   where workspace = ?1 and integration_id = ?2 and version = ?3 and attempt = ?4
                   returning 1";
        let values = self.key.and([
            Value::integer(self.version),
            Value::text(self.attempt),
            Value::integer(tx.now_ms + pause_ms),
        ]);
        Ok(tx.row(sql, values).await?.is_some())
    }
}

impl Transaction {
    /// Stores renewed tokens in place of the version `old`, and ends its lease, whichever attempt holds it.
    /// Returns the new version, or `None` if `old` is no longer stored.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn store_renewed(
        &self,
        key: IntegrationKey<'_>,
        old: i64,
        sealed: &SealedCredential,
    ) -> Result<Option<i64>> {
        let sql =
            "update credentials set sealed = ?4, key_id = ?5, expires_at = ?6, refresh_at = ?7,
                     updated_at = ?8, version = version + 1, lease_until = null, attempt = null
                   where workspace = ?1 and integration_id = ?2 and version = ?3
                   returning version";
        let values = key.and([
            Value::integer(old),
            Value::from(sealed.bytes()?),
            Value::text(sealed.key_id.as_str()),
            Value::from(sealed.expires_at),
            Value::from(sealed.refresh_at),
            Value::integer(self.now_ms),
        ]);
        let Some(row) = self.row(sql, values).await? else { return Ok(None) };
        self.confirm_commit_by_credential(key.id, sealed)?;
        self.hold(key.id, &sealed.digests).await?;
        Ok(Some(row.get("version")?))
    }

    /// Confirms a commit whose answer is lost by the credential of the integration `id`, which must be `sealed`. Each seal
    /// is another ciphertext.
    pub(super) fn confirm_commit_by_credential(
        &self,
        id: &str,
        sealed: &SealedCredential,
    ) -> Result<()> {
        let sql = "select 1 from credentials where integration_id = ?1 and sealed = ?2";
        self.confirm_commit_by(sql, [Value::text(id), Value::from(sealed.bytes()?)]);
        Ok(())
    }

    /// The version of the credential, if it is exactly `sealed`. Each seal is another ciphertext, so this tells whether
    /// an earlier change whose answer was lost has been made.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn version_of_sealed(
        &self,
        key: IntegrationKey<'_>,
        sealed: &SealedCredential,
    ) -> Result<Option<i64>> {
        let sql = "select version from credentials
                   where workspace = ?1 and integration_id = ?2 and sealed = ?3";
        let row = self.row(sql, key.and([Value::from(sealed.bytes()?)])).await?;
        Ok(row.map(|row| row.get("version")).transpose()?)
    }

    /// Whether `version` of the credential is stored.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn has_credential(&self, key: IntegrationKey<'_>, version: i64) -> Result<bool> {
        let sql = "select 1 from credentials
                   where workspace = ?1 and integration_id = ?2 and version = ?3";
        Ok(self.row(sql, key.and([Value::integer(version)])).await?.is_some())
    }
}

/// The refresh of a credential's version, for callers that wait for it. A thousand callers may wait at once, so each look is
/// one `select`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshing {
    /// The integration.
    pub integration_id: String,
    /// The version of the credential that is being refreshed.
    pub version: i64,
}

impl Refreshing {
    /// Whether a retry makes sense now: there is a newer version, the refresh has stopped, or the integration
    /// was deleted.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn is_over(&self) -> Result<bool> {
        let sql = "select 1 from credentials where integration_id = ?1 and version = ?2
                   and attempt is not null and lease_until >= unixepoch('subsec') * 1000";
        let values = [Value::text(self.integration_id.as_str()), Value::integer(self.version)];
        Ok(read_row(sql, values).await?.is_none())
    }
}
