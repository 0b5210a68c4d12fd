//! What of a change is different from what is there: the rest is no change, and makes no version.
//!
//! It must not compare credentials: they cannot be read, so new ones are always different.

use nexus_common::secret::SecretJson;
use nexus_common::wire::{IntegrationPatch, Policy, Status};
use nexus_common::{Error, Result};
use serde_json::{Map, Value, json};

/// The members of a change that differ from the integration.
#[derive(Default)]
pub(crate) struct Difference {
    pub(crate) name: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) credentials: Option<SecretJson>,
    pub(crate) params: Option<Map<String, Value>>,
    pub(crate) policy: Option<Policy>,
    /// Name and status as they were.
    before: (String, String),
}

impl Difference {
    /// What `patch` changes in the integration that the API shows as `doc`.
    ///
    /// # Errors
    /// [`Error::Internal`] where `doc` is none of ours.
    pub(crate) fn of(patch: IntegrationPatch, doc: &str) -> Result<Self> {
        let doc: Value = serde_json::from_slice(doc.as_bytes())
            .map_err(|error| Error::Internal(error.to_string()))?;
        let is = |member: &str| doc.get(member).cloned().unwrap_or_default();
        let text = |member: &str| is(member).as_str().unwrap_or_default().to_owned();
        let params = is("params");
        let differs = |(name, value): (&String, &Value)| params.get(name) != Some(value);
        Ok(Self {
            name: patch
                .name
                .map(|name| name.trim().to_owned())
                .filter(|name| *name != text("name")),
            status: patch.status.filter(|status| status.as_str() != text("status")),
            credentials: patch.credentials,
            params: patch.params.filter(|given| given.iter().any(differs)),
            policy: patch.policy.filter(|policy| json!(policy) != is("policy")),
            before: (text("name"), text("status")),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.status.is_none()
            && self.policy.is_none()
            && !self.needs_broker()
    }

    /// Whether something changes that only the broker can judge.
    pub(crate) fn needs_broker(&self) -> bool {
        self.credentials.is_some() || self.params.is_some()
    }

    /// For the event: what was changed, from what to what.
    pub(crate) fn told(&self) -> Value {
        let (name, status) = &self.before;
        let mut told = Map::new();
        if let Some(to) = &self.name {
            told.insert("name".into(), json!({"from": name, "to": to}));
        }
        if let Some(to) = self.status {
            told.insert("status".into(), json!({"from": status, "to": to}));
        }
        if self.credentials.is_some() {
            told.insert("credentials".into(), json!("replaced"));
        }
        if let Some(params) = &self.params {
            told.insert("params".into(), json!(params));
        }
        if let Some(policy) = &self.policy {
            told.insert("policy".into(), json!(policy));
        }
        Value::Object(told)
    }
}
