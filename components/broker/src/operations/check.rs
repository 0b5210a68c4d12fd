//! `check`: verifies a stored credential with its provider, and stores the result as the integration's
//! health.
//!
//! This module must not take trouble of the provider for a rejected credential.

use nexus_common::broker::{Account, Checked, Stored};
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::{CHECK_AGAIN_MS, Event, Transaction, read_row};
use nexus_common::{Error, Result};
use nexus_manifests::params;
use serde_json::json;

use crate::oauth::{self, IntegrationContext};
use crate::provider::verify;
use crate::vault::credential::Usable;

/// The time until a tick checks a credential again if its provider is in trouble, in milliseconds: 15
/// minutes.
const AGAIN_SOON_MS: i64 = 15 * 60 * 1000;

/// Runs the check. A rejection or trouble of the provider is a result, not an error.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unreadable`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(stored: &Stored, request_id: &str) -> Result<Checked> {
    let who = IntegrationContext::of(stored, request_id);
    let usable = match oauth::tried(&who).await {
        Ok(usable) => usable,
        Err(Error::ReauthorizationRequired(why)) => return Ok(found("reauthorize", &why)),
        // The refresh has stored this already, unless the old token is still valid.
        Err(Error::Provider(why) | Error::ProviderTimeout(why)) => {
            return Ok(found("failing", &why));
        }
        Err(other) => return Err(other),
    };
    let finding = Finding::of(&who, usable).await?;
    finding.save(stored, request_id).await?;
    Ok(finding.checked)
}

/// Runs the check after a response to a call that may mean that the credential is no longer valid, unless a
/// check ran in the last minute. The credential counts as rejected only if the check is rejected.
///
/// # Errors
/// As [`run`].
pub(crate) async fn once_a_minute(stored: &Stored, request_id: &str) -> Result<()> {
    let key = [Value::text(stored.workspace.as_str()), Value::text(stored.integration_id.as_str())];
    let is_due = "select 1 from integrations i join credentials c on c.integration_id = i.id
                  where i.workspace = ?1 and i.id = ?2
                    and coalesce(i.health_at, 0) < (unixepoch('subsec') - 60) * 1000
                    and c.check_at < (unixepoch('subsec') - 60) * 1000 + ?3";
    let values = key.clone().into_iter().chain([Value::integer(CHECK_AGAIN_MS)]);
    if read_row(is_due, values).await?.is_none() {
        return Ok(());
    }
    // Of many concurrent requests, one runs the check. If the database is busy, the next such response runs
    // it.
    let Some(tx) = Transaction::begin_if_free().await? else { return Ok(()) };
    let claim = "update credentials set check_at = ?3 + ?4
                 where workspace = ?1 and integration_id = ?2 and check_at < ?3 + ?4 - 60000
                 returning 1";
    let times = [Value::integer(tx.now_ms), Value::integer(CHECK_AGAIN_MS)];
    let claimed = tx.row(claim, key.into_iter().chain(times)).await?;
    tx.commit().await?;
    match claimed {
        Some(_) => run(stored, request_id).await.map(drop),
        None => Ok(()),
    }
}

/// The result of a check that did not succeed.
fn found(health: &str, why: &str) -> Checked {
    Checked { health: health.to_owned(), detail: Some(why.to_owned()) }
}

/// The result of a check of one version.
struct Finding {
    /// The version of the credential.
    version: i64,
    /// The account, if the provider names it.
    account: Account,
    checked: Checked,
}

impl Finding {
    async fn of(who: &IntegrationContext<'_>, usable: Usable) -> Result<Self> {
        let first = Self::judge(&usable).await?;
        let is_oauth2 = usable.sourced.manifest.auth_method.is_oauth2();
        if first.checked.health != "reauthorize" || !is_oauth2 || !is_sent_where_it_was(&usable) {
            return Ok(first);
        }
        // An access token may be revoked early. A person must connect again only if the refresh token is
        // rejected too.
        let instead = match oauth::after_judgement(who, usable.version).await {
            Ok(Some(renewed)) => return Ok(Self::judge(&renewed).await?.of_a_new_token()),
            Ok(None) => {
                let why = first.checked.detail.as_deref().unwrap_or_default();
                let detail = format!("{why}; a new token was requested less than a minute ago");
                found("failing", &detail)
            }
            Err(Error::ReauthorizationRequired(why)) => found("reauthorize", &why),
            Err(Error::Provider(why) | Error::ProviderTimeout(why)) => found("failing", &why),
            Err(other) => return Err(other),
        };
        Ok(Self { checked: instead, ..first })
    }

    /// A token that the provider gave a moment ago proves that the connection is valid. If it is rejected
    /// too, its refresh token is still valid, and connecting again would not help.
    fn of_a_new_token(self) -> Self {
        let refused = |checked: Checked| {
            let why = checked.detail.unwrap_or_default();
            found("failing", &format!("a new access token was rejected too: {why}"))
        };
        let checked = match self.checked.health.as_str() {
            "reauthorize" => refused(self.checked),
            _ => self.checked,
        };
        Self { checked, ..self }
    }

    async fn judge(usable: &Usable) -> Result<Self> {
        let (account, checked) = judge(usable).await?;
        Ok(Self { version: usable.version, account, checked })
    }
}

/// Whether the manifest still sends the credential to the hosts that it was entered for.
fn is_sent_where_it_was(usable: &Usable) -> bool {
    let now = params::pins(&usable.sourced.manifest, &usable.params);
    now.is_ok_and(|now| now == usable.credential.pins)
}

async fn judge(usable: &Usable) -> Result<(Account, Checked)> {
    let unknown = Account::default();
    if !is_sent_where_it_was(usable) {
        let why = "the manifest now sends the credential to other hosts than it was entered for";
        return Ok((unknown, found("reauthorize", why)));
    }
    if !usable.can_be_verified() {
        let why = "the provider has no request that verifies a credential";
        return Ok((unknown, found("unknown", why)));
    }
    match verify::run(usable).await {
        Ok(account) => Ok((account, Checked { health: "healthy".into(), detail: None })),
        Err(Error::CredentialRefused(why)) => Ok((unknown, found("reauthorize", &why))),
        Err(Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why)) => {
            Ok((unknown, found("failing", &why)))
        }
        Err(other) => Err(other),
    }
}

/// The time until a tick checks the credential again, in milliseconds.
fn again(checked: &Checked) -> i64 {
    if checked.health == "failing" { AGAIN_SOON_MS } else { CHECK_AGAIN_MS }
}

impl Finding {
    /// Whether another check stored the same result within the last second. So of many concurrent checks only
    /// one writes.
    async fn was_just_stored(&self, stored: &Stored) -> Result<bool> {
        let Self { version, checked, .. } = self;
        let sql = "select 1 from integrations i join credentials c on c.integration_id = i.id
               where i.workspace = ?1 and i.id = ?2 and c.version = ?3
                 and i.health = ?4 and i.health_detail is ?5
                 and i.health_at > (unixepoch('subsec') - 1) * 1000
                 and c.check_at between unixepoch('subsec') * 1000
                   and unixepoch('subsec') * 1000 + ?6";
        let values = [
            Value::text(stored.workspace.as_str()),
            Value::text(stored.integration_id.as_str()),
            Value::integer(*version),
            Value::text(checked.health.as_str()),
            Value::from(checked.detail.as_deref()),
            Value::integer(again(checked)),
        ];
        Ok(read_row(sql, values).await?.is_some())
    }

    /// Stores the result, unless a newer version of the credential is stored by now.
    async fn save(&self, stored: &Stored, request_id: &str) -> Result<()> {
        if self.was_just_stored(stored).await? {
            return Ok(());
        }
        let Self { version, account, checked } = self;
        let tx = Transaction::begin().await?;
        let before = tx
            .row(
                "select i.health, c.version from integrations i
             join credentials c on c.integration_id = i.id where i.workspace = ?1 and i.id = ?2",
                [
                    Value::text(stored.workspace.as_str()),
                    Value::text(stored.integration_id.as_str()),
                ],
            )
            .await?
            .ok_or_else(|| Error::NotFound("the integration was deleted meanwhile".into()))?;
        if before.get::<i64>(1) != Some(*version) {
            return Ok(());
        }
        tx.query(
            "update integrations set health = ?3, health_at = ?4, health_detail = ?5,
           account_id = coalesce(account_id, ?6), account_label = coalesce(account_label, ?7)
         where workspace = ?1 and id = ?2",
            [
                Value::text(stored.workspace.as_str()),
                Value::text(stored.integration_id.as_str()),
                Value::text(checked.health.as_str()),
                Value::integer(tx.now_ms),
                Value::from(checked.detail.as_deref()),
                Value::from(account.id.as_deref()),
                Value::from(account.label.as_deref()),
            ],
        )
        .await?;
        tx.query(
            "update credentials set check_at = ?3,
               verified_at = iif(?4 = 'healthy', coalesce(verified_at, ?5), verified_at)
             where workspace = ?1 and integration_id = ?2",
            [
                Value::text(stored.workspace.as_str()),
                Value::text(stored.integration_id.as_str()),
                Value::integer(tx.now_ms + again(checked)),
                Value::text(checked.health.as_str()),
                Value::integer(tx.now_ms),
            ],
        )
        .await?;
        if text(&before, 0) != checked.health {
            tx.record(&Event {
            workspace: &stored.workspace,
            integration_id: &stored.integration_id,
            kind: "integration.health",
            actor: &stored.actor,
            detail: json!({"from": text(&before, 0), "to": checked.health, "detail": checked.detail}),
            request_id,
        })
        .await?;
        }
        tx.commit().await
    }
}
