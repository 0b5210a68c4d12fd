//! The JSON bodies of requests, with the rules that need no manifest. Unknown members are rejected. The
//! database makes the JSON of responses (`doc` in the migrations); this module must not.

use std::collections::BTreeMap;
use std::fmt;

use nexus_printable::{RULE, is_printable};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::call::CallMethod;
use crate::domain::Status;
use crate::error::{Error, FieldError, Result};
use crate::id;
use crate::reads::Reads;
use crate::secret::SecretJson;
use crate::store::Page;

/// `POST /api/integrations`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct IntegrationIn {
    /// The id of the manifest: `stripe`, `custom-…`.
    pub manifest_id: String,
    /// A friendly name: 1–100 printable characters.
    pub name: String,
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
    /// Rules by one word, in place of `policy.rules`.
    #[serde(default, deserialize_with = "present")]
    pub preset: Option<Preset>,
    /// Whether the credentials are verified with the provider before they are saved.
    #[serde(default = "yes")]
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

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
fn is_yes(value: &bool) -> bool {
    *value
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
    /// The new policy. It replaces the whole old one.
    #[serde(default, deserialize_with = "present")]
    pub policy: Option<Policy>,
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

/// `PUT /api/oauth-clients/{manifest_id}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct OauthClientIn {
    /// The client id at the provider.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretJson,
    /// The values that parameters may have in the names of hosts that get the secret. It is sent to no other
    /// host.
    #[serde(default)]
    pub params: BTreeMap<String, Vec<String>>,
}

/// Reads a member that may be missing but not `null`.
///
/// # Errors
/// The errors of `T`, one of which is for `null`.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    input: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(input).map(Some)
}

/// Reads these types from objects only. By default, serde would also read the members from an array, in
/// order.
macro_rules! from_objects {
    ($($name:ident),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                struct Members;
                impl<'de> Visitor<'de> for Members {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        $name::deserialize(MapAccessDeserializer::new(map))
                    }
                }
                input.deserialize_map(Members)
            }
        }
    )+};
}

from_objects!(IntegrationIn, IntegrationPatch, AuthorizeIn, OauthClientIn, Policy, Limits, Rule);

/// Which agents may make which calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Policy {
    /// Ids of agents, subjects of outside agents, or `*`.
    #[serde(default = "everyone")]
    pub agents: Vec<String>,
    /// A deny rule wins. If there is an allow rule, a call that matches no allow rule is denied.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Whether links to the provider's API in its responses are replaced by URLs of the proxy.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub rewrite_links: bool,
    /// Limits of each agent at this integration, beside those of the deployment.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

/// The highest limit of calls per minute that a policy may have.
const MOST_PER_MINUTE: u32 = 1_000_000;

/// Limits of each agent at an integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Limits {
    /// The calls per minute, from 1 to 1,000,000.
    pub calls_per_minute: u32,
}

/// One rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Rule {
    /// Whether a matching call is allowed or denied.
    pub effect: Effect,
    /// Methods in capitals, or `*`.
    pub methods: Vec<String>,
    /// A pattern such as `/v1/charges/**`: `*` matches one segment, `**` the rest.
    pub path: String,
    /// One of the manifest's hosts. If missing, the rule applies to all of them.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The agents that the rule is for, by id. If missing, the rule is for all that `policy.agents` admits.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub agents: Option<Vec<String>>,
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, output)
    }
}

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, output)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, output)
    }
}

/// The effect of a rule on a matching call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The call is allowed.
    Allow,
    /// The call is denied.
    Deny,
}

fn everyone() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Default for Policy {
    fn default() -> Self {
        Self { agents: everyone(), rules: Vec::new(), rewrite_links: true, limits: None }
    }
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
        check_credentials(self.credentials.as_ref(), &mut errors);
        self.policy.check(&mut errors);
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
        if let Some(policy) = &self.policy {
            policy.check(&mut errors);
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

/// The page that the query parameters `limit` (1 to 100, 50 by default) and `cursor` select.
///
/// # Errors
/// [`Error::Invalid`].
pub fn page(query: &[(String, String)]) -> Result<Page> {
    let mut page = Page { cursor: None, limit: 50 };
    for (name, value) in query {
        match name.as_str() {
            "limit" => page.limit = limit(value)?,
            "cursor" => page.cursor = Some(digits(value).ok_or_else(no_cursor)?),
            _ => {}
        }
    }
    Ok(page)
}

/// The value of the parameter `limit`, from 1 to 100.
///
/// # Errors
/// [`Error::Invalid`].
pub fn limit(value: &str) -> Result<u32> {
    limit_to(100, value)
}

/// The value of the parameter `limit`, from 1 to `most`.
///
/// # Errors
/// [`Error::Invalid`].
pub fn limit_to(most: u32, value: &str) -> Result<u32> {
    let limit = digits(value).filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| Error::invalid("?limit", format!("must be 1 to {most}, but is {value:?}")))
}

/// A number of 1 to 18 digits, without any other character.
fn digits<T: std::str::FromStr>(value: &str) -> Option<T> {
    let plain = (1..=18).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|_| plain)
}

/// The value of the parameter `name`, which a person typed. It may have at most 200 characters.
///
/// # Errors
/// [`Error::Invalid`].
pub fn typed(name: &str, value: String) -> Result<String> {
    match value.chars().count() {
        0..=200 => Ok(value),
        length => {
            let detail = format!("must have at most 200 characters, but has {length}");
            Err(Error::invalid(format!("?{name}"), detail))
        }
    }
}

/// The cursor of a list that is sorted by id: an id with this prefix.
///
/// # Errors
/// [`Error::Invalid`].
pub fn id_cursor(prefix: &str, value: String) -> Result<String> {
    if id::has_form(prefix, &value) { Ok(value) } else { Err(no_cursor()) }
}

/// The error for a `cursor` that does not come from a page.
pub fn no_cursor() -> Error {
    Error::invalid("?cursor", "must be the `next_cursor` of an earlier page")
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

fn check_credentials(given: Option<&SecretJson>, errors: &mut Vec<FieldError>) {
    if given.is_some_and(|given| !given.expose().is_object()) {
        errors.push(FieldError::new("/credentials", "must be an object"));
    }
}

impl Policy {
    fn check(&self, errors: &mut Vec<FieldError>) {
        const MAX: usize = 100;
        let mut broken =
            |pointer: String, detail: &str| errors.push(FieldError::new(pointer, detail));
        if self.agents.len() > MAX || self.rules.len() > MAX {
            broken("/policy".into(), "must have at most 100 agents and 100 rules");
        }
        let is_limit = |limits: &Limits| (1..=MOST_PER_MINUTE).contains(&limits.calls_per_minute);
        if !self.limits.as_ref().is_none_or(is_limit) {
            broken("/policy/limits/calls_per_minute".into(), "must be from 1 to 1000000");
        }
        for (index, agent) in self.agents.iter().enumerate() {
            let length = agent.chars().count();
            if !(1..=128).contains(&length) || !is_printable(agent) {
                let rule = format!("must be `*` or 1 to 128 printable characters, and {RULE}");
                broken(format!("/policy/agents/{index}"), &rule);
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let at = |member: &str| format!("/policy/rules/{index}/{member}");
            let is_method = |m: &String| m == "*" || CallMethod::parse(m).is_some();
            if rule.methods.is_empty() || !rule.methods.iter().all(is_method) {
                broken(
                    at("methods"),
                    "must be `*`, or one or more of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, in capitals",
                );
            }
            if !rule.path.starts_with('/') || rule.path.chars().count() > 500 {
                broken(at("path"), "must start with `/` and have at most 500 characters");
            } else if let Some(why) = wildcards(&rule.path) {
                broken(at("path"), why);
            }
            let is_host = |b: u8| b.is_ascii_alphanumeric() || b"-.:".contains(&b);
            if rule.host.as_ref().is_some_and(|h| h.is_empty() || !h.bytes().all(is_host)) {
                broken(at("host"), "must be one of the manifest's hosts");
            }
            if rule.agents.as_ref().is_some_and(|agents| !(1..=MAX).contains(&agents.len())) {
                broken(at("agents"), "must name 1 to 100 agents. Leave it out for all agents");
            }
        }
    }
}

/// Why the wildcards of a path are invalid, if they are. `*` must be a whole segment, `**` the last segment.
fn wildcards(path: &str) -> Option<&'static str> {
    let (before, last) = path.rsplit_once('/')?;
    let broken = |segment: &str| segment.contains('*') && segment != "*";
    if before.split('/').any(broken) || (broken(last) && last != "**") {
        return Some("`*` must be a whole segment, and `**` must be the last segment");
    }
    None
}
