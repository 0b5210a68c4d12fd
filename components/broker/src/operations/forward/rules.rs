//! Decides which calls are denied: by the integration's policy, by the manifest's `api.deny` and `api.deny_query`, and
//! always if they go to the endpoints that authorize or revoke the connection itself. `bodies` has `api.deny_body`.
//!
//! This module must not record a denial or make a call.

use http::{HeaderMap, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::call::{CallMethod, CallPath};
use nexus_common::policy::{Policy, PolicyAgent, PolicyCall, denies};
use nexus_manifests::{Api, DenyQuery, DenyRule};

use super::opened::Opened;
use super::overrides::Methods;
use super::query::{self, Spellings};
use super::target::Target;

/// A call, as the rules see it.
pub(super) struct Asked<'a> {
    /// The caller.
    pub(super) caller: &'a Caller,
    /// The methods as which a provider may read the call.
    pub(super) methods: &'a Methods,
    /// The URL to which the call would go.
    pub(super) target: &'a Target<'a>,
    /// The path below the base URL, parsed.
    pub(super) path: &'a CallPath,
    /// The query, as it is sent.
    pub(super) query: &'a str,
    /// The headers of the call.
    pub(super) headers: &'a HeaderMap,
    /// The id of the integration.
    pub(super) integration_id: &'a str,
}

/// Why a call is denied, with the rule's name. `None` if the call is allowed.
pub(super) fn refusal(opened: &Opened, asked: &Asked<'_>) -> Option<String> {
    let (api, policy) = (&opened.usable.sourced.manifest.api, &opened.policy);
    let Asked { target, methods, path, .. } = asked;
    let host = target.host.url.host_str().unwrap_or_default();
    if opened.own_urls.have(host, &target.path) {
        return Some("this endpoint creates or revokes the connection itself".to_owned());
    }
    let limits = asked.caller.basis.limits.as_ref();
    if limits.is_some_and(|limits| !limits.have(asked.integration_id)) {
        return Some(
            "the app was not connected with this integration. Connect it again".to_owned(),
        );
    }
    let is_agent = is_agent(asked.caller);
    let may_only_read = limits.is_some_and(|limits| limits.is_read_only);
    let names_a_method =
        may_only_read || policy.names_a_method() || (is_agent && denies_methods(api));
    if methods.undeclared.is_some() && names_a_method {
        // The text is recorded, so it has nothing of the query.
        return Some(
            "a parameter of the query can override the method, and a rule here names methods: \
             remove the parameter, and use the method itself"
                .to_owned(),
        );
    }
    let call = PolicyCall {
        agent: asked.caller.as_policy_agent(),
        methods: &methods.all,
        host: target.host.name(),
        path,
    };
    if may_only_read && !opened.reads.cover(&call) {
        return Some("the app was connected to read only. Connect it again".to_owned());
    }
    let refusal = policy_refusal(policy, asked.caller, &call);
    if refusal.is_some() || !is_agent {
        return refusal;
    }
    denied(opened, asked)
        .or_else(|| denied_query(api, asked))
        .or_else(|| denied_type(&api.body_types, asked.headers))
}

/// Whether the manifest's rules hold for the caller. A person's own calls are not an agent's.
pub(super) fn is_agent(caller: &Caller) -> bool {
    caller.role <= Some(Role::Agent)
}

/// Whether a rule of the manifest holds for some methods only.
fn denies_methods(api: &Api) -> bool {
    let methods = api.deny.iter().map(|deny| &deny.method);
    let methods = methods.chain(api.deny_query.iter().map(|deny| &deny.method));
    methods.chain(api.deny_body.iter().map(|deny| &deny.method)).any(|method| method != "*")
}

/// Why the manifest denies the type of a body to agents. `None` if it does not. No rule of a policy lifts this, as with
/// [`denied_query`]. The text is recorded, so it has nothing of the header.
fn denied_type(types: &[String], headers: &HeaderMap) -> Option<String> {
    if types.is_empty() {
        return None;
    }
    let mut sent = headers.get_all(header::CONTENT_TYPE).iter();
    let why = if headers.contains_key(header::CONTENT_TYPE) {
        sent.any(|value| !is_listed(types, value.to_str().unwrap_or_default()))
            .then_some("has no such type")
    } else {
        // A server may guess the type, or take a form.
        has_body(headers).then_some("is for bodies with a content type")
    };
    why.map(|why| format!("the manifest's api.body_types {why}: send {}", types.join(" or ")))
}

/// Whether a call has a body. The proxy and MCP set the length to 0 if it has none.
fn has_body(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter().peekable();
    lengths.peek().is_none() || lengths.any(|length| length != "0")
}

/// Whether a content type is one of `types`. A value with a comma may be two types to a server, and is not.
fn is_listed(types: &[String], sent: &str) -> bool {
    let (essence, _) = sent.split_once(';').unwrap_or((sent, ""));
    let essence = essence.trim_matches([' ', '\t']).to_ascii_lowercase();
    let is_plain = !sent.contains(',') && !essence.contains([' ', '\t']);
    let fits = |listed: &String| match listed.strip_suffix('*') {
        Some(kind) => essence.strip_prefix(kind).is_some_and(|rest| !rest.is_empty()),
        None => *listed == essence,
    };
    is_plain && types.iter().any(fits)
}

/// Why the manifest denies a query to agents. `None` if it does not. No rule of a policy lifts this: it names a path, and
/// such a parameter can lead to another.
fn denied_query(api: &Api, asked: &Asked<'_>) -> Option<String> {
    if api.deny_query.is_empty() {
        return None;
    }
    let Asked { methods, path, .. } = asked;
    let holds = |deny: &DenyQuery| {
        denies(&deny.path, path) && methods.all.iter().any(|method| method.runs(&deny.method))
    };
    let rules = api.deny_query.iter().enumerate().filter(|(_, deny)| holds(deny));
    let rules: Vec<_> = rules.map(|rule| (query::comparable(&rule.1.name), rule)).collect();
    if rules.is_empty() {
        return None;
    }
    // One pass over the parameters: a call may have many, and their names are read once.
    let mut first: Option<(usize, &DenyQuery)> = None;
    for (name, value) in Spellings::of(&asked.target.path, asked.query).parameters() {
        let mut named = rules.iter().filter(|(own, _)| *own == name).map(|(_, rule)| *rule);
        let denied =
            named.find(|(_, deny)| deny.values.is_empty() || value.is_one_of(&deny.values));
        first = first.into_iter().chain(denied).min_by_key(|(index, _)| *index);
    }
    let (index, deny) = first?;
    Some(format!("the manifest's api.deny_query[{index}] (?{}): {}", deny.name, deny.why))
}

/// The rule of the policy that allows a call which is not denied. `None` if no rule decided.
pub(super) fn allowance(opened: &Opened, asked: &Asked<'_>) -> Option<String> {
    let policy = &opened.policy;
    if policy.rules.is_empty() {
        return None;
    }
    let Asked { caller, methods, target, path, .. } = asked;
    let agent = caller.as_policy_agent();
    policy.allowance(&PolicyCall { agent, methods: &methods.all, host: target.host.name(), path })
}

/// Why `policy` denies a call of `caller`. `None` if it does not. If the policies limit the person of a
/// connected app, the call must be allowed to the person too.
pub(super) fn policy_refusal(
    policy: &Policy,
    caller: &Caller,
    call: &PolicyCall<'_>,
) -> Option<String> {
    let person = caller.basis.limits.as_ref().and_then(|limits| limits.person_subject.as_deref());
    policy.refusal(call).or_else(|| {
        let agent = PolicyAgent::person(person?);
        policy.refusal(&PolicyCall { agent, ..*call })
    })
}

/// Why the manifest denies a call to agents. `None` if it does not, or if a rule of the policy names exactly
/// this path.
fn denied(opened: &Opened, asked: &Asked<'_>) -> Option<String> {
    let Asked { methods, path, .. } = asked;
    let (policy, agent) = (&opened.policy, asked.caller.as_policy_agent());
    let whole = format!("/{}", path.whole().join("/"));
    let named = |method: CallMethod, deny: &DenyRule| {
        policy.names(agent, method, &deny.path) || policy.names(agent, method, &whole)
    };
    let is_denied = |deny: &DenyRule| {
        denies(&deny.path, path)
            && methods.all.iter().any(|method| method.runs(&deny.method) && !named(*method, deny))
    };
    let mut all = opened.usable.sourced.manifest.api.deny.iter().enumerate();
    let (index, deny) = all.find(|(_, deny)| is_denied(deny))?;
    Some(format!("the manifest's api.deny[{index}] ({} {}): {}", deny.method, deny.path, deny.why))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_listed_content_types_are_sent() {
        let types = ["application/json".to_owned(), "image/*".to_owned()];
        let refused = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("2"));
            for value in values {
                headers.append(header::CONTENT_TYPE, HeaderValue::from_static(value));
            }
            denied_type(&types, &headers)
        };
        for sent in [
            &["application/json"][..],
            &["Application/JSON; charset=utf-8"],
            &["application/json ;a=b"],
            &["image/png"],
            &["application/json", "image/png"],
        ] {
            assert_eq!(refused(sent), None, "{sent:?}");
        }
        for sent in [
            &["application/x-www-form-urlencoded"][..],
            &["multipart/form-data; boundary=application/json"],
            &["application/json, application/x-www-form-urlencoded"],
            &["application/json application/x-www-form-urlencoded"],
            &["application/json; a=b, multipart/form-data"],
            &["application/json", "multipart/form-data"],
            &["image/"],
            &["images/png"],
            &[""],
        ] {
            let why = refused(sent).unwrap();
            assert!(why.contains("api.body_types has no such type"), "{sent:?}: {why}");
        }
        assert_eq!(denied_type(&[], &HeaderMap::new()), None);
        // Without a type, a body may be read as any.
        for (lengths, holds) in
            [(&["0"][..], true), (&["2"], false), (&[], false), (&["0", "2"], false)]
        {
            let mut headers = HeaderMap::new();
            for length in lengths {
                headers.append(header::CONTENT_LENGTH, HeaderValue::from_static(length));
            }
            assert_eq!(denied_type(&types, &headers).is_none(), holds, "{lengths:?}");
        }
    }
}
