//! Evaluates a policy for a call. A deny rule wins over an allow rule. If the policy has an allow rule, a
//! call that matches no allow rule is denied.
//!
//! This module must not look at the integration's state, nor at anything of the caller but the subject and the
//! agent's id.

mod document;

use crate::call::{CallMethod, CallPath, Reading, is_same};
use crate::id;
pub use document::{Effect, Limits, Policy, Rule};

/// A call that an agent wants to make.
pub struct PolicyCall<'a> {
    /// The agent.
    pub agent: PolicyAgent<'a>,
    /// The methods that a provider may read: the method that is sent, and a method that overrides it. All of
    /// them must be allowed.
    pub methods: &'a [CallMethod],
    /// The host that is called, with its port if that is not 443.
    pub host: &'a str,
    /// The path below the base URL, and its readings.
    pub path: &'a CallPath,
}

/// An agent, as policies name it.
#[derive(Debug, Clone, Copy)]
pub struct PolicyAgent<'a> {
    /// The subject of its token.
    pub subject: &'a str,
    /// Its id: `agt_…`. `None` if the caller is not an agent.
    pub id: Option<&'a str>,
}

impl<'a> PolicyAgent<'a> {
    /// The person of a connected app. Policies name a person of this application by the id, and a person of an
    /// outside issuer by the subject.
    #[must_use]
    pub fn person(subject: &'a str) -> Self {
        Self { subject, id: Some(subject) }
    }

    /// Whether one of `names` names the agent: by its id, or by the subject of its token.
    fn is_among(self, names: &[String]) -> bool {
        names.iter().any(|name| name == "*" || self.is_named(name))
    }

    /// An id names one agent, whatever an outside issuer's subjects look like.
    fn is_named(self, name: &str) -> bool {
        match id::is_of_account(name) {
            true => self.id == Some(name),
            false => self.subject == name,
        }
    }
}

impl Policy {
    /// The position of the entry of `agents` that admits the agent.
    #[must_use]
    pub fn admits(&self, agent: PolicyAgent<'_>) -> Option<usize> {
        self.agents.iter().position(|name| agent.is_among(std::slice::from_ref(name)))
    }

    /// Why the policy denies `call`, with the name of the rule. `None` if the policy allows the call.
    pub fn refusal(&self, call: &PolicyCall<'_>) -> Option<String> {
        if !call.agent.is_among(&self.agents) {
            return Some(format!(
                "policy.agents does not name {:?}. Ask an admin to add this agent",
                call.agent.subject
            ));
        }
        if self.rules.is_empty() {
            return None;
        }
        if !call.path.is_clean() {
            let why = "the policy has rules, so the path must not contain an empty segment, `;`, `?` or \
                       `#`, plain or encoded";
            return Some(why.to_owned());
        }
        let numbered = || self.rules.iter().enumerate();
        if let Some((index, rule)) = numbered().find(|(_, rule)| rule.denies(call)) {
            return Some(format!("policy.rules[{index}] denies {}", rule.summary()));
        }
        if self.rules.iter().all(|rule| rule.effect != Effect::Allow) {
            return None;
        }
        let is_allowed = |method: CallMethod, reading: &Reading| {
            self.rules
                .iter()
                .any(|rule| rule.is_for(call.agent) && rule.allows(call.host, method, reading))
        };
        let mut methods = call.methods.iter();
        let is_allowed =
            methods.all(|method| call.path.exact().iter().all(|path| is_allowed(*method, path)));
        (!is_allowed).then(|| "no allow rule in policy.rules matches this call".to_owned())
    }

    /// The name of the first allow rule that covers `call` as it was sent. `None` if no rule does: a policy without allow
    /// rules allows what it does not deny.
    #[must_use]
    pub fn allowance(&self, call: &PolicyCall<'_>) -> Option<String> {
        let (method, reading) = (*call.methods.first()?, call.path.exact().first()?);
        let mut numbered = self.rules.iter().enumerate();
        let (index, rule) = numbered
            .find(|(_, rule)| rule.is_for(call.agent) && rule.allows(call.host, method, reading))?;
        Some(format!("policy.rules[{index}] allows {}", rule.summary()))
    }

    /// Whether an allow rule for `agent` has `method` and exactly the path `path`, without wildcards.
    pub fn names(&self, agent: PolicyAgent<'_>, method: CallMethod, path: &str) -> bool {
        self.rules.iter().any(|rule| {
            rule.effect == Effect::Allow
                && rule.is_for(agent)
                && rule.has_method(method)
                && rule.path == path
        })
    }

    /// Whether a rule is limited to some methods.
    pub fn names_a_method(&self) -> bool {
        self.rules.iter().any(|rule| !rule.methods.iter().any(|method| method == "*"))
    }
}

impl Rule {
    fn summary(&self) -> String {
        format!("{} {}", self.methods.join(","), self.path)
    }

    fn has_method(&self, method: CallMethod) -> bool {
        self.methods.iter().any(|one| one == "*" || one == method.as_str())
    }

    /// Whether the rule applies to the agent. A rule without agents applies to all that the policy admits.
    #[must_use]
    pub fn is_for(&self, agent: PolicyAgent<'_>) -> bool {
        self.agents.as_deref().is_none_or(|agents| agent.is_among(agents))
    }

    fn has_host(&self, host: &str) -> bool {
        self.host.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(host))
    }

    /// A deny rule applies if it covers one of the readings.
    fn denies(&self, call: &PolicyCall<'_>) -> bool {
        self.effect == Effect::Deny
            && self.is_for(call.agent)
            && self.has_host(call.host)
            && call.methods.iter().any(|method| self.methods.iter().any(|own| method.runs(own)))
            && denies(&self.path, call.path)
    }

    fn allows(&self, host: &str, method: CallMethod, reading: &Reading) -> bool {
        self.effect == Effect::Allow
            && self.has_host(host)
            && self.has_method(method)
            && matches(&self.path, reading, |pattern, segment, _| pattern == segment)
    }
}

/// Whether `pattern`, as the path of a deny rule, covers one of the lenient readings of `path`.
pub fn denies(pattern: &str, path: &CallPath) -> bool {
    // A lenient server drops empty segments, so empty segments of the pattern are dropped too.
    let dense: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let dense = format!("/{}", dense.join("/"));
    path.lenient().iter().any(|reading| matches(&dense, reading, is_same))
}

/// Whether `pattern` (`/v1/charges/**`) covers a reading. `*` matches one segment, and `**` matches zero or
/// more segments up to the end. The last argument of `same` is whether the segment is the last of the path.
fn matches(pattern: &str, reading: &[String], same: impl Fn(&str, &str, bool) -> bool) -> bool {
    let mut rest = reading.iter().enumerate();
    for part in pattern.split('/').skip(1) {
        match (part, rest.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (part, Some((at, segment))) if same(part, segment, at + 1 == reading.len()) => {}
            // The pattern `/` is the path without segments.
            ("", None) if reading.is_empty() => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AGENT_A: &str = "agt_01J0000000000000000000000A";
    const AGENT_B: &str = "agt_01J0000000000000000000000B";
    const PERSON: &str = "per_01J0000000000000000000000A";

    fn refusal(policy: serde_json::Value, method: &str, path: &str) -> Option<String> {
        let policy: Policy = serde_json::from_value(policy).unwrap();
        let path = CallPath::read(path).unwrap();
        let methods: Vec<CallMethod> =
            method.split(',').map(|one| CallMethod::parse(one).unwrap()).collect();
        let host = "api.acme.com";
        let agent = PolicyAgent { subject: "a", id: Some(AGENT_A) };
        policy.refusal(&PolicyCall { agent, methods: &methods, host, path: &path })
    }

    #[test]
    fn deny_wins_and_an_allow_closes_the_rest() {
        let rule = |effect: &str, methods: &[&str], path: &str| json!({"effect": effect, "methods": methods, "path": path});
        let policy = json!({"rules": [
            rule("allow", &["GET"], "/v1/charges/**"),
            rule("allow", &["*"], "/v1/*/refunds"),
            rule("deny", &["*"], "/v1/charges/secret"),
            rule("deny", &["POST"], "/v1/files/**"),
        ]});
        for (method, path, refused) in [
            ("GET", "/v1/charges", false),
            ("GET", "/v1/charges/ch_1", false),
            ("GET", "/v1/charges/ch_1/lines", false),
            ("POST", "/v1/charges/ch_1", true),
            ("POST", "/v1/x/refunds", false),
            ("POST", "/v1/x/y/refunds", true),
            ("POST", "/v1/refunds", true),
            ("GET", "/v1/charges/secret", true),
            ("GET", "/v1/charges/SECRET", true),
            ("GET", "/V1/charges/ch_1", true),
            ("GET", "/v1/charges//ch_1", true),
            ("GET", "/v1/charges/ch_1;a=b", true),
            ("GET", "/v1/charges%2Fsecret", true),
            ("GET", "/v1/charges/secret.", true),
            ("GET", "/v1/charges/secret%20", true),
            ("GET", "/v1/charges/secret.json", true),
            ("GET", "/v1/charges/%2573ecret", true),
            ("GET", "/v1/charges/ch_1%3Fa", true),
            ("POST", "/v1/x%2Fy/refunds", true),
            ("GET", "/v2", true),
            ("GET,DELETE", "/v1/charges", true),
        ] {
            assert_eq!(refusal(policy.clone(), method, path).is_some(), refused, "{method} {path}");
        }
        let only_denies = json!({"rules": [rule("deny", &["POST"], "/v1/files/**")]});
        assert_eq!(refusal(only_denies.clone(), "GET", "/v1/files/1"), None);
        assert!(refusal(only_denies.clone(), "GET,POST", "/v1/files/1").is_some());
        let why = refusal(only_denies, "POST", "/v1/files/1").unwrap();
        assert_eq!(why, "policy.rules[0] denies POST /v1/files/**");
    }

    #[test]
    fn the_rule_that_allows_a_call_is_named() {
        let rule =
            |effect: &str, path: &str| json!({"effect": effect, "methods": ["GET"], "path": path});
        let rules = json!([rule("deny", "/b"), rule("allow", "/a/*"), rule("allow", "/a/**")]);
        let policy: Policy = serde_json::from_value(json!({ "rules": rules })).unwrap();
        for (path, expected) in [
            ("/a/1", Some("policy.rules[1] allows GET /a/*")),
            ("/a/1/2", Some("policy.rules[2] allows GET /a/**")),
            ("/c", None),
        ] {
            let path = CallPath::read(path).unwrap();
            let agent = PolicyAgent { subject: "a", id: None };
            let call = PolicyCall { agent, methods: &[CallMethod::Get], host: "h", path: &path };
            assert_eq!(policy.allowance(&call).as_deref(), expected);
        }
    }

    #[test]
    fn a_rule_may_be_for_some_agents_only() {
        let rule = |effect: &str, agents: &[&str]| json!({"effect": effect, "methods": ["GET"], "path": "/x", "agents": agents});
        for (rules, refused) in [
            (vec![rule("deny", &["a"])], true),
            (vec![rule("deny", &[AGENT_A])], true),
            (vec![rule("deny", &[AGENT_B])], false),
            (vec![rule("allow", &[AGENT_A])], false),
            // An allow rule closes the rest for every agent, whichever agents it names.
            (vec![rule("allow", &[AGENT_B])], true),
            (vec![rule("allow", &[AGENT_B]), rule("allow", &["*"])], false),
        ] {
            let policy = json!({ "rules": rules });
            assert_eq!(refusal(policy.clone(), "GET", "/x").is_some(), refused, "{policy}");
        }
        assert_eq!(refusal(json!({"agents": [AGENT_A]}), "GET", "/x"), None);
    }

    #[test]
    fn an_id_names_the_agent_with_that_id_alone() {
        for (name, agent, is_named) in [
            (AGENT_A, PolicyAgent { subject: AGENT_A, id: Some(AGENT_A) }, true),
            (AGENT_A, PolicyAgent { subject: AGENT_A, id: Some(AGENT_B) }, false),
            (AGENT_A, PolicyAgent { subject: AGENT_A, id: None }, false),
            (PERSON, PolicyAgent { subject: PERSON, id: Some(AGENT_B) }, false),
            (PERSON, PolicyAgent::person(PERSON), true),
            ("ann", PolicyAgent::person("ann"), true),
            ("ann", PolicyAgent { subject: "ann", id: Some(AGENT_B) }, true),
        ] {
            assert_eq!(agent.is_among(&[name.to_owned()]), is_named, "{name} {agent:?}");
        }
    }

    #[test]
    fn agents_and_hosts() {
        assert_eq!(refusal(json!({"agents": ["a"]}), "GET", "/x;y//"), None);
        assert!(refusal(json!({"agents": ["b"]}), "GET", "/").unwrap().contains("policy.agents"));
        let rule =
            json!({"effect": "deny", "methods": ["*"], "path": "/**", "host": "files.acme.com"});
        assert_eq!(refusal(json!({ "rules": [rule] }), "GET", "/x"), None);
        let rule =
            json!({"effect": "deny", "methods": ["*"], "path": "/**", "host": "API.acme.com"});
        assert!(refusal(json!({ "rules": [rule] }), "GET", "/x").is_some());
        let all = json!({"effect": "allow", "methods": ["*"], "path": "/"});
        assert!(refusal(json!({ "rules": [all] }), "GET", "/x").is_some());
    }
}
