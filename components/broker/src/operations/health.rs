//! `health`: checks the variables that only the broker has. This module must not return a value of a
//! variable.

use nexus_common::broker::{BrokerHealth, VariableProblem};
use nexus_common::{Error, Result};
use nexus_vault::{keys, oauth_app};

use crate::operations::forward::at_work;
use crate::provider::egress;

/// The problems by variable, and the ids of the keys.
///
/// # Errors
/// Errors other than a malformed variable: [`Error::Storage`].
pub(crate) async fn state() -> Result<BrokerHealth> {
    let mut health = BrokerHealth::default();
    match keys::ring().await {
        Ok(ring) => health.keys = ring.ids(),
        Err(error) => note(&mut health, error)?,
    }
    let limits = at_work::limits().await.map(drop);
    for result in [egress::guard().await.map(drop), oauth_app::check_variable().await, limits] {
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
