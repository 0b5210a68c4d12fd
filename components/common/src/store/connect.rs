//! What an authorization that was finished writes: tokens, account, scopes, in one transaction.
//!
//! It must not write over tokens that somebody else stored meanwhile, nor drop any.

use serde_json::{Value as Json, json};

use super::{Event, Flow, Integrations, NewCredential, Transaction};
use crate::broker::{Connected, Exchanged};
use crate::error::{Error, Result};
use crate::platform::sqlite::Value;

impl Integrations<'_> {
    /// Stores what the broker made of `flow`. Where it must not, or no longer can, be stored, the
    /// new tokens go into the outbox instead; the replaced ones do where it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] (the integration is gone), [`Error::Conflict`] (`changed_meanwhile`):
    /// then the outbox has the tokens. [`Error::Storage`]: nothing was written.
    pub async fn connect(
        &self,
        flow: &Flow,
        exchanged: &Exchanged,
        request_id: &str,
    ) -> Result<()> {
        let tx = Transaction::begin().await?;
        let id = flow.integration_id.as_str();
        let Some(connected) = &exchanged.stored else {
            return self.give_up(tx, flow, exchanged).await;
        };
        let key = || [Value::text(self.workspace()), Value::text(id)];
        let sql = "select coalesce(c.version, 0) from integrations i
                   left join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let Some(row) = tx.row(sql, key()).await? else {
            self.give_up(tx, flow, exchanged).await?;
            return Err(Error::NotFound("the integration was deleted meanwhile".into()));
        };
        if row.get::<i64>(0) != Some(connected.replaces) {
            self.give_up(tx, flow, exchanged).await?;
            let detail = "it was connected elsewhere meanwhile".to_owned();
            return Err(Error::Conflict { code: "changed_meanwhile", detail });
        }
        self.write(&tx, id, connected).await?;
        tx.give_up(self.workspace(), id, &flow.actor, false, &exchanged.replaced).await?;
        let again = connected.replaces != 0;
        tx.record(&Event {
            workspace: self.workspace(),
            integration_id: id,
            kind: if again { "integration.reconnected" } else { "integration.connected" },
            actor: &flow.actor,
            detail: json!({
                "account": connected.account.label.as_ref().or(connected.account.id.as_ref()),
                "scopes": connected.scopes.get("granted"),
            }),
            request_id,
        })
        .await?;
        tx.commit().await
    }

    async fn give_up(&self, tx: Transaction, flow: &Flow, exchanged: &Exchanged) -> Result<()> {
        tx.give_up(self.workspace(), &flow.integration_id, &flow.actor, false, &exchanged.lost)
            .await?;
        tx.commit().await
    }

    async fn write(&self, tx: &Transaction, id: &str, connected: &Connected) -> Result<()> {
        let bytes = connected.credential.bytes()?;
        let new = NewCredential {
            sealed: &bytes,
            key_id: &connected.credential.key_id,
            hint: None,
            expires_at: connected.credential.expires_at,
            refresh_at: connected.credential.refresh_at,
            client_id: connected.credential.client_id.as_deref(),
        };
        match connected.replaces {
            0 => self.insert_credential(tx, id, &new, &connected.health).await?,
            _ => self.replace_credential(tx, id, &new).await?,
        }
        let known = connected.health == "healthy";
        tx.query(
            "update integrations set health = ?3, health_at = iif(?4, ?5, null),
               health_detail = null, account_id = iif(?4, ?6, account_id),
               account_label = iif(?4, ?7, account_label), params = ?8, scopes = ?9,
               manifest_hash = ?10
             where workspace = ?1 and id = ?2",
            [
                Value::text(self.workspace()),
                Value::text(id),
                Value::text(connected.health.as_str()),
                Value::integer(i64::from(known)),
                Value::integer(tx.now_ms),
                Value::from(connected.account.id.as_deref()),
                Value::from(connected.account.label.as_deref()),
                Value::text(Json::Object(connected.params.clone()).to_string()),
                Value::text(connected.scopes.to_string()),
                Value::text(connected.manifest_hash.as_str()),
            ],
        )
        .await?;
        Ok(())
    }
}
