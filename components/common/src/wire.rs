//! The JSON bodies of requests, with the rules that need no manifest. Unknown members are rejected. The
//! database makes the JSON of responses (`doc` in the migrations); this module must not.

mod query;

use std::collections::BTreeMap;

use nexus_printable::{RULE, is_printable};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::Status;
use crate::error::{Error, FieldError, Result};
use crate::id;
use crate::members::from_objects;
pub use crate::members::present;
use crate::policy::{Effect, Limits, Policy, Rule};
use crate::reads::Reads;
use crate::secret::SecretJson;
pub use query::{choice, id_cursor, limit, limit_to, no_cursor, page, position, time, typed};

from_objects!(IntegrationIn, IntegrationPatch, AuthorizeIn, OauthClientIn, DraftIn);

/// `POST /api/integrations`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct IntegrationIn {
    /// The id of the manifest: `stripe`, `custom-…`.
    pub manifest_id: String,
    /// A friendly name: 1–100 printable characters.
    pub name: String,
    /// The slug. If it is missing, it is made from the name.
    #[serde(default, deserialize_with = "present")]
    pub slug: Option<String>,
    /// The manifest's credential fields by name.
    #[serde(default, deserialize_with = "present")]
    pub credentials: Option<SecretJson>,
    /// The manifest's parameters by name.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// The OAuth scopes to request.
    #[serde(default, deserialize_with = "present")]
    pub scopes: Option<Vec<String>>,
    /// Which agents may make which calls.
    #[serde(default)]
    pub policy: Policy,
    /// The limits of each agent, in place of `policy.limits`.
    #[serde(default, deserialize_with = "present")]
    pub limits: Option<Limits>,
    /// Rules by one word, in place of `policy.rules`.
    #[serde(default, deserialize_with = "present")]
    pub preset: Option<Preset>,
    /// Whether the credentials are verified with the provider before they are saved.
    #[serde(default = "crate::members::yes")]
    pub verify: bool,
}

/// Rules by one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Only calls that read.
    ReadOnly,
    /// Everything but DELETE.
    NoDeletes,
    /// Everything.
    All,
}

impl Preset {
    /// The rules that the word stands for, if the provider's calls `reads` only read.
    #[must_use]
    pub fn rules(self, reads: &Reads) -> Vec<Rule> {
        match self {
            Self::ReadOnly => reads.rules(),
            Self::NoDeletes => vec![Rule {
                effect: Effect::Deny,
                methods: vec!["DELETE".to_owned()],
                path: "/**".to_owned(),
                host: None,
                agents: None,
            }],
            Self::All => Vec::new(),
        }
    }
}

/// `PUT /api/integrations/{id}`. A missing member stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct IntegrationPatch {
    /// A new name. The slug stays.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<String>,
    /// Whether agents may use the integration.
    #[serde(default, deserialize_with = "present")]
    pub status: Option<Status>,
    /// New values for all credential fields of the manifest.
    #[serde(default, deserialize_with = "present")]
    pub credentials: Option<SecretJson>,
    /// The parameters to change. The others stay.
    #[serde(default, deserialize_with = "present")]
    pub params: Option<Map<String, Value>>,
    /// The entry to connect the integration to, by its value, of those that the provider lists.
    #[serde(default, deserialize_with = "present")]
    pub choice: Option<String>,
    /// The new policy. It replaces the whole old one.
    #[serde(default, deserialize_with = "present")]
    pub policy: Option<Policy>,
    /// The limits of each agent, in place of `policy.limits`. The rest of the policy stays.
    #[serde(default, deserialize_with = "present")]
    pub limits: Option<Limits>,
}

/// `POST /api/integrations/{id}/authorize`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct AuthorizeIn {
    /// The scopes to request. If missing, the same scopes as before.
    #[serde(default, deserialize_with = "present")]
    pub scopes: Option<Vec<String>>,
    /// Whether a different account than before may be connected.
    #[serde(default)]
    pub accept_account_change: bool,
}

/// `POST /api/manifests/draft`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct DraftIn {
    /// The address of an MCP server.
    pub url: String,
    /// The authorization server that a person confirms: its issuer. Required if it belongs to another domain.
    #[serde(default, deserialize_with = "present")]
    pub authorization_server: Option<String>,
}

/// `PUT /api/oauth-clients/{manifest_id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct OauthClientIn {
    /// The client id at the provider.
    pub client_id: String,
    /// The client secret. Missing for a public client.
    #[serde(default)]
    pub client_secret: SecretJson,
    /// The values that parameters may have in the names of hosts that get the secret. It is sent to no other
    /// host.
    #[serde(default)]
    pub params: BTreeMap<String, Vec<String>>,
}

impl IntegrationIn {
    /// Checks the rules that need no manifest.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every member that breaks a rule.
    pub fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        check_name(&self.name, &mut errors);
        if self.manifest_id.is_empty() || self.manifest_id.len() > 64 {
            errors.push(FieldError::new("/manifest_id", "must have 1 to 64 characters"));
        }
        if self.slug.as_deref().is_some_and(|slug| !id::is_slug(slug)) {
            errors.push(FieldError::new("/slug", id::SLUG_RULE));
        }
        check_credentials(self.credentials.as_ref(), &mut errors);
        self.policy.check(&mut errors);
        check_limits(self.limits.as_ref(), Some(&self.policy), &mut errors);
        if self.preset.is_some() && !self.policy.rules.is_empty() {
            errors.push(FieldError::new(
                "/preset",
                "must be missing if the policy has rules of its own",
            ));
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

impl IntegrationPatch {
    /// Checks the rules that need no manifest.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every member that breaks a rule.
    pub fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        if let Some(name) = &self.name {
            check_name(name, &mut errors);
        }
        check_credentials(self.credentials.as_ref(), &mut errors);
        if let Some(choice) = &self.choice {
            check_choice(choice, &mut errors);
            if self.credentials.is_some() || self.params.is_some() {
                let detail = "must be sent without `credentials` and `params`";
                errors.push(FieldError::new("/choice", detail));
            }
        }
        if let Some(policy) = &self.policy {
            policy.check(&mut errors);
        }
        check_limits(self.limits.as_ref(), self.policy.as_ref(), &mut errors);
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

fn check_name(name: &str, errors: &mut Vec<FieldError>) {
    let length = name.trim().chars().count();
    if !(1..=100).contains(&length) {
        let detail = format!("must have 1 to 100 characters, but has {length}");
        errors.push(FieldError::new("/name", detail));
    }
    if !is_printable(name) {
        errors.push(FieldError::new("/name", RULE));
    }
}

fn check_choice(choice: &str, errors: &mut Vec<FieldError>) {
    if !(1..=253).contains(&choice.len()) || !is_printable(choice) {
        errors.push(FieldError::new("/choice", format!("must have 1 to 253 bytes, and {RULE}")));
    }
}

fn check_limits(limits: Option<&Limits>, policy: Option<&Policy>, errors: &mut Vec<FieldError>) {
    let Some(limits) = limits else { return };
    limits.check("/limits", errors);
    if policy.is_some_and(|policy| policy.limits.is_some()) {
        errors.push(FieldError::new("/limits", "must be missing if the policy has limits"));
    }
}

fn check_credentials(given: Option<&SecretJson>, errors: &mut Vec<FieldError>) {
    if given.is_some_and(|given| !given.expose().is_object()) {
        errors.push(FieldError::new("/credentials", "must be an object"));
    }
}
