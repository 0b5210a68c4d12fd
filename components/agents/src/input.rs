//! The bodies of requests, with their rules. Unknown members are rejected.

use nexus_common::domain::AccountStatus;
use nexus_common::{Error, FieldError, Result};
use nexus_printable::{RULE, is_printable};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The maximum lifetime of a key, in seconds: 365 days.
const MOST_SECONDS: i64 = 365 * 24 * 60 * 60;
/// The lifetime of a key if the request does not say, in seconds: 90 days.
const DEFAULT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// `POST /api/agents`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentIn {
    /// The name: 1–100 printable characters.
    pub(crate) name: String,
    /// The purpose of the agent: at most 500 printable characters.
    #[serde(default)]
    pub(crate) description: String,
    /// The person who answers for the agent: `per_…`.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) owner: Option<String>,
}

/// `PUT /api/agents/{id}`. A missing member stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentPatch {
    /// The name.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) name: Option<String>,
    /// The purpose of the agent.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) description: Option<String>,
    /// Whether the agent may sign in.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) status: Option<AccountStatus>,
    /// The person who answers for the agent.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) owner: Option<String>,
}

/// `POST /api/agents/{id}/keys`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyIn {
    /// The key's name.
    #[serde(default)]
    pub(crate) name: String,
    /// The lifetime in seconds.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) expires_in: Option<i64>,
    /// The public key, a JWK, of the agent's own pair.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    pub(crate) public_key: Option<Map<String, Value>>,
}

impl AgentIn {
    /// Checks the rules.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every member that breaks a rule.
    pub(crate) fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        check_text("/name", &self.name, 1, 100, &mut errors);
        check_text("/description", &self.description, 0, 500, &mut errors);
        done(errors)
    }
}

impl AgentPatch {
    /// Checks the rules.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every member that breaks a rule.
    pub(crate) fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check_text("/name", name, 1, 100, &mut errors);
        }
        if let Some(description) = &self.description {
            check_text("/description", description, 0, 500, &mut errors);
        }
        done(errors)
    }
}

impl KeyIn {
    /// Checks the rules, and returns the lifetime in milliseconds. A public key without `expires_in` does not
    /// expire.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every member that breaks a rule.
    pub(crate) fn check(&self) -> Result<Option<i64>> {
        let mut errors = Vec::new();
        check_text("/name", &self.name, 0, 100, &mut errors);
        if self.expires_in.is_some_and(|seconds| !(60..=MOST_SECONDS).contains(&seconds)) {
            let rule = format!("must be 60 to {MOST_SECONDS} seconds (365 days)");
            errors.push(FieldError::new("/expires_in", rule));
        }
        done(errors)?;
        let default = self.public_key.is_none().then_some(DEFAULT_SECONDS);
        Ok(self.expires_in.or(default).map(|seconds| seconds * 1000))
    }
}

fn check_text(pointer: &str, text: &str, least: usize, most: usize, errors: &mut Vec<FieldError>) {
    let length = text.trim().chars().count();
    if !(least..=most).contains(&length) {
        let detail = format!("must have {least} to {most} characters, but has {length}");
        errors.push(FieldError::new(pointer, detail));
    }
    if !is_printable(text) {
        errors.push(FieldError::new(pointer, RULE));
    }
}

fn done(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
