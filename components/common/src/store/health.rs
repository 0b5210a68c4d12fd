//! The health of integrations: the columns `health`, `health_at` and `health_detail`.
//!
//! A change of health is also an event, in the same transaction.

use serde_json::{Value as Json, json};

use super::{Event, Transaction, read_row};
use crate::domain::{EventKind, Health, IntegrationKey};
use crate::error::Result;
use crate::platform::sqlite::Value;

/// The actor and the request that events name.
#[derive(Clone, Copy)]
pub struct Cause<'a> {
    /// The subject of the token, or `tick`.
    pub actor: &'a str,
    /// The id of the request.
    pub request_id: &'a str,
}

impl Transaction {
    /// Stores that the integration has `health`, for the reason `detail`. A change is recorded.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn set_health(
        &self,
        key: IntegrationKey<'_>,
        health: Health,
        detail: &str,
        cause: Cause<'_>,
    ) -> Result<()> {
        let sql = "update integrations set health = ?3, health_at = ?4, health_detail = ?5
                   where workspace = ?1 and id = ?2
                     and (health <> ?3 or health_detail is not ?5) returning 1";
        let values =
            key.and([Value::from(health), Value::integer(self.now_ms), Value::text(detail)]);
        match self.row(sql, values).await? {
            Some(_) => {
                self.record_health(key, json!({"to": health, "detail": detail}), cause).await
            }
            None => Ok(()),
        }
    }

    /// Stores that the integration is healthy, if its health is one of `before`. A change is recorded.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn mend_health(
        &self,
        key: IntegrationKey<'_>,
        before: &[Health],
        detail: &str,
        cause: Cause<'_>,
    ) -> Result<()> {
        let sql = "update integrations set health = 'healthy', health_at = ?3, health_detail = null
                   where workspace = ?1 and id = ?2
                     and health in (select value from json_each(?4)) returning 1";
        let values = key.and([Value::integer(self.now_ms), Value::text(json!(before).to_string())]);
        match self.row(sql, values).await? {
            Some(_) => {
                let detail = json!({"to": Health::Healthy, "detail": detail});
                self.record_health(key, detail, cause).await
            }
            None => Ok(()),
        }
    }

    /// Stores why the integration must be connected again, if it must.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn explain_end(&self, key: IntegrationKey<'_>, detail: &str) -> Result<()> {
        let sql = "update integrations set health_detail = ?3
                   where workspace = ?1 and id = ?2 and health = 'reauthorize'";
        self.query(sql, key.and([Value::text(detail)])).await.map(drop)
    }

    pub(super) async fn record_health(
        &self,
        key: IntegrationKey<'_>,
        detail: Json,
        Cause { actor, request_id }: Cause<'_>,
    ) -> Result<()> {
        self.record(&Event { key, kind: EventKind::Health, actor, detail, request_id }).await
    }
}

/// Whether the provider accepted the credential of the integration within the last `seconds`.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn was_healthy_within(key: IntegrationKey<'_>, seconds: i64) -> Result<bool> {
    let sql = "select 1 from integrations where workspace = ?1 and id = ?2 and health = 'healthy'
               and health_at > (unixepoch('subsec') - ?3) * 1000";
    Ok(read_row(sql, key.and([Value::integer(seconds)])).await?.is_some())
}
