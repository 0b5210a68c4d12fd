//! What a policy says of a call: deny wins; if any rule allows, what none allows is denied.
//!
//! It must not look at the integration's state or at who is asking beyond their subject.

use crate::wire::{Effect, Policy, Rule};

/// A call that an agent wants to make.
pub struct PolicyCall<'a> {
    /// The subject of the agent's token.
    pub subject: &'a str,
    /// The method, in capitals.
    pub method: &'a str,
    /// The host that is called, with its port where it is not 443.
    pub host: &'a str,
    /// The path's segments, each decoded once.
    pub segments: &'a [String],
}

impl Policy {
    /// Why the policy refuses `call`, naming the rule; `None` where it does not.
    pub fn refusal(&self, call: &PolicyCall<'_>) -> Option<String> {
        if !self.agents.iter().any(|agent| agent == "*" || agent == call.subject) {
            return Some(format!("policy.agents does not name {:?}", call.subject));
        }
        if self.rules.is_empty() {
            return None;
        }
        if call.segments.iter().any(|segment| segment.is_empty() || segment.contains(';')) {
            let why = "where a policy has rules, a path has no empty segments and no `;`";
            return Some(why.to_owned());
        }
        let numbered = || self.rules.iter().enumerate();
        if let Some((index, rule)) = numbered().find(|(_, rule)| rule.denies(call)) {
            return Some(format!("policy.rules[{index}] denies {}", rule.told()));
        }
        let mut allows = numbered().filter(|(_, rule)| rule.effect == Effect::Allow).peekable();
        if allows.peek().is_some() && !allows.any(|(_, rule)| rule.allows(call)) {
            return Some("none of the rules that allow in policy.rules matches".to_owned());
        }
        None
    }

    /// Whether a rule allows `method` on exactly `path`, without wildcards.
    pub fn names(&self, method: &str, path: &str) -> bool {
        self.rules.iter().any(|rule| {
            rule.effect == Effect::Allow && rule.has_method(method) && rule.path == path
        })
    }
}

impl Rule {
    fn told(&self) -> String {
        format!("{} {}", self.methods.join(","), self.path)
    }

    fn has_method(&self, method: &str) -> bool {
        self.methods.iter().any(|one| one == "*" || one == method)
    }

    fn is_about(&self, call: &PolicyCall<'_>) -> bool {
        self.has_method(call.method)
            && self.host.as_deref().is_none_or(|host| host.eq_ignore_ascii_case(call.host))
    }

    /// A segment with an encoded slash may be one or several to a provider, and letters of either
    /// case the same: both are denied.
    fn denies(&self, call: &PolicyCall<'_>) -> bool {
        let same = |pattern: &str, segment: &str| pattern.eq_ignore_ascii_case(segment);
        let split: Vec<&str> = call.segments.iter().flat_map(|one| one.split('/')).collect();
        let whole: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        self.effect == Effect::Deny
            && self.is_about(call)
            && (matches(&self.path, &whole, same) || matches(&self.path, &split, same))
    }

    fn allows(&self, call: &PolicyCall<'_>) -> bool {
        let whole: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        self.is_about(call) && matches(&self.path, &whole, |pattern, segment| pattern == segment)
    }
}

/// Whether `pattern` (`/v1/charges/**`) matches the segments: `*` is one, `**` the rest, which may be
/// none.
pub fn matches(pattern: &str, segments: &[&str], same: impl Fn(&str, &str) -> bool) -> bool {
    let mut rest = segments.iter();
    for part in pattern.split('/').skip(1) {
        match (part, rest.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (part, Some(segment)) if same(part, segment) => {}
            // `/` alone is the path without segments.
            ("", None) if segments.is_empty() => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(policy: serde_json::Value, method: &str, path: &str) -> Option<String> {
        let policy: Policy = serde_json::from_value(policy).unwrap();
        let segments: Vec<String> =
            path.split('/').skip(1).map(|one| one.replace("%2F", "/")).collect();
        let host = "api.acme.com";
        policy.refusal(&PolicyCall { subject: "a", method, host, segments: &segments })
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
            ("GET", "/v2", true),
        ] {
            assert_eq!(refusal(policy.clone(), method, path).is_some(), refused, "{method} {path}");
        }
        let only_denies = json!({"rules": [rule("deny", &["POST"], "/v1/files/**")]});
        assert_eq!(refusal(only_denies.clone(), "GET", "/v1/files/1"), None);
        let why = refusal(only_denies, "POST", "/v1/files/1").unwrap();
        assert_eq!(why, "policy.rules[0] denies POST /v1/files/**");
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
