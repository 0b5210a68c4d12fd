//! Rules for `login`: the request that exchanges an entered credential for a token, the response, and the assertion.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;
use serde_json::Value;

use super::auth::{inject_places, shown};
use super::parts::{self, header_map};
use super::requests::{BODY_TWICE, signs};
use super::{Lint, Origin};
use crate::model::{Assertion, AuthMethod, FieldFormat, Inject, Login, LoginRequest};
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
        (Some(login), true) => check_login(lint, login),
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

fn check_login(lint: &mut Lint<'_>, login: &Login) {
    let names_token =
        |text: &str| template::names(text).map_or(true, |names| names.contains(&"access_token"));
    let mut texts = lint.manifest.inject.iter().flat_map(Inject::templates);
    let ok = lint.manifest.inject.is_empty() || texts.any(names_token);
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
    if let Some(it) = &login.assertion {
        assertion(lint, it, login.request.as_ref());
    }
    match (&login.request, &login.assertion) {
        (Some(it), _) => request(lint, it),
        (None, Some(_)) => {}
        (None, None) => {
            lint.add("/login/request", "required", "must be set, unless there is an `assertion`");
        }
    }
}

/// Claims that the application sets.
const SET: [&str; 4] = ["iat", "exp", "nbf", "jti"];

/// Reports `assertion_key`, `assertion_unused`, `assertion_audience`, `parameter_reserved`, `required`,
/// `lifetime_range`.
fn assertion(lint: &mut Lint<'_>, assertion: &Assertion, request: Option<&LoginRequest>) {
    let key = assertion.key.as_str();
    let manifest = lint.manifest;
    let of_file = manifest.credentials.iter().flat_map(|field| &field.members);
    let of_file = of_file.filter(|member| member.secret).map(|member| member.name.as_str());
    let pems = manifest.credentials.iter().filter(|field| field.format == FieldFormat::Pem);
    let is_key = pems.map(|field| field.name.as_str()).chain(of_file).any(|name| name == key);
    let detail =
        format!("`{key}` must be a field of the format `pem`, or a secret member of a file");
    lint.unless(is_key, "/login/assertion/key", "assertion_key", detail);
    let seconds = assertion.lifetime_seconds;
    let detail = format!("{seconds} is not between 120 and 3600");
    let is_in_range = (120..=3600).contains(&seconds);
    lint.unless(is_in_range, "/login/assertion/lifetime_seconds", "lifetime_range", detail);
    let place = "/login/assertion/claims";
    lint.unless(!assertion.claims.is_empty(), place, "required", "must not be empty");
    for name in assertion.claims.keys().filter(|name| SET.contains(&name.as_str())) {
        let detail = format!("`{name}` is set by the application; remove it");
        lint.add(below(place, name), "parameter_reserved", detail);
    }
    // Whoever chooses the audience decides for which server the signature counts.
    let url = request.map(|request| request.url.as_str());
    let is_fixed = |audience: &String| !audience.contains('{') || Some(audience.as_str()) == url;
    let detail = "must have no template, or be the URL of `request`";
    let ok = assertion.claims.get("aud").is_none_or(is_fixed);
    lint.unless(ok, &below(place, "aud"), "assertion_audience", detail);
    let names = |text: &str| text.contains("{assertion}");
    let used = request
        .is_none_or(|request| super::parts::of_login(request).iter().any(|(_, text)| names(text)));
    let detail = "no template contains `{assertion}`, so the signature would not be sent";
    lint.unless(used, "/login/request", "assertion_unused", detail);
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
    let injected = request.inject.iter().flat_map(Inject::templates);
    let json = request.json.as_ref().map(Value::to_string).unwrap_or_default();
    let texts: Vec<&str> = form.chain(injected).chain([json.as_str()]).collect();
    let secret = lint.manifest.fields().filter(|(_, is_secret)| *is_secret).map(|(name, _)| name);
    let assertion = lint.manifest.signing_key().map(|_| "assertion");
    secret.chain(assertion).any(|name| {
        let name = format!("{{{name}}}");
        texts.iter().any(|text| text.contains(&name))
    })
}
