//! The connection that a new one replaces. This module must not read its credential.

use std::collections::BTreeMap;

use nexus_common::domain::IntegrationKey;
use nexus_common::store::Integrations;
use nexus_common::{Error, Result};
use nexus_vault::source::Sourced;

use super::authorize::FlowSecret;

/// The stored state of the integration that is being connected.
#[derive(Default)]
pub(super) struct PreviousConnection {
    pub(super) version: i64,
    pub(super) connected_at: i64,
    pub(super) account_id: Option<String>,
    pub(super) params: BTreeMap<String, String>,
}

impl PreviousConnection {
    /// The state now. `None` if there is no such integration.
    pub(super) async fn find(key: IntegrationKey<'_>) -> Result<Option<Self>> {
        let found = Integrations::of(key.workspace).connection(key.id).await?;
        let Some(found) = found else { return Ok(None) };
        let params = serde_json::from_str(&found.params)
            .map_err(|_| Error::Unreadable("the parameters".into()))?;
        Ok(Some(Self {
            version: found.version,
            account_id: found.account_id.filter(|id| !id.is_empty()),
            params,
            connected_at: found.connected_at,
        }))
    }

    /// Whether only refreshes have happened since `before`.
    pub(super) fn is_refreshed(&self, before: &Self) -> bool {
        self.connected_at == before.connected_at
            && self.account_id == before.account_id
            && self.params == before.params
    }

    /// Whether the entered parameters are the ones that the flow was begun with.
    pub(super) fn has_params(&self, sourced: &Sourced, flow: &FlowSecret) -> bool {
        let entered = self.params.iter().filter(|(name, _)| sourced.manifest.is_entered(name));
        entered.eq(flow.params.iter())
    }
}
