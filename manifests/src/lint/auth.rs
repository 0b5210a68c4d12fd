//! Rules for authentication: what each method needs, what may be injected, the OAuth endpoints.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;

use super::parts::{self, header_map, header_name, header_value};
use super::{Lint, Origin};
use crate::model::{AuthMethod, ClientAuth, Inject, OAuth2, Revoke, RevokeAuth, Verify};
use crate::pins::authority;
use crate::template;

/// Parameters of the authorization request that the OAuth flow sets.
const AUTHORIZE: [&str; 9] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "nonce",
];
/// Parameters of the token request that the OAuth flow sets.
const TOKEN: [&str; 4] = ["code", "redirect_uri", "code_verifier", "state"];
/// Parameters of the token request that do not belong in a refresh.
const REFRESH: [&str; 3] = ["code", "code_verifier", "state"];

/// Reports `credentials_required`, `credentials_forbidden`, `client_credentials_fields`, `oauth2_required`,
/// `oauth2_forbidden`, `basic_inject`, and the rules of [`inject`] and [`oauth2`].
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let method = manifest.auth_method;
    let name = method.as_str();
    match method {
        AuthMethod::ApiKey | AuthMethod::Basic | AuthMethod::Login => {
            let detail = format!(
                "`{name}` needs at least one credential field, or member of a file, with `secret: true`"
            );
            let ok = manifest.fields().any(|(_, is_secret)| is_secret);
            lint.unless(ok, "/credentials", "credentials_required", detail);
        }
        AuthMethod::Oauth2 => {
            let detail = format!(
                "`{name}` must not have credential fields; its tokens come from the OAuth flow"
            );
            lint.unless(
                manifest.credentials.is_empty(),
                "/credentials",
                "credentials_forbidden",
                detail,
            );
        }
        AuthMethod::Oauth2ClientCredentials => {
            let id = manifest.has_field("client_id");
            let secret = manifest.has_secret_field("client_secret");
            let detail = format!(
                "`{name}` needs the fields `client_id` and `client_secret`, the latter with `secret: true`"
            );
            lint.unless(id && secret, "/credentials", "client_credentials_fields", detail);
        }
    }
    if method == AuthMethod::Basic {
        let ok = manifest.inject.iter().any(|inject| matches!(inject, Inject::Basic { .. }));
        lint.unless(ok, "/inject", "basic_inject", "`basic` must inject `in: basic`");
    }
    inject(lint, "/inject", &manifest.inject);
    match (&manifest.oauth2, method.is_oauth2()) {
        (Some(section), true) => oauth2(lint, section),
        (Some(_), false) => {
            lint.add(
                "/oauth2",
                "oauth2_forbidden",
                format!("`{name}` must not have `oauth2`; remove it"),
            );
        }
        (None, true) => {
            lint.add("/oauth2", "oauth2_required", format!("`{name}` needs `oauth2`; add it"))
        }
        (None, false) => {}
    }
}

/// Reports `required`, `inject_without_secret`, and the rules of [`inject_places`].
fn inject(lint: &mut Lint<'_>, pointer: &str, entries: &[Inject]) {
    let manifest = lint.manifest;
    if entries.is_empty() {
        return lint.add(pointer, "required", "must not be empty");
    }
    inject_places(lint, pointer, entries);
    let is_secret = |name: &str| name == "access_token" || manifest.has_secret_field(name);
    // A broken template is reported by its own rule.
    let has_secret =
        |text: &str| template::names(text).map_or(true, |names| names.into_iter().any(is_secret));
    let secret = entries.iter().flat_map(Inject::templates).any(has_secret);
    let detail = "no entry contains a credential, so requests would be sent without one; add a template of a secret";
    lint.unless(secret, pointer, "inject_without_secret", detail);
}

/// Reports `inject_duplicate`, `inject_name`, `inject_value`, and the rules of [`path_segment`].
pub(super) fn inject_places(lint: &mut Lint<'_>, place: &str, entries: &[Inject]) {
    let mut places: Vec<String> = Vec::new();
    for (index, inject) in entries.iter().enumerate() {
        let pointer = format!("{place}/{index}");
        let place = match inject {
            Inject::Header { name, value } => {
                header_name(lint, &format!("{pointer}/name"), name, true);
                header_value(lint, &format!("{pointer}/value"), value);
                format!("header {}", name.to_ascii_lowercase())
            }
            Inject::Query { name, .. } => {
                let ok = (1..=64).contains(&name.len())
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-[]".contains(&b));
                let detail = format!("`{name}` must match [A-Za-z0-9_.-[]]{{1,64}}");
                lint.unless(ok, &format!("{pointer}/name"), "inject_name", detail);
                format!("query {name}")
            }
            Inject::Path { value, below } => {
                path_segment(lint, &pointer, value, below);
                "path".to_owned()
            }
            Inject::Basic { username, .. } => {
                let detail = "must not have a `:` (RFC 7617 section 2)";
                let ok = !username.contains(':');
                lint.unless(ok, &format!("{pointer}/username"), "inject_value", detail);
                "header authorization".to_owned()
            }
        };
        if places.contains(&place) {
            lint.add(&pointer, "inject_duplicate", format!("duplicate entry for `{place}`"));
        }
        places.push(place);
    }
}

/// Reports `inject_value`, `inject_path`: a segment with a key cannot be a path of its own, and belongs to calls, to a
/// verify request and to a call of `find` below `api.base_url`.
fn path_segment(lint: &mut Lint<'_>, pointer: &str, value: &str, below: &[String]) {
    let manifest = lint.manifest;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    // Without a plain character, a value such as `..` would be another path.
    let literal = template::expand(value, &|_| Some("")).unwrap_or_default();
    let ok = !literal.is_empty() && literal.bytes().all(is_plain);
    let detail = format!("`{value}` must have letters, digits, `-` or `_` beside its template");
    lint.unless(ok, &format!("{pointer}/value"), "inject_value", detail);
    for (index, prefix) in below.iter().enumerate() {
        let parts = prefix.strip_prefix('/').unwrap_or_default();
        let ok = parts.split('/').all(|part| !part.is_empty() && part.bytes().all(is_plain));
        let detail =
            format!("`{prefix}` must be segments of letters, digits, `-` and `_`, such as `/file`");
        lint.unless(ok, &format!("{pointer}/below/{index}"), "inject_path", detail);
    }
    let is_of_calls = pointer.starts_with("/inject");
    let detail = "a key in the path belongs to `inject`, not to a login";
    lint.unless(is_of_calls, pointer, "inject_path", detail);
    let verifies_elsewhere = matches!(&manifest.verify, Verify::Request { base_url: Some(_), .. });
    let detail = "with a key in the path, the verify request must be below `api.base_url`";
    lint.unless(!verifies_elsewhere, "/verify/base_url", "inject_path", detail);
    let base = manifest.api.base_url.trim_end_matches('/');
    let is_below = |url: &str| url.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    let ok = manifest.find.as_ref().is_none_or(|find| is_below(&find.url));
    let detail = "with a key in the path, the call of `find` must be below `api.base_url`";
    lint.unless(ok, "/find/url", "inject_path", detail);
    let by_token = matches!(&manifest.revoke,
        Revoke::Request { request, .. } if request.auth == RevokeAuth::Token);
    let detail = "a key in the path cannot authenticate the revocation; name it in its URL";
    lint.unless(!by_token, "/revoke/request/auth", "inject_path", detail);
}

/// Reports `authorization_url_required`, `authorization_url_forbidden`, `client_auth_none`, `registration_url_forbidden`, `registration_host`, `client_metadata_form`,
/// `scope_separator`, `scope_form`, `refresh_url_forbidden`, `parameter_reserved`, `duplicate`, `pointer_form`, `header_name`,
/// `inject_value`.
fn oauth2(lint: &mut Lint<'_>, oauth2: &OAuth2) {
    let needs_browser = lint.manifest.auth_method == AuthMethod::Oauth2;
    match (&oauth2.authorization_url, needs_browser) {
        (None, true) => {
            let detail = "`oauth2` needs `authorization_url` (RFC 6749 section 3.1)";
            lint.add("/oauth2/authorization_url", "authorization_url_required", detail);
        }
        (Some(_), false) => {
            let detail = "must not be set: client credentials are used without a browser";
            lint.add("/oauth2/authorization_url", "authorization_url_forbidden", detail);
        }
        _ => {}
    }
    register(lint, oauth2, needs_browser);
    let is_bound = needs_browser && oauth2.pkce;
    let ok = oauth2.client_auth != ClientAuth::None || is_bound;
    let detail = "must not be `none`, except with the method `oauth2` and `pkce`: without a secret, nothing else binds a \
                  code to the client";
    lint.unless(ok, "/oauth2/client_auth", "client_auth_none", detail);
    let is_public = needs_browser && oauth2.client_auth == ClientAuth::None;
    let detail =
        "needs the method `oauth2` and the `client_auth` `none`: such a client has no secret";
    let ok = !oauth2.client_metadata || is_public;
    lint.unless(ok, "/oauth2/client_metadata", "client_metadata_form", detail);
    let detail = "must not be set: the client of this method is entered as the credential";
    let ok = needs_browser || oauth2.registration_url.is_none();
    lint.unless(ok, "/oauth2/registration_url", "registration_url_forbidden", detail);
    registration_host(lint, oauth2);
    separator(lint, "/oauth2/scope_separator", &oauth2.scope_separator);
    if let Some(text) = &oauth2.token_response.scope_separator {
        separator(lint, "/oauth2/token_response/scope_separator", text);
    }
    scopes(lint, oauth2);
    header_map(lint, "/oauth2/token_headers", &oauth2.token_headers);
    reserved(lint, "/oauth2/authorize_params", &oauth2.authorize_params, &AUTHORIZE);
    reserved(lint, "/oauth2/token_params", &oauth2.token_params, &TOKEN);
    if let Some(refresh) = &oauth2.refresh {
        let ok = needs_browser || refresh.url.is_none();
        let detail =
            "must not be set: with client credentials, tokens are requested at `token_url`";
        lint.unless(ok, "/oauth2/refresh/url", "refresh_url_forbidden", detail);
        reserved(lint, "/oauth2/refresh/params", &refresh.params, &REFRESH);
        if let Some(seconds) = refresh.wait_seconds {
            let detail = format!("{seconds} is not between 1 and 60");
            let is_in_range = (1..=60).contains(&seconds);
            lint.unless(is_in_range, "/oauth2/refresh/wait_seconds", "wait_range", detail);
        }
    }
    let answer = &oauth2.token_response;
    parts::pointer(lint, "/oauth2/token_response/access_token", Some(&answer.access_token));
    let optional = [
        ("refresh_token", &answer.refresh_token),
        ("expires_in", &answer.expires_in),
        ("expires_at", &answer.expires_at),
        ("scope", &answer.scope),
    ];
    for (name, pointer) in optional {
        let place = format!("/oauth2/token_response/{name}");
        parts::pointer(lint, &place, pointer.as_deref());
    }
    for (name, at) in optional.into_iter().filter(|(name, _)| *name != "refresh_token") {
        if let Some(at) = at {
            shown(lint, &format!("/oauth2/token_response/{name}"), at);
        }
    }
    parts::success(lint, "/oauth2/success", oauth2.success.as_ref());
}

/// Reports `registration_host`: an app that is registered at one host is used at another only if both have the same
/// parameters, whose values are sealed with the app.
fn registration_host(lint: &mut Lint<'_>, oauth2: &OAuth2) {
    let Some(url) = &oauth2.registration_url else { return };
    let pinned = template::names(authority(&oauth2.token_url)).unwrap_or_default();
    let mut names = template::names(authority(url)).unwrap_or_default().into_iter();
    if let Some(name) = names.find(|name| !pinned.contains(name)) {
        let detail =
            format!("`{{{name}}}` is in this host, so it must be in the host of `token_url` too");
        lint.add("/oauth2/registration_url", "registration_host", detail);
    }
}

/// Reports `required`, `register_forbidden`: where a person registers the app.
fn register(lint: &mut Lint<'_>, oauth2: &OAuth2, needs_browser: bool) {
    let is_there = oauth2.register_url.is_some();
    let is_automatic = oauth2.registration_url.is_some() || oauth2.client_metadata;
    if needs_browser && !is_there && !is_automatic && lint.origin == Origin::BuiltIn {
        let detail = "must be set, unless the app registers itself: the page where a person registers the OAuth app";
        lint.add("/oauth2/register_url", "required", detail);
    }
    let has_page = is_there || oauth2.register_note.is_none();
    if !has_page || is_there && !needs_browser {
        let detail = "belongs to `register_url` and to the method `oauth2`; remove it";
        lint.add("/oauth2/register_note", "register_forbidden", detail);
    }
}

/// Reports `pointer_secret`: a value that is shown to people must not be read from a place where the response
/// has a token.
pub(super) fn shown(lint: &mut Lint<'_>, place: &str, at: &str) {
    let manifest = lint.manifest;
    let answer = manifest.oauth2.as_ref().map(|oauth2| &oauth2.token_response);
    let request = manifest.login_request();
    let is_token = answer.is_some_and(|answer| {
        at == answer.access_token || Some(at) == answer.refresh_token.as_deref()
    }) || request.is_some_and(|request| at == request.token_response.access_token);
    lint.unless(
        !is_token,
        place,
        "pointer_secret",
        format!("`{at}` points to a token, and this value is shown to people"),
    );
}

fn separator(lint: &mut Lint<'_>, pointer: &str, text: &str) {
    let ok = matches!(text, " " | "," | ";" | "+" | "|");
    let detail = format!("`{text}` must be one of space, `,`, `;`, `+`, `|`");
    lint.unless(ok, pointer, "scope_separator", detail);
}

fn scopes(lint: &mut Lint<'_>, oauth2: &OAuth2) {
    let known: Vec<String> = oauth2.scopes.known.iter().map(|scope| scope.name.clone()).collect();
    for (pointer, names) in [
        ("/oauth2/scopes/default", &oauth2.scopes.default),
        ("/oauth2/scopes/known", &known),
        ("/oauth2/scopes/unreported", &oauth2.scopes.unreported),
    ] {
        lint.duplicates(pointer, names);
        for (index, scope) in names.iter().enumerate() {
            // RFC 6749 section 3.3.
            let ok = !scope.is_empty()
                && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
                && !scope.contains(&oauth2.scope_separator);
            let detail = format!("`{scope}` is not a valid scope, or contains the separator");
            lint.unless(ok, &format!("{pointer}/{index}"), "scope_form", detail);
        }
    }
}

fn reserved(lint: &mut Lint<'_>, pointer: &str, params: &BTreeMap<String, String>, names: &[&str]) {
    for name in params.keys().filter(|name| names.contains(&name.as_str())) {
        let detail = format!("`{name}` is set by the OAuth flow; remove it");
        lint.add(below(pointer, name), "parameter_reserved", detail);
    }
}
