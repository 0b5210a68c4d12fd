//! Stores the result of a finished authorization (tokens, account and scopes) in one transaction.
//!
//! This module must not overwrite tokens that a concurrent request stored, and must not lose a token.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::retry::keep_trying;
use super::{Event, Flow, Integrations, Transaction, give_up};
use crate::domain::{Connected, EventKind, Exchanged, Health, IntegrationKey};
use crate::error::{Error, Result};
use crate::log::Line;
use crate::platform::sqlite::Value;

impl Integrations<'_> {
    /// Stores the broker's result of `flow`. The tokens that it replaces go into the outbox. If the new
    /// tokens must not be stored, or no longer can be, they go into the outbox instead. The tokens are kept nowhere else,
    /// so this tries for as long as `within` while the database fails.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the integration was deleted, [`Error::Conflict`] (`changed_meanwhile`), and
    /// [`Error::Internal`] if the database rejects the row: the tokens are in the outbox. [`Error::Storage`]: nothing was
    /// written. [`Error::Unconfirmed`]: it may have been.
    pub async fn connect(
        &self,
        flow: &Flow,
        exchanged: &Exchanged,
        request_id: &str,
        within: Duration,
    ) -> Result<()> {
        let note = |error: &Error| {
            let line = Line::error("new tokens are not stored yet");
            line.with("request_id", &request_id).why(error);
        };
        keep_trying(within, note, async || {
            match self.try_connect(flow, exchanged, request_id).await {
                Err(why @ Error::Internal(_)) => {
                    let by = (flow.actor.as_str(), request_id);
                    give_up(flow.key(), by, &exchanged.lost).await?;
                    Err(why)
                }
                done => done,
            }
        })
        .await
    }

    async fn try_connect(
        &self,
        flow: &Flow,
        exchanged: &Exchanged,
        request_id: &str,
    ) -> Result<()> {
        let tx = Transaction::begin_for_new_tokens().await?;
        let id = flow.integration_id.as_str();
        let Some(connected) = &exchanged.stored else {
            return self.give_up(tx, flow, exchanged, request_id).await;
        };
        if tx.version_of_sealed(flow.key(), &connected.credential).await?.is_some() {
            // An earlier try has stored them, and its answer was lost.
            return Ok(());
        }
        match self.credential_is_at(&tx, id, connected.replaces).await {
            Ok(()) => {}
            Err(why @ (Error::NotFound(_) | Error::Conflict { .. })) => {
                self.give_up(tx, flow, exchanged, request_id).await?;
                return Err(why);
            }
            Err(other) => return Err(other),
        }
        self.write(&tx, id, connected).await?;
        let by = (flow.actor.as_str(), request_id);
        let key = IntegrationKey::new(self.workspace(), id);
        tx.give_up(key, by, &exchanged.replaced).await?;
        let again = connected.replaces != 0;
        tx.record(&Event {
            key,
            kind: if again { EventKind::Reconnected } else { EventKind::Connected },
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

    async fn give_up(
        &self,
        tx: Transaction,
        flow: &Flow,
        exchanged: &Exchanged,
        request_id: &str,
    ) -> Result<()> {
        let by = (flow.actor.as_str(), request_id);
        let key = IntegrationKey::new(self.workspace(), &flow.integration_id);
        tx.give_up(key, by, &exchanged.lost).await?;
        tx.commit().await
    }

    async fn write(&self, tx: &Transaction, id: &str, connected: &Connected) -> Result<()> {
        let new = &connected.credential;
        match connected.replaces {
            0 => self.insert_credential(tx, id, new, connected.health).await?,
            _ => self.replace_credential(tx, id, (new, false), connected.health).await?,
        }
        let known = connected.health == Health::Healthy;
        tx.query(
            "update integrations set health = ?3, health_at = iif(?4, ?5, null),
               health_detail = null, account_id = ?6, account_label = ?7, params = ?8, scopes = ?9,
               manifest_hash = ?10
             where workspace = ?1 and id = ?2",
            [
                Value::text(self.workspace()),
                Value::text(id),
                Value::from(connected.health),
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
