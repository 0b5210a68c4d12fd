//! Rules for `login`: the request that exchanges an entered credential for a token, and the response.

use std::collections::BTreeMap;

use serde_json::Value;

use super::auth::{inject_places, inject_texts, shown};
use super::parts::{self, header_map};
use super::requests::{BODY_TWICE, signs};
use super::{Lint, Origin};
use crate::model::{AuthMethod, Login, LoginRequest};
use crate::template;

/// The range of `lifetime_seconds`.
const LIFETIME: std::ops::RangeInclusive<u32> = 60..=31_536_000;

/// Reports `login_required`, `login_forbidden`, `login_token_unused`, `wait_range`, `required`, and the rules of
/// [`request`].
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let is_login = manifest.auth_method == AuthMethod::Login;
    let name = manifest.auth_method.as_str();
    match (&manifest.login, is_login) {
        (Some(login), true) => of_login(lint, login),
        (Some(_), false) => {
            let detail = format!("`{name}` must not have `login`; remove it");
            lint.add("/login", "login_forbidden", detail);
        }
        (None, true) => {
            lint.add("/login", "login_required", format!("`{name}` needs `login`; add it"));
        }
        (None, false) => {}
    }
}

fn of_login(lint: &mut Lint<'_>, login: &Login) {
    let names_token =
        |text: &str| template::names(text).map_or(true, |names| names.contains(&"access_token"));
    let texts = lint.manifest.inject.iter().flat_map(inject_texts);
    let ok = lint.manifest.inject.is_empty() || texts.into_iter().any(names_token);
    let detail =
        "no entry contains `{access_token}`, so the token that the login returns would not be used";
    lint.unless(ok, "/inject", "login_token_unused", detail);
    if let Some(seconds) = login.wait_seconds {
        let detail = format!("{seconds} is not between 1 and 60");
        lint.unless((1..=60).contains(&seconds), "/login/wait_seconds", "wait_range", detail);
    }
    let ok = login.manage_url.is_some() || lint.origin == Origin::Workspace;
    let detail = "must be set: the page where a person revokes the entered credential";
    lint.unless(ok, "/login/manage_url", "required", detail);
    match &login.request {
        Some(it) => request(lint, it),
        None => lint.add("/login/request", "required", "must be set"),
    }
}

/// Reports `method_form`, `header_name`, `inject_duplicate`, `inject_name`, `inject_value`, `body_twice`,
/// `login_without_secret`, `sign_form`, `pointer_form`, `pointer_secret`, `success_equals`, `lifetime_range`.
fn request(lint: &mut Lint<'_>, request: &LoginRequest) {
    let place = |member: &str| format!("/login/request/{member}");
    let method = &request.method;
    let ok = matches!(method.as_str(), "GET" | "POST" | "PUT");
    let detail = format!("`{method}` must be GET, POST or PUT");
    lint.unless(ok, &place("method"), "method_form", detail);
    inject_places(lint, &place("inject"), &request.inject);
    header_map(lint, &place("headers"), &request.headers);
    let twice = request.form.is_some() && request.json.is_some();
    lint.unless(!twice, "/login/request", "body_twice", BODY_TWICE);
    let detail = "neither `inject` nor the body contains a secret field, so the provider cannot know the caller";
    lint.unless(says_secret(lint, request), "/login/request", "login_without_secret", detail);
    parts::success(lint, &place("success"), request.success.as_ref());
    signs(lint, &place("refused_on"), &request.refused_on, true);
    let answer = &request.token_response;
    let place = |member: &str| format!("/login/request/token_response/{member}");
    parts::pointer(lint, &place("access_token"), Some(&answer.access_token));
    for (name, at) in [("expires_in", &answer.expires_in), ("expires_at", &answer.expires_at)] {
        parts::pointer(lint, &place(name), at.as_deref());
        if let Some(at) = at {
            shown(lint, &place(name), at);
        }
    }
    if let Some(seconds) = answer.lifetime_seconds {
        let detail =
            format!("{seconds} is not between {} and {}", LIFETIME.start(), LIFETIME.end());
        let is_in_range = LIFETIME.contains(&seconds);
        lint.unless(is_in_range, &place("lifetime_seconds"), "lifetime_range", detail);
    }
}

/// Whether the request contains a secret field.
fn says_secret(lint: &Lint<'_>, request: &LoginRequest) -> bool {
    let form = request.form.iter().flat_map(BTreeMap::values).map(String::as_str);
    let injected = request.inject.iter().flat_map(inject_texts);
    let json = request.json.as_ref().map(Value::to_string).unwrap_or_default();
    let texts: Vec<&str> = form.chain(injected).chain([json.as_str()]).collect();
    let mut secret = lint.manifest.credentials.iter().filter(|field| field.secret);
    secret.any(|field| {
        let name = format!("{{{}}}", field.name);
        texts.iter().any(|text| text.contains(&name))
    })
}
