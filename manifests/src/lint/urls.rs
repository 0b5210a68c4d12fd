//! Rules for URLs: their form, the egress guard for each, and which hosts belong together.

use std::collections::BTreeMap;

use super::{Lint, Origin};
use crate::guard::{Refusal, check_url};
use crate::model::{Manifest, Param, Revoke, Source};
use crate::{choice, pins, template};

/// Reports `url_invalid`, `url_form`, `host_form`, `host_changed`, `host_label`, `host_not_listed`,
/// `host_parameter_position`, `issuer_form`, and the rules of the egress guard.
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    lint.unless(!manifest.api.hosts.is_empty(), "/api/hosts", "required", "must not be empty");
    for (index, host) in manifest.api.hosts.iter().enumerate() {
        if host.contains(['/', '?', '#', '\\', '@']) || host.ends_with(':') || host.is_empty() {
            let detail = format!("`{host}` must be of the form `host` or `host:port`");
            lint.add(format!("/api/hosts/{index}"), "host_form", detail);
        }
    }
    for (pointer, url) in pins::request_urls(manifest) {
        host_parameters(lint, &pointer, &url);
        egress(lint, &pointer, &url);
        let is_base = pointer.ends_with("base_url");
        if is_base && (url.ends_with('/') || url.contains(['?', '#'])) {
            let detail =
                format!("`{url}` must not end in `/` and must not have a query or fragment");
            lint.add(pointer, "url_form", detail);
        } else if url.contains('#') {
            lint.add(pointer, "url_form", format!("`{url}` must not have a fragment"));
        }
    }
    for (pointer, url) in browser_urls(manifest) {
        host_parameters(lint, &pointer, &url);
        egress(lint, &pointer, &url);
    }
    if let Some(issuer) = manifest.oauth2.as_ref().and_then(|oauth2| oauth2.issuer.as_deref()) {
        let detail = format!("`{issuer}` must be a URL without query or fragment (RFC 8414)");
        let ok = issuer.starts_with("https://") || lint.origin == Origin::Workspace;
        lint.unless(ok && !issuer.contains(['?', '#']), "/oauth2/issuer", "issuer_form", detail);
    }
    // Whether the URLs belong together is checked only if each URL is valid by itself.
    let places = ["/params", "/api", "/find", "/verify", "/oauth2", "/login", "/revoke"];
    let well = |pointer: &str| !places.iter().any(|place| pointer.starts_with(place));
    if !lint.findings.iter().all(|finding| well(&finding.pointer)) {
        return;
    }
    if let Err(finding) = choice::find_url(manifest, &lint.examples) {
        lint.findings.push(finding);
    }
    match pins::pins(manifest, &lint.examples) {
        Err(finding) => lint.findings.push(finding),
        // A person who enters a key reads `api.hosts` as the list of hosts that receive it. A built-in
        // manifest may verify the account at another host, which its sources document.
        Ok(pins) => {
            let listed = pins.verify.iter().all(|origin| pins.api.contains(origin));
            let detail = "`verify.base_url` must be on one of `api.hosts`";
            let own = lint.origin == Origin::Workspace;
            lint.unless(listed || !own, "/verify/base_url", "host_not_listed", detail);
        }
    }
}

/// The URLs that a person's browser is sent to, and the pages that are the sources of facts.
pub(super) fn browser_urls(manifest: &Manifest) -> Vec<(String, String)> {
    let mut urls = Vec::new();
    let mut push = |pointer: String, url: &str| urls.push((pointer, url.to_owned()));
    if !manifest.docs_url.is_empty() {
        push("/docs_url".to_owned(), &manifest.docs_url);
    }
    for (index, param) in manifest.params.iter().enumerate() {
        if let Some(url) = &param.help_url {
            push(format!("/params/{index}/help_url"), url);
        }
    }
    for (index, field) in manifest.credentials.iter().enumerate() {
        if let Some(url) = &field.help_url {
            push(format!("/credentials/{index}/help_url"), url);
        }
    }
    match &manifest.revoke {
        Revoke::Unsupported { manage_url: Some(url), .. }
        | Revoke::NotRevocable { manage_url: url, .. } => {
            push("/revoke/manage_url".to_owned(), url);
        }
        _ => {}
    }
    // A source that is not https is reported by its own rule.
    if let Some((_, Some(source))) = manifest.revoke.effect()
        && source.starts_with("https://")
    {
        push("/revoke/effect_source".to_owned(), source);
    }
    if let Some(url) = manifest.oauth2.as_ref().and_then(|oauth2| oauth2.register_url.as_ref()) {
        push("/oauth2/register_url".to_owned(), url);
    }
    if let Some(url) = manifest.login.as_ref().and_then(|login| login.manage_url.as_ref()) {
        push("/login/manage_url".to_owned(), url);
    }
    if let Some(ends) = &manifest.ends {
        push("/ends/source".to_owned(), &ends.source);
    }
    for (index, source) in manifest.sources.iter().enumerate() {
        match source {
            Source::Page(page) => push(format!("/sources/{index}"), page),
            Source::Read(read) => {
                for (number, page) in read.pages.iter().enumerate() {
                    push(format!("/sources/{index}/pages/{number}"), page);
                }
            }
        }
    }
    urls
}

/// Checks that a parameter in a host leaves the domain to the manifest. After the last parameter come a `.`
/// and at least two labels, or the parameter is one of the manifest's choices. A `whole_host`, and a host `within` domains, is
/// the whole host.
fn host_parameters(lint: &mut Lint<'_>, pointer: &str, url: &str) {
    let authority = pins::authority(url);
    let Some((_, after)) = authority.rsplit_once('}') else {
        return;
    };
    let is_whole = |param: &Param| param.whole_host || !param.within.is_empty();
    let whole =
        |param: &&Param| is_whole(param) && authority.contains(&format!("{{{}}}", param.name));
    if let Some(param) = lint.manifest.params.iter().find(whole) {
        let ok = authority.len() == param.name.len() + 2;
        let detail = format!("`{authority}`: `{{{}}}` must be the whole host", param.name);
        return lint.unless(ok, pointer, "host_parameter_position", detail);
    }
    let domain = after.split(':').next().unwrap_or_default();
    let chosen = |param: &Param| {
        Some(param.name.as_str()) == pins::host_end(authority) && !param.choices.is_empty()
    };
    let ok = domain.starts_with('.') && domain.trim_matches('.').contains('.')
        || lint.manifest.params.iter().any(chosen);
    let detail = format!(
        "`{authority}`: a parameter in a host must be followed by `.` and a whole domain, or end the host and \
         have `choices`"
    );
    lint.unless(ok, pointer, "host_parameter_position", detail);
}

/// Checks the URL with the egress guard: with examples for parameters, and with each choice of a parameter
/// that has choices. Only the first refusal is reported.
fn egress(lint: &mut Lint<'_>, pointer: &str, template: &str) {
    let before = lint.findings.len();
    egress_with(lint, pointer, template, &lint.examples.clone());
    let params = &lint.manifest.params;
    let choices = params.iter().flat_map(|param| param.choices.iter().map(move |it| (param, it)));
    for (param, choice) in choices {
        if lint.findings.len() > before {
            return;
        }
        let mut values = lint.examples.clone();
        values.insert(param.name.clone(), choice.clone());
        egress_with(lint, pointer, template, &values);
    }
}

/// Checks the URL with these parameters, and with any value for secrets.
fn egress_with(
    lint: &mut Lint<'_>,
    pointer: &str,
    template: &str,
    values: &BTreeMap<String, String>,
) {
    let lookup = |name: &str| Some(values.get(name).map_or("x", String::as_str).to_owned());
    // A template that does not expand is reported by its own rule.
    let Ok(expanded) = template::expand_url(template, &lookup) else {
        return;
    };
    let url = match url::Url::parse(&expanded) {
        Ok(url) => url,
        Err(error) => return lint.add(pointer, "url_invalid", format!("`{template}`: {error}")),
    };
    let private_hosts = lint.private_hosts;
    let private = |url: &url::Url| lint.origin == Origin::Workspace && private_hosts(url);
    if let Err(refusal) = check_url(&url, lint.own_hosts, &private) {
        let detail = match &refusal {
            // The only refusals whose text does not quote the URL.
            Refusal::UserInfo | Refusal::NoHost => format!("`{template}`: {refusal}"),
            _ => refusal.to_string(),
        };
        lint.add(pointer, refusal.rule(), detail);
    }
}
