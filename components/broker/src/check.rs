//! `check`: tries a stored credential at its provider and stores what was found.

use nexus_common::broker::{Checked, Stored};
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::{Event, Transaction};
use nexus_common::{Error, Result};
use nexus_manifests::params;
use serde_json::json;

use crate::credential::{self, Usable};
use crate::verify;

/// Runs the check. What the provider says is a finding, not an error.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unreadable`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(stored: &Stored, request_id: &str) -> Result<Checked> {
    let usable = credential::load(&stored.workspace, &stored.integration_id).await?;
    let checked = finding(&usable).await?;
    save(stored, &checked, request_id).await?;
    Ok(checked)
}

async fn finding(usable: &Usable) -> Result<Checked> {
    if !usable.can_be_verified() {
        let detail = Some("the provider has no call that proves a credential".to_owned());
        return Ok(Checked { health: "unknown".into(), detail });
    }
    let manifest = &usable.sourced.manifest;
    let now = params::pins(manifest, &usable.params).map_err(credential::broken)?;
    if now != usable.credential.pins {
        let detail =
            "the manifest now sends the credential elsewhere than where it was entered for";
        return Ok(Checked { health: "reauthorize".into(), detail: Some(detail.into()) });
    }
    match verify::run(usable).await {
        Ok(_) => Ok(Checked { health: "healthy".into(), detail: None }),
        Err(Error::CredentialRefused(why)) => {
            Ok(Checked { health: "reauthorize".into(), detail: Some(why) })
        }
        Err(Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why)) => {
            Ok(Checked { health: "failing".into(), detail: Some(why) })
        }
        Err(other) => Err(other),
    }
}

async fn save(stored: &Stored, checked: &Checked, request_id: &str) -> Result<()> {
    let tx = Transaction::begin().await?;
    let before = tx
        .row(
            "select health from integrations where workspace = ?1 and id = ?2",
            [Value::text(stored.workspace.as_str()), Value::text(stored.integration_id.as_str())],
        )
        .await?
        .ok_or_else(|| Error::NotFound("the integration was deleted meanwhile".into()))?;
    tx.query(
        "update integrations set health = ?3, health_at = ?4, health_detail = ?5
         where workspace = ?1 and id = ?2",
        [
            Value::text(stored.workspace.as_str()),
            Value::text(stored.integration_id.as_str()),
            Value::text(checked.health.as_str()),
            Value::integer(tx.now_ms),
            Value::from(checked.detail.as_deref()),
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
