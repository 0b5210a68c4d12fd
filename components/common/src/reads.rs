//! Which calls of a provider only read, as its manifest says (`api.reads` and `api.get_may_write`).
//!
//! The rules of the preset `read_only` and the limits of a connected app that may only read both follow from
//! [`Reads`], so that they cannot differ. This module must not look at who makes a call.

use serde::{Deserialize, Serialize};

use crate::call::CallMethod;
use crate::policy::{Effect, Policy, PolicyCall, Rule};

/// The calls of a provider that only read.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// Calls that read, beside GET, HEAD and OPTIONS.
    pub calls: Vec<ReadCall>,
    /// Whether GET and HEAD may write too. Then they read only on the paths of `calls`.
    pub get_may_write: bool,
}

/// A call that only reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadCall {
    /// The method.
    pub method: String,
    /// The path below the base URL, as a pattern of a policy's rule.
    pub path: String,
    /// The host, as a policy's rule names it. `None` for the only host of the provider.
    pub host: Option<String>,
}

impl Reads {
    /// Whether `call` only reads.
    #[must_use]
    pub fn cover(&self, call: &PolicyCall<'_>) -> bool {
        // No rule is needed for most calls. So the path may also be one that a policy with rules rejects.
        let is_safe = |method: &CallMethod| {
            matches!(method, CallMethod::Get | CallMethod::Head | CallMethod::Options)
        };
        if !self.get_may_write && call.methods.iter().all(is_safe) {
            return true;
        }
        Policy { rules: self.rules(), ..Policy::default() }.refusal(call).is_none()
    }

    /// The rules that allow the calls that only read, and no others.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        let safe: &[&str] =
            if self.get_may_write { &["OPTIONS"] } else { &["GET", "HEAD", "OPTIONS"] };
        let calls = self.calls.iter().map(|call| {
            let method = call.method.as_str();
            let methods = match (self.get_may_write, method) {
                (true, "GET") => vec!["GET", "HEAD"],
                (true, method) => vec!["GET", "HEAD", method],
                (false, method) => vec![method],
            };
            allow(&methods, &call.path, call.host.as_deref())
        });
        std::iter::once(allow(safe, "/**", None)).chain(calls).collect()
    }
}

fn allow(methods: &[&str], path: &str, host: Option<&str>) -> Rule {
    Rule {
        effect: Effect::Allow,
        methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        path: path.to_owned(),
        host: host.map(str::to_owned),
        agents: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallPath;
    use crate::policy::PolicyAgent;

    fn reads(get_may_write: bool, calls: &[(&str, &str, Option<&str>)]) -> Reads {
        let calls = calls.iter().map(|(method, path, host)| ReadCall {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            host: host.map(str::to_owned),
        });
        Reads { calls: calls.collect(), get_may_write }
    }

    fn covers(reads: &Reads, methods: &str, host: &str, path: &str) -> bool {
        let methods: Vec<CallMethod> =
            methods.split(',').map(|one| CallMethod::parse(one).unwrap()).collect();
        let agent = PolicyAgent { subject: "a", id: None };
        let path = CallPath::read(path).unwrap();
        reads.cover(&PolicyCall { agent, methods: &methods, host, path: &path })
    }

    #[test]
    fn get_reads_and_so_do_the_listed_calls() {
        let reads = reads(false, &[("POST", "/*/search", None), ("POST", "/rows/**", Some("b"))]);
        for (methods, host, path, expected) in [
            ("GET", "a", "/x", true),
            ("HEAD", "b", "/", true),
            ("OPTIONS", "a", "/x", true),
            // A path that no rule may have is read by GET all the same.
            ("GET", "a", "/x;y//%23", true),
            ("POST", "a", "/x/search", true),
            ("POST", "b", "/x/search", true),
            ("POST", "a", "/x/y/search", false),
            ("POST", "a", "/x/Search", false),
            ("POST", "a", "/x/search/", false),
            ("POST", "a", "/x/search;a", false),
            ("POST", "a", "/x/search%2Fy", false),
            ("POST", "a", "/search", false),
            ("PUT", "a", "/x/search", false),
            ("DELETE", "a", "/x/search", false),
            // A method that overrides the method that is sent must read too.
            ("POST,GET", "a", "/x/search", true),
            ("POST,DELETE", "a", "/x/search", false),
            ("GET,DELETE", "a", "/x", false),
            ("POST,GET", "a", "/x", false),
            ("POST", "b", "/rows/1", true),
            ("POST", "B", "/rows", true),
            ("POST", "a", "/rows/1", false),
        ] {
            assert_eq!(covers(&reads, methods, host, path), expected, "{methods} {host}{path}");
        }
    }

    #[test]
    fn where_get_writes_only_the_listed_calls_read() {
        let reads = reads(true, &[("POST", "/users.list", None), ("GET", "/files/*", None)]);
        for (methods, path, expected) in [
            ("GET", "/users.list", true),
            ("HEAD", "/users.list", true),
            ("POST", "/users.list", true),
            ("PUT", "/users.list", false),
            ("GET", "/files/1", true),
            ("HEAD", "/files/1", true),
            ("POST", "/files/1", false),
            ("GET", "/chat.postMessage", false),
            ("HEAD", "/chat.postMessage", false),
            ("POST", "/chat.postMessage", false),
            ("GET", "/users.list/x", false),
            ("GET", "/Users.list", false),
            ("OPTIONS", "/chat.postMessage", true),
        ] {
            assert_eq!(covers(&reads, methods, "a", path), expected, "{methods} {path}");
        }
    }

    #[test]
    fn the_rules_allow_what_reads() {
        let all = [
            reads(false, &[]),
            reads(false, &[("POST", "/*/search", None), ("PATCH", "/rows/**", Some("b"))]),
            reads(true, &[("POST", "/users.list", None)]),
        ];
        for reads in all {
            let policy = Policy { rules: reads.rules(), ..Policy::default() };
            for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] {
                for (host, path) in
                    [("a", "/x"), ("b", "/rows/1"), ("a", "/x/search"), ("a", "/users.list")]
                {
                    let agent = PolicyAgent { subject: "a", id: None };
                    let (methods, path) =
                        ([CallMethod::parse(method).unwrap()], CallPath::read(path).unwrap());
                    let call = PolicyCall { agent, methods: &methods, host, path: &path };
                    let allowed = policy.refusal(&call).is_none();
                    assert_eq!(reads.cover(&call), allowed, "{reads:?} {method}");
                }
            }
        }
    }
}
