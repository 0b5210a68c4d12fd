//! Pins: where a connection's credential may be sent. They are the manifest's hosts with the connection's
//! parameters filled in, as they were when the credential was entered.
//!
//! A URL is expanded, parsed again and compared with the expanded text. A value that changes the host of the
//! URL is an error, even if its pattern allows the value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::finding::Finding;
use crate::model::{Inject, Manifest, ReadCall, Revoke, Verify};
use crate::{pattern, template};

/// The origins (`https://host[:port]`) that a credential was entered for, and how it is injected. The pins
/// are sealed together with the credential. The broker sends the credential to no other origin.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pins {
    /// The origins of `api.hosts`, sorted.
    pub api: Vec<String>,
    /// The origin of `verify`. Empty if verification is unsupported.
    pub verify: Vec<String>,
    /// The origins of `oauth2.token_url`, `oauth2.refresh.url` and `login.request.url`. Empty without tokens.
    pub token: Vec<String>,
    /// The origin of `revoke`. Empty if no call revokes a token.
    pub revoke: Vec<String>,
    /// How the credential is injected.
    pub inject: Vec<Inject>,
}

/// The place of the URL that an entered credential is exchanged at.
pub const LOGIN_URL: &str = "/login/request/url";

/// The pins of a connection with these parameters.
///
/// # Errors
/// The first URL of the manifest that does not expand to a URL.
pub fn pins(manifest: &Manifest, params: &BTreeMap<String, String>) -> Result<Pins, Finding> {
    // Checks that `base_url` is on one of the hosts.
    base_url(manifest, params)?;
    let origin = |url: Url| vec![url.origin().ascii_serialization()];
    let verify = verify_url(manifest, params)?.map(origin).unwrap_or_default();
    let (token, revoke) = (token_origins(manifest, params)?, revoke_origins(manifest, params)?);
    let mut api = hosts(manifest, params)?;
    api.sort_unstable();
    api.dedup();
    Ok(Pins { api, verify, token, revoke, inject: manifest.inject.clone() })
}

pub(crate) fn token_origins(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Vec<String>, Finding> {
    let mut origins = Vec::new();
    for (pointer, template) in token_urls(manifest) {
        origins.push(resolve_url(pointer, template, params)?.origin().ascii_serialization());
    }
    origins.dedup();
    Ok(origins)
}

pub(crate) fn revoke_origins(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Vec<String>, Finding> {
    let url = match &manifest.revoke {
        Revoke::Rfc7009 { rfc7009, .. } => {
            resolve_url("/revoke/rfc7009/url", &rfc7009.url, params)?
        }
        Revoke::Request { request, .. } => {
            // The secrets come after the host, so their values do not matter here.
            let lookup = |name: &str| Some(params.get(name).map_or("x", String::as_str).to_owned());
            resolve("/revoke/request/url", &request.url, params, &lookup)?
        }
        Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => return Ok(vec![]),
    };
    Ok(vec![url.origin().ascii_serialization()])
}

/// The URL templates that get the client's secret, tokens, or an entered credential for new tokens, with their places.
pub fn token_urls(manifest: &Manifest) -> impl Iterator<Item = (&'static str, &str)> {
    let oauth2 = manifest.oauth2.as_ref();
    let token = oauth2.map(|oauth2| ("/oauth2/token_url", oauth2.token_url.as_str()));
    let refresh = oauth2.and_then(|oauth2| oauth2.refresh.as_ref()?.url.as_deref());
    let login = manifest.login_request();
    let login = login.map(|request| (LOGIN_URL, request.url.as_str()));
    token.into_iter().chain(refresh.map(|url| ("/oauth2/refresh/url", url))).chain(login)
}

/// `api.base_url` with the parameters filled in.
///
/// # Errors
/// A finding at `/api/base_url`, also if its host is not one of `api.hosts`.
pub fn base_url(manifest: &Manifest, params: &BTreeMap<String, String>) -> Result<Url, Finding> {
    check_domains(manifest, params)?;
    let url = resolve_url("/api/base_url", &manifest.api.base_url, params)?;
    let origin = url.origin().ascii_serialization();
    let hosts = hosts(manifest, params)?;
    if hosts.contains(&origin) {
        return Ok(url);
    }
    let detail = format!("`{origin}` is not one of `api.hosts`: {}", hosts.join(", "));
    Err(Finding::new("/api/base_url", "host_not_listed", detail))
}

/// Checks that each host that the token response named lies within its domains. It was checked when it was read; this
/// covers parameters that were stored.
fn check_domains(manifest: &Manifest, params: &BTreeMap<String, String>) -> Result<(), Finding> {
    for param in manifest.params.iter().filter(|param| !param.within.is_empty()) {
        let value = params.get(&param.name);
        if value.is_none_or(|value| pattern::host_within(value, &param.within) != Some(value)) {
            let detail =
                format!("`{{{}}}` must be a host within {}", param.name, param.within.join(", "));
            return Err(Finding::new("/api/base_url", "host_domain", detail));
        }
    }
    Ok(())
}

/// The origins (`https://host[:port]`) of `api.hosts`, in the manifest's order.
///
/// # Errors
/// A finding at `/api/hosts/{index}`.
pub fn hosts(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Vec<String>, Finding> {
    let (scheme, _) = manifest.api.base_url.split_once("://").unwrap_or(("https", ""));
    let mut origins = Vec::with_capacity(manifest.api.hosts.len());
    for (index, host) in manifest.api.hosts.iter().enumerate() {
        let pointer = format!("/api/hosts/{index}");
        if host.contains(['/', '?', '#', '\\', '@']) {
            let detail = format!("`{host}` is not of the form `host` or `host:port`");
            return Err(Finding::new(pointer, "host_form", detail));
        }
        let url = resolve_url(&pointer, &format!("{scheme}://{host}"), params)?;
        origins.push(url.origin().ascii_serialization());
    }
    Ok(origins)
}

/// The host of a call of `api.reads`, as a policy's rule names it: with its port unless that is the default.
/// `None` if the manifest has one host only.
///
/// # Errors
/// A finding at `/api/reads` for a host that does not expand.
pub fn read_host(
    manifest: &Manifest,
    read: &ReadCall,
    params: &BTreeMap<String, String>,
) -> Result<Option<String>, Finding> {
    if manifest.api.hosts.len() == 1 {
        return Ok(None);
    }
    let (scheme, rest) = manifest.api.base_url.split_once("://").unwrap_or(("https", ""));
    let own = || rest.split('/').next().unwrap_or_default();
    let host = read.host.as_deref().unwrap_or_else(own);
    let url = resolve_url("/api/reads", &format!("{scheme}://{host}"), params)?;
    let origin = url.origin().ascii_serialization();
    Ok(origin.split_once("://").map(|(_, host)| host.to_owned()))
}

/// The URL of `verify`. `None` if verification is unsupported.
///
/// # Errors
/// A finding at `/verify/path` or `/verify/base_url`.
pub fn verify_url(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Option<Url>, Finding> {
    let Verify::Request { path, base_url, .. } = &manifest.verify else {
        return Ok(None);
    };
    let (pointer, base) = match base_url {
        Some(base) => ("/verify/base_url", base),
        None => ("/api/base_url", &manifest.api.base_url),
    };
    let base = resolve_url(pointer, base, params)?;
    let expanded = template::expand_url(path, &|name| params.get(name).cloned())
        .map_err(|error| Finding::new("/verify/path", "template", error.to_string()))?;
    let joined = format!("{}{expanded}", base.as_str().trim_end_matches('/'));
    let url = Url::parse(&joined)
        .map_err(|error| Finding::new("/verify/path", "url_invalid", error.to_string()))?;
    if url.origin() != base.origin() {
        return Err(Finding::new("/verify/path", "host_changed", "the path changes the host"));
    }
    Ok(Some(url))
}

/// Fills parameters into a URL template of a manifest: percent-encoded, and one label each in the host.
///
/// # Errors
/// A finding at `pointer` with the rule `template`, `host_label`, `url_invalid` or `host_changed`.
pub fn resolve_url(
    pointer: &str,
    template: &str,
    params: &BTreeMap<String, String>,
) -> Result<Url, Finding> {
    resolve(pointer, template, params, &|name| params.get(name).cloned())
}

fn resolve(
    pointer: &str,
    template: &str,
    params: &BTreeMap<String, String>,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Url, Finding> {
    let fail = |rule, detail: String| Finding::new(pointer, rule, detail);
    let unusable = |error: template::TemplateError| fail("template", error.to_string());
    let authority = authority(template);
    for name in template::names(authority).map_err(unusable)? {
        // A parameter at the end of the host is a whole domain: one of the manifest's choices, the host that an admin
        // entered, or a host within the manifest's domains.
        let (fits, form) = match host_end(authority) == Some(name) {
            true => (pattern::is_labels as fn(&str) -> bool, "labels separated by dots"),
            false => (pattern::is_label as fn(&str) -> bool, "one label"),
        };
        if !params.get(name).is_some_and(|value| fits(value)) {
            let detail = format!("`{{{name}}}` must be {form} of a host, `[a-z0-9-]{{1,63}}`");
            return Err(fail("host_label", detail));
        }
    }
    let expanded = template::expand_url(template, lookup).map_err(unusable)?;
    let written = template::expand(authority, lookup).map_err(unusable)?.to_ascii_lowercase();
    let url = Url::parse(&expanded)
        .map_err(|error| fail("url_invalid", format!("`{template}`: {error}")))?;
    let host = url.host_str().unwrap_or_default();
    let default = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
    if written != host && written != default {
        return Err(fail("host_changed", format!("`{written}` resolves to the host `{host}`")));
    }
    Ok(url)
}

/// The part of a URL template between `://` and the path.
pub(crate) fn authority(template: &str) -> &str {
    let rest = template.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

/// The name of the parameter at the end of an authority's host, if there is one.
pub(crate) fn host_end(authority: &str) -> Option<&str> {
    let host = authority.split(':').next().unwrap_or_default();
    host.strip_suffix('}')?.rsplit_once('{').map(|(_, name)| name)
}

/// The URL templates of a manifest that requests are sent to, with their places.
pub(crate) fn request_urls(manifest: &Manifest) -> Vec<(String, String)> {
    let (scheme, _) = manifest.api.base_url.split_once("://").unwrap_or(("https", ""));
    let mut urls = vec![("/api/base_url".to_owned(), manifest.api.base_url.clone())];
    for (index, host) in manifest.api.hosts.iter().enumerate() {
        urls.push((format!("/api/hosts/{index}"), format!("{scheme}://{host}")));
    }
    let mut push = |pointer: &str, url: &str| urls.push((pointer.to_owned(), url.to_owned()));
    if let Verify::Request { base_url: Some(base_url), .. } = &manifest.verify {
        push("/verify/base_url", base_url);
    }
    if let Some(find) = &manifest.find {
        push("/find/url", &find.url);
    }
    for (pointer, url) in token_urls(manifest) {
        push(pointer, url);
    }
    if let Some(url) = manifest.oauth2.as_ref().and_then(|oauth2| oauth2.authorization_url.as_ref())
    {
        push("/oauth2/authorization_url", url);
    }
    let oauth2 = manifest.oauth2.as_ref();
    if let Some(url) = oauth2.and_then(|oauth2| oauth2.registration_url.as_ref()) {
        push("/oauth2/registration_url", url);
    }
    match &manifest.revoke {
        Revoke::Rfc7009 { rfc7009, .. } => push("/revoke/rfc7009/url", &rfc7009.url),
        Revoke::Request { request, .. } => push("/revoke/request/url", &request.url),
        Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => {}
    }
    urls
}

/// The names of the parameters that stand before a `.` of a host, and so are one label each.
pub(crate) fn label_names(manifest: &Manifest) -> Vec<&str> {
    let urls = request_urls(manifest);
    let names = manifest.params.iter().map(|param| param.name.as_str());
    let is_label = |name: &&str| {
        let label = format!("{{{name}}}.");
        urls.iter().any(|(_, url)| authority(url).contains(&label))
    };
    names.filter(is_label).collect()
}

/// The names of the parameters that are part of a host.
pub(crate) fn host_names(manifest: &Manifest) -> Vec<&str> {
    let urls = request_urls(manifest);
    let in_hosts: Vec<&str> = urls
        .iter()
        .flat_map(|(_, url)| template::names(authority(url)).unwrap_or_default())
        .collect();
    let names = manifest.params.iter().map(|param| param.name.as_str());
    names.filter(|name| in_hosts.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lint::tests::{basic, chosen, manifest, oauth2, self_hosted, with};

    fn params(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn parameters_move_the_origins() {
        let pins = pins(&manifest(&basic()), &params(&[("subdomain", "acme")])).unwrap();
        assert_eq!(pins.api, ["https://acme.zendesk.com"]);
        assert_eq!(pins.verify, ["https://acme.zendesk.com"]);
        assert!(pins.token.is_empty() && pins.revoke.is_empty());
        assert!(matches!(pins.inject.as_slice(), [Inject::Basic { .. }]));
        let json = serde_json::to_string(&pins).unwrap();
        assert_eq!(serde_json::from_str::<Pins>(&json).unwrap(), pins);
    }

    #[test]
    fn the_refresh_url_is_pinned_with_the_token_url() {
        let other = with(&oauth2(), "/oauth2/refresh/url", json!("https://refresh.slack.com/x"));
        let pinned = pins(&manifest(&other), &params(&[])).unwrap();
        assert_eq!(pinned.token, ["https://slack.com", "https://refresh.slack.com"]);
        let same = with(&oauth2(), "/oauth2/refresh/url", json!("https://slack.com/refresh"));
        assert_eq!(pins(&manifest(&same), &params(&[])).unwrap().token, ["https://slack.com"]);
    }

    #[test]
    fn a_whole_host_is_pinned_as_entered() {
        let manifest = manifest(&self_hosted());
        let pinned = pins(&manifest, &params(&[("host", "forum.acme.com")])).unwrap();
        assert_eq!(pinned.api, ["https://forum.acme.com"]);
        for value in ["forum.acme.com:8443", "a/b", "u@a.com", "A.com", "a..com", ""] {
            assert!(pins(&manifest, &params(&[("host", value)])).is_err(), "{value}");
        }
    }

    #[test]
    fn a_choice_may_end_a_host() {
        let manifest = manifest(&chosen());
        for site in ["acme.eu", "us3.acme.example"] {
            let pins = pins(&manifest, &params(&[("site", site)])).unwrap();
            let expected = format!("https://api.{site}");
            assert_eq!((pins.api, pins.verify), (vec![expected.clone()], vec![expected]));
        }
        for site in ["", ".", "acme..eu", "acme.eu.", "acme.eu/x", "acme.eu:1", "@acme.eu", "A.eu"]
        {
            let finding = base_url(&manifest, &params(&[("site", site)])).unwrap_err();
            assert_eq!((finding.pointer.as_str(), finding.rule), ("/api/base_url", "host_label"));
        }
    }

    #[test]
    fn every_place_has_its_own_origins() {
        let mut json = with(&oauth2(), "/verify/base_url", json!("https://id.example.com/v2/"));
        json = with(&json, "/api/hosts", json!(["slack.com", "files.slack.com", "slack.com:443"]));
        json = with(&json, "/revoke/request/url", json!("https://r.example.com:8443/{token}"));
        let manifest = manifest(&json);
        let pins = pins(&manifest, &params(&[])).unwrap();
        assert_eq!(pins.api, ["https://files.slack.com", "https://slack.com"]);
        assert_eq!(pins.verify, ["https://id.example.com"]);
        assert_eq!(pins.token, ["https://slack.com"]);
        assert_eq!(pins.revoke, ["https://r.example.com:8443"]);
        let verify = verify_url(&manifest, &params(&[])).unwrap().unwrap();
        assert_eq!(verify.as_str(), "https://id.example.com/v2/auth.test");
    }

    #[test]
    fn a_call_that_reads_is_on_the_host_of_the_base_url_unless_it_names_another() {
        let host = |json: &serde_json::Value, site: &[(&str, &str)]| {
            let manifest = manifest(json);
            read_host(&manifest, manifest.api.reads.first().unwrap(), &params(site))
        };
        let read = |host: &str| match host {
            "" => json!([{"method": "POST", "path": "/x"}]),
            host => json!([{"method": "POST", "path": "/x", "host": host}]),
        };
        let one = with(&oauth2(), "/api/reads", read(""));
        assert_eq!(host(&one, &[]).unwrap(), None);
        let several = with(&one, "/api/hosts", json!(["slack.com", "files.slack.com:8443"]));
        assert_eq!(host(&several, &[]).unwrap().as_deref(), Some("slack.com"));
        let other = with(&several, "/api/reads", read("files.slack.com:8443"));
        assert_eq!(host(&other, &[]).unwrap().as_deref(), Some("files.slack.com:8443"));
        let sites = with(&chosen(), "/api/hosts", json!(["api.{site}", "files.{site}"]));
        let sites = with(&sites, "/api/reads", read("files.{site}"));
        assert_eq!(host(&sites, &[("site", "acme.eu")]).unwrap().as_deref(), Some("files.acme.eu"));
        assert!(host(&sites, &[]).is_err(), "the parameter is not known");
    }

    #[test]
    fn a_value_that_changes_the_host_is_rejected() {
        let manifest = manifest(&basic());
        for value in ["evil.com/", "a.b", "evil.com#", "A", "", "a@b", "a:1", "é", "a%2e"] {
            let finding = base_url(&manifest, &params(&[("subdomain", value)])).unwrap_err();
            assert_eq!((finding.pointer.as_str(), finding.rule), ("/api/base_url", "host_label"));
        }
        let finding = base_url(&manifest, &params(&[])).unwrap_err();
        assert_eq!(finding.rule, "host_label");
        // A name in its ASCII form stays as it is.
        let odd = params(&[("subdomain", "xn--a")]);
        let url = base_url(&manifest, &odd).unwrap();
        assert!(url.host_str().is_some_and(|host| host.starts_with("xn--a.")), "{url}");
    }

    #[test]
    fn a_value_in_a_path_stays_in_its_segment() {
        let path = params(&[("account", "../../x?y")]);
        let url = resolve_url("/x", "https://h.example/{account}/v1", &path).unwrap();
        assert_eq!(url.as_str(), "https://h.example/..%2F..%2Fx%3Fy/v1");
        let dots = params(&[("account", "..")]);
        let url = resolve_url("/x", "https://h.example/a/{account}/v1", &dots).unwrap();
        assert_eq!(url.origin().ascii_serialization(), "https://h.example");
    }
}
