//! Checks of credentials: when a credential is checked, and what a check found.
//!
//! A check is taken by moving its time ahead, so that one of several concurrent requests or ticks makes it.

use serde_json::json;

use super::health::Cause;
use super::{IfFree, Transaction, read_row, write, write_if_free};
use crate::domain::{Account, Health, IntegrationKey};
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};

/// The time after which the tick checks an accepted credential again, in milliseconds: 6 hours.
pub(super) const CHECK_AGAIN_MS: i64 = 6 * 60 * 60 * 1000;
/// The time after which the tick checks a credential again if its provider is in trouble, in milliseconds: 15
/// minutes.
const AGAIN_SOON_MS: i64 = 15 * 60 * 1000;

/// The work of a tick on a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueWork {
    /// Checks it at the provider.
    Check,
    /// Refreshes its token if needed. The integration is switched off, but its refresh token must not expire
    /// because of that.
    KeepAlive,
    /// Nothing: a person must connect again first.
    Nothing,
}

/// A credential that a tick has taken.
pub struct DueCheck {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// The work to do.
    pub work: DueWork,
}

impl DueCheck {
    fn of(row: &Row) -> Result<Self> {
        let is_connected = row.get::<bool>("is_connected")?;
        let work = match (is_connected, row.get::<bool>("is_active")?, row.get("is_oauth")?) {
            (true, true, _) => DueWork::Check,
            (true, false, true) => DueWork::KeepAlive,
            _ => DueWork::Nothing,
        };
        let (workspace, integration_id) = (row.text("workspace")?, row.text("integration_id")?);
        Ok(Self { workspace, integration_id, work })
    }
}

/// Takes at most `limit` credentials whose next check is due. Every due credential is taken, even if a check
/// makes no sense for it. It is due again at its next time.
///
/// # Errors
/// [`Error::Storage`].
pub async fn take_due_checks(limit: u32) -> Result<Vec<DueCheck>> {
    let due = "select 1 from credentials where check_at <= unixepoch() * 1000 limit 1";
    if read_row(due, []).await?.is_none() {
        return Ok(Vec::new());
    }
    let is = |condition: &str| {
        format!("(select {condition} from integrations where id = integration_id)")
    };
    let sql = format!(
        "update credentials set check_at = unixepoch() * 1000 + ?1 where integration_id in
           (select integration_id from credentials where check_at <= unixepoch() * 1000
            order by check_at limit ?2)
         returning workspace, integration_id, {} as is_connected, {} as is_active, {} as is_oauth",
        is("health in ('unknown', 'healthy', 'failing')"),
        is("status = 'active'"),
        is("auth_method like 'oauth2%'"),
    );
    let rows = write(&sql, [Value::integer(CHECK_AGAIN_MS), Value::from(limit)]).await?;
    rows.iter().map(DueCheck::of).collect()
}

/// Takes the check of the integration for this request, unless there was a check in the last minute. If the
/// database is busy, the next request that wants a check makes it.
///
/// # Errors
/// [`Error::Storage`].
pub async fn take_check_of_minute(key: IntegrationKey<'_>) -> Result<bool> {
    let is_due = "select 1 from integrations i join credentials c on c.integration_id = i.id
                  where i.workspace = ?1 and i.id = ?2
                    and coalesce(i.health_at, 0) < (unixepoch('subsec') - 60) * 1000
                    and c.check_at < (unixepoch('subsec') - 60) * 1000 + ?3";
    let again = [Value::integer(CHECK_AGAIN_MS)];
    if read_row(is_due, key.and(again.clone())).await?.is_none() {
        return Ok(false);
    }
    let claim = "update credentials set check_at = unixepoch() * 1000 + ?3
                 where workspace = ?1 and integration_id = ?2
                   and check_at < unixepoch() * 1000 + ?3 - 60000
                 returning 1";
    Ok(matches!(write_if_free(claim, key.and(again)).await?, IfFree::Done(Some(_))))
}

/// The result of a check of one version of a credential.
pub struct CheckFound<'a> {
    /// The version of the credential.
    pub version: i64,
    /// The health.
    pub health: Health,
    /// Why, in words.
    pub detail: Option<&'a str>,
    /// The account, as far as the provider names it.
    pub account: &'a Account,
}

impl CheckFound<'_> {
    /// The time until the next check, in milliseconds.
    fn again_ms(&self) -> i64 {
        if self.health == Health::Failing { AGAIN_SOON_MS } else { CHECK_AGAIN_MS }
    }

    /// Stores the result, unless a newer version of the credential is stored by now.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the integration was deleted meanwhile, [`Error::Storage`].
    pub async fn save(&self, key: IntegrationKey<'_>, cause: Cause<'_>) -> Result<()> {
        if self.was_just_stored(key).await? {
            return Ok(());
        }
        let tx = Transaction::begin().await?;
        let sql = "select i.health, c.version from integrations i
                   join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let before = tx.row(sql, key.values()).await?;
        let before = before
            .ok_or_else(|| Error::NotFound("the integration was deleted meanwhile".into()))?;
        if before.get::<i64>("version")? != self.version {
            return Ok(());
        }
        self.write(&tx, key).await?;
        let from: Health = before.get("health")?;
        if from != self.health {
            let detail = json!({"from": from, "to": self.health, "detail": self.detail});
            tx.record_health(key, detail, cause).await?;
        }
        tx.commit().await
    }

    /// Whether another check stored the same result within the last second. So of many concurrent checks only
    /// one writes.
    async fn was_just_stored(&self, key: IntegrationKey<'_>) -> Result<bool> {
        let sql = "select 1 from integrations i join credentials c on c.integration_id = i.id
               where i.workspace = ?1 and i.id = ?2 and c.version = ?3
                 and i.health = ?4 and i.health_detail is ?5
                 and i.health_at > (unixepoch('subsec') - 1) * 1000
                 and c.check_at between unixepoch('subsec') * 1000
                   and unixepoch('subsec') * 1000 + ?6";
        let values = key.and([
            Value::integer(self.version),
            Value::from(self.health),
            Value::from(self.detail),
            Value::integer(self.again_ms()),
        ]);
        Ok(read_row(sql, values).await?.is_some())
    }

    async fn write(&self, tx: &Transaction, key: IntegrationKey<'_>) -> Result<()> {
        tx.query(
            "update integrations set health = ?3, health_at = ?4, health_detail = ?5,
               account_id = coalesce(account_id, ?6), account_label = coalesce(account_label, ?7)
             where workspace = ?1 and id = ?2",
            key.and([
                Value::from(self.health),
                Value::integer(tx.now_ms),
                Value::from(self.detail),
                Value::from(self.account.id.as_deref()),
                Value::from(self.account.label.as_deref()),
            ]),
        )
        .await?;
        tx.query(
            "update credentials set check_at = ?3,
               verified_at = iif(?4 = 'healthy', coalesce(verified_at, ?5), verified_at)
             where workspace = ?1 and integration_id = ?2",
            key.and([
                Value::integer(tx.now_ms + self.again_ms()),
                Value::from(self.health),
                Value::integer(tx.now_ms),
            ]),
        )
        .await?;
        Ok(())
    }
}
