//! A policy as JSON: in requests, in rows and in responses.

use nexus_printable::{RULE, is_printable};
use serde::{Deserialize, Serialize, Serializer};

use crate::call::CallMethod;
use crate::error::FieldError;
use crate::members::{from_objects, present};

from_objects!(Policy, Limits, Rule);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires this signature")]
fn is_yes(value: &bool) -> bool {
    *value
}

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
    #[serde(default = "crate::members::yes", skip_serializing_if = "is_yes")]
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

impl Limits {
    /// Checks the rules. `pointer` is where the limits are in the request.
    pub(crate) fn check(&self, pointer: &str, errors: &mut Vec<FieldError>) {
        if !(1..=MOST_PER_MINUTE).contains(&self.calls_per_minute) {
            let pointer = format!("{pointer}/calls_per_minute");
            errors.push(FieldError::new(pointer, "must be from 1 to 1000000"));
        }
    }
}

impl Policy {
    /// Checks the rules that need no manifest. Adds an error for every member of `/policy` that breaks one.
    pub(crate) fn check(&self, errors: &mut Vec<FieldError>) {
        const MAX: usize = 100;
        if let Some(limits) = &self.limits {
            limits.check("/policy/limits", errors);
        }
        let mut broken =
            |pointer: String, detail: &str| errors.push(FieldError::new(pointer, detail));
        if self.agents.len() > MAX || self.rules.len() > MAX {
            broken("/policy".into(), "must have at most 100 agents and 100 rules");
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
