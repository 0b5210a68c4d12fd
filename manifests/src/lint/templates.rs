//! Rules for templates: which names exist, and where a secret may be used.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;
use serde_json::Value;

use super::Lint;
use super::parts::{injected, of_login, texts_of};
use crate::model::{AuthMethod, Revoke, Verify};
use crate::pins::authority;
use crate::template;

const CLIENT: &[&str] = &["client_id", "client_secret"];

/// Reports `template_invalid`, `template_unknown`, `secret_placement`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    // URLs that may contain parameters but no secret: request URLs, and URLs for the browser.
    for (pointer, url) in crate::pins::request_urls(manifest) {
        let secrets: &[&str] = match pointer.as_str() {
            "/revoke/request/url" => &["token", "access_token", "client_id", "client_secret"],
            _ => &[],
        };
        // A host must never contain a secret, even if the rest of the URL may.
        one(lint, &pointer, authority(&url), &[], false);
        let tail = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let tail = tail.get(authority(&url).len()..).unwrap_or_default();
        one(lint, &pointer, tail, secrets, !secrets.is_empty());
    }
    for (pointer, url) in super::urls::browser_urls(manifest) {
        one(lint, &pointer, &url, &[], false);
    }
    for (pointer, text) in injected("/inject", &manifest.inject) {
        one(lint, &pointer, &text, tokens(manifest.auth_method), true);
    }
    if let Some(request) = manifest.login_request() {
        let names: &[&str] = if manifest.signing_key().is_some() { &["assertion"] } else { &[] };
        for (pointer, text) in of_login(request) {
            one(lint, &pointer, &text, names, true);
        }
    }
    if let Some(assertion) = manifest.assertion() {
        let public = manifest.fields().filter(|(_, is_secret)| !is_secret).map(|(name, _)| name);
        let public: Vec<&str> = public.chain(["key_sha256"]).collect();
        for (claim, text) in &assertion.claims {
            one(lint, &below("/login/assertion/claims", claim), text, &public, false);
        }
        one(
            lint,
            "/login/assertion/key_id",
            assertion.key_id.as_deref().unwrap_or(""),
            &public,
            false,
        );
    }
    if let Verify::Request { path, form, .. } = &manifest.verify {
        one(lint, "/verify/path", path, &[], false);
        map(lint, "/verify/form", form.as_ref(), &[], false);
    }
    if let Some(oauth2) = &manifest.oauth2 {
        let authorize = Some(&oauth2.authorize_params);
        map(lint, "/oauth2/authorize_params", authorize, &["client_id"], false);
        map(lint, "/oauth2/token_params", Some(&oauth2.token_params), CLIENT, true);
        if let Some(refresh) = &oauth2.refresh {
            let names =
                ["client_id", "client_secret", "access_token", "refresh_token", "redirect_uri"];
            map(lint, "/oauth2/refresh/params", Some(&refresh.params), &names, true);
        }
    }
    if let Revoke::Request { request, .. } = &manifest.revoke {
        let names = ["token", "access_token", "client_id", "client_secret"];
        map(lint, "/revoke/request/form", request.form.as_ref(), &names, true);
        if let Some(json) = &request.json {
            leaves(lint, "/revoke/request/json", json, &names);
        }
    }
}

/// The names that `inject` may use besides parameters and credential fields.
const fn tokens(method: AuthMethod) -> &'static [&'static str] {
    match method {
        AuthMethod::ApiKey | AuthMethod::Basic => &[],
        AuthMethod::Login => &["access_token"],
        AuthMethod::Oauth2 | AuthMethod::Oauth2ClientCredentials => {
            &["access_token", "client_id", "client_secret"]
        }
    }
}

fn map(
    lint: &mut Lint<'_>,
    pointer: &str,
    templates: Option<&BTreeMap<String, String>>,
    secrets: &[&str],
    fields: bool,
) {
    for (key, text) in templates.into_iter().flatten() {
        one(lint, &below(pointer, key), text, secrets, fields);
    }
}

fn leaves(lint: &mut Lint<'_>, pointer: &str, value: &Value, secrets: &[&str]) {
    let mut texts = Vec::new();
    texts_of(pointer, value, &mut texts);
    for (pointer, text) in texts {
        one(lint, &pointer, &text, secrets, true);
    }
}

/// Checks one template. Parameters are allowed everywhere; `secrets` are allowed here, and credential fields
/// too if `fields` is true.
fn one(lint: &mut Lint<'_>, pointer: &str, text: &str, secrets: &[&str], fields: bool) {
    let names = match template::names(text) {
        Ok(names) => names,
        Err(error) => return lint.add(pointer, "template_invalid", format!("`{text}`: {error}")),
    };
    let manifest = lint.manifest;
    for name in names {
        let is_field = manifest.has_field(name);
        // A private key signs, and goes nowhere.
        let is_key = manifest.signing_key() == Some(name);
        if manifest.params.iter().any(|param| param.name == name)
            || secrets.contains(&name)
            || fields && is_field && !is_key
        {
            continue;
        }
        if is_field || super::names::RESERVED.contains(&name) {
            lint.add(pointer, "secret_placement", format!("`{{{name}}}` must not be used here"));
        } else {
            lint.add(pointer, "template_unknown", format!("unknown name `{{{name}}}`"));
        }
    }
}
