//! `health`: whether the variables that only the broker has are well-formed.

use nexus_common::broker::{BrokerHealth, VariableProblem};
use nexus_common::platform::variables;
use nexus_common::{Error, Result};

use crate::{egress, keys};

/// The problems by variable, and the ids of the keys. Never a value.
///
/// # Errors
/// What is wrong beside a variable: storage.
pub(crate) async fn state() -> Result<BrokerHealth> {
    let mut health = BrokerHealth::default();
    match keys::ring().await {
        Ok(ring) => health.keys = ring.ids(),
        Err(error) => note(&mut health, error)?,
    }
    for result in [egress::guard().await.map(drop), oauth_clients().await] {
        if let Err(error) = result {
            note(&mut health, error)?;
        }
    }
    Ok(health)
}

fn note(health: &mut BrokerHealth, error: Error) -> Result<()> {
    match error {
        Error::Misconfigured { variable, rule } => {
            health.problems.push(VariableProblem { variable, rule });
            Ok(())
        }
        other => Err(other),
    }
}

async fn oauth_clients() -> Result<()> {
    let text = variables::get("oauth_clients").await.unwrap_or_else(|| "{}".to_owned());
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::misconfigured("oauth_clients", "must be a JSON object")),
    }
}
