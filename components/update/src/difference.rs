//! Finds the members of a change that differ from the stored integration. A change without a difference does
//! not make a new version.
//!
//! This module must not compare credentials and choices. Credentials cannot be read, and a choice is known to the
//! broker only, so both always count as different.

use nexus_common::domain::Status;
use nexus_common::policy::Policy;
use nexus_common::secret::SecretJson;
use nexus_common::wire::IntegrationPatch;
use nexus_common::{Error, Result};
use serde_json::{Map, Value, json};

/// The members of a change that differ from the integration.
#[derive(Default)]
pub(crate) struct Difference {
    pub(crate) name: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) credentials: Option<SecretJson>,
    pub(crate) params: Option<Map<String, Value>>,
    pub(crate) choice: Option<String>,
    pub(crate) policy: Option<Policy>,
    /// The old name and status.
    before: (String, String),
}

impl Difference {
    /// The difference that `patch` makes to the integration that the API shows as `doc`.
    ///
    /// # Errors
    /// [`Error::Internal`] if `doc` is not JSON.
    pub(crate) fn of(patch: IntegrationPatch, doc: &str) -> Result<Self> {
        let doc: Value = serde_json::from_slice(doc.as_bytes())
            .map_err(|error| Error::Internal(error.to_string()))?;
        let is = |member: &str| doc.get(member).cloned().unwrap_or_default();
        let text = |member: &str| is(member).as_str().unwrap_or_default().to_owned();
        let params = is("params");
        let policy = match (patch.policy, patch.limits) {
            (policy, None) => policy,
            (Some(policy), limits) => Some(Policy { limits, ..policy }),
            (None, limits) => {
                let stored: Policy = serde_json::from_value(is("policy"))
                    .map_err(|error| Error::Internal(error.to_string()))?;
                Some(Policy { limits, ..stored })
            }
        };
        let differs = |(name, value): (&String, &Value)| params.get(name) != Some(value);
        Ok(Self {
            name: patch
                .name
                .map(|name| name.trim().to_owned())
                .filter(|name| *name != text("name")),
            status: patch.status.filter(|status| status.as_str() != text("status")),
            credentials: patch.credentials,
            params: patch.params.filter(|given| given.iter().any(differs)),
            choice: patch.choice,
            policy: policy.filter(|policy| json!(policy) != is("policy")),
            before: (text("name"), text("status")),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.status.is_none()
            && self.policy.is_none()
            && !self.needs_broker()
    }

    /// Whether the change needs the broker: new credentials or parameters, or a choice.
    pub(crate) fn needs_broker(&self) -> bool {
        self.credentials.is_some() || self.params.is_some() || self.choice.is_some()
    }

    /// The changes for the event, with old and new values.
    pub(crate) fn facts(&self) -> Value {
        let (name, status) = &self.before;
        let mut changes = Map::new();
        if let Some(to) = &self.name {
            changes.insert("name".into(), json!({"from": name, "to": to}));
        }
        if let Some(to) = self.status {
            changes.insert("status".into(), json!({"from": status, "to": to}));
        }
        if self.credentials.is_some() {
            changes.insert("credentials".into(), json!("replaced"));
        }
        if let Some(params) = &self.params {
            changes.insert("params".into(), json!(params));
        }
        if let Some(choice) = &self.choice {
            changes.insert("choice".into(), json!(choice));
        }
        if let Some(policy) = &self.policy {
            changes.insert("policy".into(), json!(policy));
        }
        Value::Object(changes)
    }
}
