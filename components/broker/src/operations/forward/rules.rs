//! Decides which calls are denied: by the integration's policy, by the manifest's `api.deny`, and always if
//! they go to the endpoints that authorize or revoke the connection itself.
//!
//! This module must not record a denial or make a call.

use nexus_common::auth::{Caller, Role};
use nexus_common::call::{CallMethod, CallPath, Reading, is_same};
use nexus_common::policy::{Policy, PolicyAgent, PolicyCall, denies};
use nexus_manifests::{DenyRule, Manifest, Revoke, template};
use url::Url;

use super::opened::Opened;
use super::overrides::Methods;
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
    /// The id of the integration.
    pub(super) integration_id: &'a str,
}

/// Why a call is denied, with the rule's name. `None` if the call is allowed.
pub(super) fn refusal(opened: &Opened, asked: &Asked<'_>) -> Option<String> {
    let (deny, policy) = (&opened.usable.sourced.manifest.api.deny, &opened.policy);
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
    let is_agent = asked.caller.role <= Some(Role::Agent);
    let may_only_read = limits.is_some_and(|limits| limits.is_read_only);
    let names_a_method = may_only_read
        || policy.names_a_method()
        || (is_agent && deny.iter().any(|deny| deny.method != "*"));
    if let Some(name) = methods.undeclared.as_ref().filter(|_| names_a_method) {
        return Some(format!(
            "the query parameter {name:?} can override the method, and a rule here names methods: \
             remove the parameter, and use the method itself"
        ));
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
    refusal.or_else(|| if is_agent { denied(opened, asked) } else { None })
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

/// The authorization, token and revocation URLs of a manifest.
pub(super) struct OwnUrls(Vec<OwnUrl>);

struct OwnUrl {
    /// The host in lower case. If the template has a parameter in the host, only the part after the
    /// parameter, whose value may have several labels.
    host: String,
    host_is_end: bool,
    segments: Reading,
}

/// The text that replaces a placeholder of a template.
const HOLE: &str = "x-any-x";

impl OwnUrls {
    /// The URLs of `manifest`.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let oauth2 = manifest.oauth2.as_ref();
        let authorize = oauth2.and_then(|oauth2| oauth2.authorization_url.as_deref());
        let token = oauth2.map(|oauth2| oauth2.token_url.as_str());
        let revoke = match &manifest.revoke {
            Revoke::Rfc7009 { rfc7009, .. } => Some(rfc7009.url.as_str()),
            Revoke::Request { request, .. } => Some(request.url.as_str()),
            Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => None,
        };
        let all = authorize.into_iter().chain(token).chain(revoke);
        Self(all.filter_map(OwnUrl::of).collect())
    }

    /// Whether a server, however lenient, may read the raw `path` on `host` as one of these URLs, with any
    /// values for their placeholders.
    pub(super) fn have(&self, host: &str, path: &str) -> bool {
        let mut read = None;
        self.0.iter().filter(|own| own.is_host(host)).any(|own| {
            match read.get_or_insert_with(|| CallPath::read(path)) {
                Ok(path) => path.lenient().iter().any(|reading| own.is_path(reading)),
                // An unreadable path may be one of these URLs.
                Err(_) => true,
            }
        })
    }
}

impl OwnUrl {
    fn of(template: &str) -> Option<Self> {
        let expanded = template::expand(template, &|_| Some(HOLE.to_owned())).ok()?;
        let url = Url::parse(&expanded).ok()?;
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let (host, host_is_end) = match host.rsplit_once(HOLE) {
            Some((_, end)) => (end.to_owned(), true),
            None => (host, false),
        };
        Some(Self { host, host_is_end, segments: CallPath::plain(url.path()) })
    }

    fn is_path(&self, reading: &Reading) -> bool {
        self.segments.len() == reading.len()
            && self.segments.iter().zip(reading).enumerate().all(|(at, (own, found))| {
                own.contains(HOLE) || is_same(own, found, at + 1 == reading.len())
            })
    }

    fn is_host(&self, host: &str) -> bool {
        match self.host_is_end {
            true => host.to_ascii_lowercase().ends_with(&self.host),
            false => host.eq_ignore_ascii_case(&self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoints_of_the_connection_itself_are_recognized_in_any_spelling() {
        for (template, url, same) in [
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke?x", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com//api/AUTH.revoke/", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth%2Erevoke", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api%2fauth.revoke;a", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth%252Erevoke", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke.", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke%20", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.revoke%3Fx/y", true),
            ("https://api.x.com/oauth/token", "https://api.x.com/oauth/token.json", true),
            ("https://slack.com/api/auth.revoke", "https://slack.com/api/auth.test", false),
            ("https://slack.com/api/auth.revoke", "https://files.slack.com/api/auth.revoke", false),
            ("https://api.x.com/apps/{client_id}/token", "https://api.x.com/apps/abc/token", true),
            ("https://api.x.com/apps/{client_id}/token", "https://api.x.com/apps/abc", false),
            ("https://{site}.x.com/token", "https://acme.x.com/token", true),
            ("https://{site}.x.com/token", "https://acme.y.com/token", false),
        ] {
            let own = OwnUrls(OwnUrl::of(template).into_iter().collect());
            let url = Url::parse(url).unwrap();
            let found = own.have(url.host_str().unwrap(), url.path());
            assert_eq!(found, same, "{template} {url}");
        }
    }
}
