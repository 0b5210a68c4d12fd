//! Rules for requests: `verify`, `revoke`, `api.deny`, `api.deny_query`, `api.deny_body`.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;
use serde_json::Value;

use super::parts::{header_map, pointer, success};
use super::{Lint, reads};
use crate::model::{
    AuthMethod, ClientAuth, Inject, Param, Revoke, RevokeAuth, RevokeEffect, RevokeRequest, Sign,
    Verify,
};
use crate::template;

/// Reports `method_form`, `path_form`, `required`, `header_name`, `header_injected`, `parameter_name`,
/// `parameter_injected`, `value_form`, `type_form`, `duplicate`, `body_twice`, `sign_form`, `sign_twice`, `pointer_form`, `success_equals`, `tokens_required`,
/// `token_unknown`, `revoke_auth`, `revoke_without_token`, `effect_source`, `account_param`,
/// `first_byte_range`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    for (index, rule) in manifest.api.deny.iter().enumerate() {
        denied(lint, &format!("/api/deny/{index}"), &rule.method, &rule.path, &rule.why);
    }
    deny_query(lint);
    deny_body(lint);
    body_types(lint);
    reads::check(lint);
    let gap = manifest.api.deny_gap.as_ref();
    let ok = gap.is_none_or(|gap| !gap.trim().is_empty());
    lint.unless(ok, "/api/deny_gap", "required", "must not be empty");
    if let Some(seconds) = manifest.api.first_byte_seconds {
        let detail = format!("{seconds} is not between 1 and 600");
        lint.unless(
            (1..=600).contains(&seconds),
            "/api/first_byte_seconds",
            "first_byte_range",
            detail,
        );
    }
    api_headers(lint);
    method_override(lint);
    verify(lint);
    revoke(lint);
}

/// Reports `method_form`, `path_form`, `required`: the members that all rules of denied calls have.
fn denied(lint: &mut Lint<'_>, pointer: &str, verb: &str, path: &str, why: &str) {
    if !matches!(verb, "*" | "OPTIONS") {
        method(lint, &format!("{pointer}/method"), verb);
    }
    let detail = format!("`{path}` must start with `/` and must not have a query");
    let ok = path.starts_with('/') && !path.contains(['?', '#']);
    lint.unless(ok, &format!("{pointer}/path"), "path_form", detail);
    lint.unless(!why.trim().is_empty(), &format!("{pointer}/why"), "required", "must not be empty");
}

/// Reports the rules of [`denied`], `parameter_name`, `parameter_injected`, `value_form`, `duplicate`.
fn deny_query(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let rules = &manifest.api.deny_query;
    for (index, rule) in rules.iter().enumerate() {
        let pointer = format!("/api/deny_query/{index}");
        denied(lint, &pointer, &rule.method, &rule.path, &rule.why);
        let name = &rule.name;
        let detail = format!("`{name}` must match [A-Za-z0-9_.$-]{{1,64}}");
        lint.unless(is_plain(name), &format!("{pointer}/name"), "parameter_name", detail);
        let injected = manifest.inject.iter().any(
            |inject| matches!(inject, Inject::Query { name: own, .. } if own.eq_ignore_ascii_case(name)),
        );
        let detail =
            format!("`{name}` is injected with the credential, and never taken from agents");
        lint.unless(!injected, &format!("{pointer}/name"), "parameter_injected", detail);
        for (number, value) in rule.values.iter().enumerate() {
            let ok = !value.is_empty()
                && value.trim() == value
                && value.bytes().all(|b| b.is_ascii_graphic() && !b"%,&;+".contains(&b));
            let detail = format!(
                "`{value}` must be visible ASCII characters, without `%`, `,`, `&`, `;` and `+`"
            );
            lint.unless(ok, &format!("{pointer}/values/{number}"), "value_form", detail);
        }
        lint.duplicates(&format!("{pointer}/values"), &rule.values);
        let is_first = !rules.iter().take(index).any(|earlier| earlier == rule);
        lint.unless(is_first, &pointer, "duplicate", "is listed twice");
    }
}

/// Reports the rules of [`denied`], `parameter_name`, `duplicate`.
fn deny_body(lint: &mut Lint<'_>) {
    let rules = &lint.manifest.api.deny_body;
    for (index, rule) in rules.iter().enumerate() {
        let pointer = format!("/api/deny_body/{index}");
        denied(lint, &pointer, &rule.method, &rule.path, &rule.why);
        let detail = format!("`{}` must match [A-Za-z0-9_.$-]{{1,64}}", rule.name);
        lint.unless(is_plain(&rule.name), &format!("{pointer}/name"), "parameter_name", detail);
        let is_first = !rules.iter().take(index).any(|earlier| earlier == rule);
        lint.unless(is_first, &pointer, "duplicate", "is listed twice");
    }
}

/// Whether `name` is the plain name of a parameter, as a provider documents it. The broker finds its other spellings.
fn is_plain(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-$".contains(&b))
}

/// Reports `type_form`, `duplicate`: the content types that agents may send.
fn body_types(lint: &mut Lint<'_>) {
    let types = &lint.manifest.api.body_types;
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+.-_".contains(&b))
    };
    for (index, one) in types.iter().enumerate() {
        let ok = one
            .split_once('/')
            .is_some_and(|(kind, rest)| is_token(kind) && (rest == "*" || is_token(rest)));
        let detail = format!("`{one}` must be a content type in small letters, or `kind/*`");
        lint.unless(ok, &format!("/api/body_types/{index}"), "type_form", detail);
    }
    lint.duplicates("/api/body_types", types);
}

/// Reports `header_injected`: a caller could set the header and so replace the credential.
fn api_headers(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    header_map(lint, "/api/headers", &manifest.api.headers);
    for name in manifest.api.headers.keys() {
        let injected = manifest.inject.iter().any(|inject| {
            matches!(inject, Inject::Header { name: own, .. } if own.eq_ignore_ascii_case(name))
        });
        let detail =
            format!("`{name}` is injected with the credential; remove it from `api.headers`");
        lint.unless(!injected, &below("/api/headers", name), "header_injected", detail);
    }
}

/// Reports `parameter_name`, `header_name`, `header_injected`: rules for the parameters and headers that
/// override a request's method.
fn method_override(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let Some(places) = &manifest.api.method_override else { return };
    for (index, name) in places.query.iter().enumerate() {
        let ok = (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic());
        let detail = format!("`{name}` must be 1 to 64 printable ASCII characters");
        lint.unless(ok, &format!("/api/method_override/query/{index}"), "parameter_name", detail);
    }
    for (index, name) in places.headers.iter().enumerate() {
        let pointer = format!("/api/method_override/headers/{index}");
        let ok = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let detail = format!("`{name}` must be 1 to 64 letters, digits and `-`");
        lint.unless(ok, &pointer, "header_name", detail);
        let injected = manifest.inject.iter().any(|inject| {
            matches!(inject, Inject::Header { name: own, .. } if own.eq_ignore_ascii_case(name))
        });
        lint.unless(
            !injected,
            &pointer,
            "header_injected",
            format!("`{name}` is injected with the credential; it cannot override the method"),
        );
    }
}

fn verify(lint: &mut Lint<'_>) {
    let (json, form, live_on, trouble_on, answer, account) = match &lint.manifest.verify {
        Verify::Unsupported { unsupported } => {
            let ok = !unsupported.trim().is_empty();
            return lint.unless(ok, "/verify/unsupported", "required", "must not be empty");
        }
        Verify::Request {
            method: verb,
            path,
            headers,
            json,
            form,
            live_on,
            trouble_on,
            success,
            account,
            ..
        } => {
            method(lint, "/verify/method", verb);
            let ok = path.starts_with('/') && !path.starts_with("//") && !path.contains('#');
            let detail =
                format!("`{path}` must start with exactly one `/` and must not have a fragment");
            lint.unless(ok, "/verify/path", "path_form", detail);
            header_map(lint, "/verify/headers", headers);
            (json, form, live_on, trouble_on, success, account)
        }
    };
    lint.unless(!(json.is_some() && form.is_some()), "/verify", "body_twice", BODY_TWICE);
    signs(lint, "/verify/live_on", live_on, false);
    signs(lint, "/verify/trouble_on", trouble_on, false);
    for (index, sign) in trouble_on.iter().enumerate() {
        let detail = "the same entry is in `live_on`; remove one of them";
        let ok = !live_on.contains(sign);
        lint.unless(ok, &format!("/verify/trouble_on/{index}"), "sign_twice", detail);
    }
    success(lint, "/verify/success", answer.as_ref());
    if let Some(account) = account {
        pointer(lint, "/verify/account/id", Some(&account.id));
        pointer(lint, "/verify/account/label", account.label.as_deref());
        if let Some(name) = &account.param {
            let found = |param: &Param| param.from.is_some() && param.name == *name;
            let ok = lint.manifest.params.iter().any(found);
            let detail = format!("`{name}` is not a parameter with `from`");
            lint.unless(ok, "/verify/account/param", "account_param", detail);
        }
    }
}

/// Reports `sign_form`, `pointer_form`. With `with_200`, an entry may also describe a 200 response whose body
/// reports a failure.
pub(super) fn signs(lint: &mut Lint<'_>, place: &str, signs: &[Sign], with_200: bool) {
    for (index, sign) in signs.iter().enumerate() {
        let place = format!("{place}/{index}");
        let status = sign.status();
        let known = (400..500).contains(&status) || (with_200 && status == 200);
        let bare = matches!(sign, Sign::Status(200 | 401));
        let or_200 = if with_200 { " or 200" } else { "" };
        let detail = format!("{status} must be a 4xx{or_200}; 401{or_200} also needs a `pointer`");
        lint.unless(known && !bare, &place, "sign_form", detail);
        if let Sign::Body(sign) = sign {
            pointer(lint, &format!("{place}/pointer"), Some(&sign.pointer));
            let detail = "must be a string, a number or a boolean";
            let ok = matches!(sign.equals, Value::String(_) | Value::Number(_) | Value::Bool(_));
            lint.unless(ok, &format!("{place}/equals"), "sign_form", detail);
        }
    }
}

pub(super) const BODY_TWICE: &str = "has both `json` and `form`; use one of them";

/// Reports `effect_source`: it must be the https URL of a page, and belongs only beside the effect that needs
/// a source.
fn effect_source(lint: &mut Lint<'_>) {
    let Some((effect, Some(source))) = lint.manifest.revoke.effect() else { return };
    let place = "/revoke/effect_source";
    let detail = "only the effect `token` takes a source; remove `effect_source`";
    lint.unless(effect == RevokeEffect::Token, place, "effect_source", detail);
    let ok = source.starts_with("https://");
    let detail = "must be the https URL of a page of the provider's documentation";
    lint.unless(ok, place, "effect_source", detail);
}

fn revoke(lint: &mut Lint<'_>) {
    effect_source(lint);
    let (has_tokens, has_client) = (lint.manifest.auth_method.has_tokens(), has_client(lint));
    match &lint.manifest.revoke {
        Revoke::Unsupported { unsupported, .. } => {
            let ok = !unsupported.trim().is_empty();
            lint.unless(ok, "/revoke/unsupported", "required", "must not be empty");
        }
        Revoke::NotRevocable { not_revocable, .. } => {
            let ok = !not_revocable.trim().is_empty();
            lint.unless(ok, "/revoke/not_revocable", "required", "must not be empty");
        }
        Revoke::Rfc7009 { tokens: names, rfc7009, .. } => {
            tokens(lint, names);
            let detail = "RFC 7009 revokes OAuth tokens only; this manifest has no OAuth tokens";
            lint.unless(has_tokens, "/revoke/rfc7009", "revoke_auth", detail);
            let ok = !has_tokens || has_client || rfc7009.client_auth == ClientAuth::None;
            lint.unless(ok, "/revoke/rfc7009/client_auth", "revoke_auth", NO_CLIENT);
        }
        Revoke::Request { tokens: names, request, .. } => {
            tokens(lint, names);
            method(lint, "/revoke/request/method", &request.method);
            header_map(lint, "/revoke/request/headers", &request.headers);
            let twice = request.json.is_some() && request.form.is_some();
            lint.unless(!twice, "/revoke/request", "body_twice", BODY_TWICE);
            success(lint, "/revoke/request/success", request.success.as_ref());
            signs(lint, "/revoke/request/gone_on", &request.gone_on, true);
            let client = matches!(request.auth, RevokeAuth::ClientBasic | RevokeAuth::ClientBearer);
            lint.unless(has_client || !client, "/revoke/request/auth", "revoke_auth", NO_CLIENT);
            let ok = request.auth == RevokeAuth::Token || says_token(lint, request);
            let detail =
                "neither the authentication nor the URL nor the body contains the token to revoke";
            lint.unless(ok, "/revoke/request", "revoke_without_token", detail);
        }
    }
}

const NO_CLIENT: &str = "the authentication of a client needs an OAuth client, or the credential fields \
                         `client_id` and `client_secret`; this manifest has neither";

/// Whether there is a client whose id and secret can authenticate a revocation.
fn has_client(lint: &Lint<'_>) -> bool {
    let has = |name: &str| lint.manifest.has_field(name);
    match lint.manifest.auth_method {
        AuthMethod::Login => has("client_id") && has("client_secret"),
        method => method.is_oauth2(),
    }
}

/// Checks that each name is a token that manifests with this authentication method have.
fn tokens(lint: &mut Lint<'_>, names: &[String]) {
    lint.unless(!names.is_empty(), "/revoke/tokens", "tokens_required", "must not be empty");
    lint.duplicates("/revoke/tokens", names);
    let manifest = lint.manifest;
    for (index, name) in names.iter().enumerate() {
        let known = match (name.as_str(), manifest.auth_method) {
            ("access_token", method) => method.has_tokens(),
            // The entered credential outlives its tokens, and a token that is given up must not end it.
            (_, AuthMethod::Login) => false,
            ("refresh_token", method) => method == AuthMethod::Oauth2,
            (name, _) => manifest.has_secret_field(name),
        };
        let detail = format!("this authentication method has no token `{name}`");
        lint.unless(known, &format!("/revoke/tokens/{index}"), "token_unknown", detail);
    }
}

/// Whether the URL or the body of a revocation contains a token, a secret field, or a value that the OAuth
/// flow supplied for the connection.
fn says_token(lint: &Lint<'_>, request: &RevokeRequest) -> bool {
    let json = request.json.as_ref().map(Value::to_string).unwrap_or_default();
    let form = request.form.iter().flat_map(BTreeMap::values).map(String::as_str);
    let texts: Vec<&str> = form.chain([request.url.as_str(), json.as_str()]).collect();
    let fields = lint.manifest.fields().filter(|(_, is_secret)| *is_secret).map(|(name, _)| name);
    let found = lint.manifest.params.iter().filter(|param| param.from.is_some());
    fields
        .chain(found.map(|param| param.name.as_str()))
        .chain(["token", "access_token"])
        .filter(|name| template::is_name(name))
        .any(|name| texts.iter().any(|text| text.contains(&format!("{{{name}}}"))))
}

fn method(lint: &mut Lint<'_>, pointer: &str, method: &str) {
    let ok = matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE");
    let detail = format!("`{method}` must be GET, HEAD, POST, PUT, PATCH or DELETE");
    lint.unless(ok, pointer, "method_form", detail);
}
