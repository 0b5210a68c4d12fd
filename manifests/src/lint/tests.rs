//! Each rule is broken alone, by one change to a manifest that is otherwise valid.

mod denied;
mod examples;
mod files;
mod login;
mod requests;
mod shape;
mod urls;

use serde_json::{Map, Value, json};
use url::Url;

use super::{Origin, check, check_with};
use crate::guard::{OwnHosts, PrivateHosts};
use crate::model::Manifest;

/// A built-in manifest with an API key.
pub(crate) fn api_key() -> Value {
    json!({
        "id": "acme", "name": "Acme", "family": "acme", "categories": ["testing"],
        "description": "Does things.", "docs_url": "https://docs.acme.example/",
        "brand": {"color": "#00FFaa", "icon": "acme"}, "auth_method": "api_key",
        "params": [],
        "credentials": [{"name": "api_key", "label": "Key", "secret": true}],
        "inject": [{"in": "header", "name": "X-Api-Key", "value": "{api_key}"}],
        "api": {"base_url": "https://api.acme.example/v1", "hosts": ["api.acme.example"]},
        "verify": {"method": "GET", "path": "/me"},
        "revoke": {"not_revocable": "In the console", "manage_url": "https://acme.example/keys"},
        "sources": [{"read": "2026-11-29", "pages": ["https://docs.acme.example/auth"]}]
    })
}

/// The second example of the design: basic authentication, with a parameter in the host.
pub(crate) fn basic() -> Value {
    let mut json = api_key();
    let changes = json!({
        "/id": "zendesk", "/auth_method": "basic",
        "/params": [{"name": "subdomain", "label": "Subdomain", "pattern": "[a-z0-9-]{1,63}",
            "example": "acme"}],
        "/credentials": [
            {"name": "username", "label": "E-mail/token", "secret": false},
            {"name": "password", "label": "API token", "secret": true, "pattern": "\\S{20,}",
                "help_url": "https://support.zendesk.com/x", "example": "…"}],
        "/inject": [{"in": "basic", "username": "{username}", "password": "{password}"}],
        "/api": {"base_url": "https://{subdomain}.zendesk.com/api/v2",
            "hosts": ["{subdomain}.zendesk.com"]},
        "/verify": {"method": "GET", "path": "/users/me.json",
            "account": {"id": "/user/id", "label": "/user/email"}},
        "/revoke": {"not_revocable": "Zendesk API tokens are deleted in the Admin Center",
            "manage_url": "https://{subdomain}.zendesk.com/admin"}
    });
    for (pointer, value) in changes.as_object().unwrap() {
        json = with(&json, pointer, value.clone());
    }
    json
}

/// The first example of the design: OAuth 2.0.
pub(crate) fn oauth2() -> Value {
    json!({
        "id": "slack", "name": "Slack", "family": "slack", "categories": ["communication"],
        "description": "Post and read messages in channels.",
        "docs_url": "https://api.slack.com/web",
        "brand": {"color": "#4A154B", "icon": "slack"}, "auth_method": "oauth2",
        "params": [], "credentials": [],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "oauth2": {
            "authorization_url": "https://slack.com/oauth/v2/authorize",
            "token_url": "https://slack.com/api/oauth.v2.access",
            "register_url": "https://api.slack.com/apps", "issuer": null, "pkce": false,
            "client_auth": "post", "token_request": "form", "scope_separator": ",",
            "scopes": {"default": ["chat:write"],
                "known": [{"name": "chat:write", "description": "Post messages as the app"}]},
            "authorize_params": {}, "token_params": {},
            "token_response": {"access_token": "/access_token", "refresh_token": "/refresh_token",
                "expires_in": "/expires_in", "scope": "/scope"},
            "success": {"pointer": "/ok", "equals": true, "error": "/error"},
            "refresh": {"rotates": true, "params": {}}},
        "api": {"base_url": "https://slack.com/api", "hosts": ["slack.com"],
            "deny": [{"method": "*", "path": "/auth.revoke", "why": "ends the connection"}]},
        "verify": {"method": "POST", "path": "/auth.test",
            "success": {"pointer": "/ok", "equals": true, "error": "/error"},
            "account": {"id": "/team_id", "label": "/team"}},
        "revoke": {"tokens": ["access_token"], "effect": "token", "request": {
            "method": "POST", "url": "https://slack.com/api/auth.revoke", "auth": "token",
            "success": {"pointer": "/ok", "equals": true, "error": "/error"}}},
        "sources": [{"read": "2026-11-29", "pages": ["https://api.slack.com/methods/auth.revoke"]}]
    })
}

/// A parameter at the end of the host, with a fixed set of choices.
pub(crate) fn chosen() -> Value {
    let param = json!([{"name": "site", "label": "Site", "example": "acme.eu",
        "choices": ["acme.eu", "us3.acme.example"]}]);
    let json = with(&api_key(), "/params", param);
    let api = json!({"base_url": "https://api.{site}/v1", "hosts": ["api.{site}"]});
    with(&json, "/api", api)
}

/// A parameter that is the whole host.
pub(crate) fn self_hosted() -> Value {
    let param =
        json!([{"name": "host", "label": "Host", "whole_host": true, "example": "forum.acme.com"}]);
    let json = with(&api_key(), "/params", param);
    with(&json, "/api", json!({"base_url": "https://{host}/api", "hosts": ["{host}"]}))
}

/// A parameter that is a host which the token response names.
pub(crate) fn named_host() -> Value {
    let param = json!([{"name": "host", "label": "Host", "within": ["slack.com", "slack-gov.com"],
        "example": "acme.slack.com", "from": {"token_response": "/api_domain"}}]);
    let json = with(&oauth2(), "/params", param);
    let json = with(&json, "/api/base_url", json!("https://{host}/api"));
    with(&json, "/api/hosts", json!(["{host}"]))
}

/// A parameter that a call after connecting finds.
pub(crate) fn found() -> Value {
    let param = json!([{"name": "site", "label": "Site", "pattern": "[A-Z0-9]+", "example": "T123",
        "from": {"found": "/id"}}]);
    let json = with(&oauth2(), "/params", param);
    let json = with(&json, "/api/base_url", json!("https://slack.com/api/{site}"));
    with(
        &json,
        "/find",
        json!({"url": "https://slack.com/api/sites", "list": "/sites", "label": "/name"}),
    )
}

/// A parameter that is a host which a call after connecting finds.
pub(crate) fn found_host() -> Value {
    let json = with(&named_host(), "/params/0/from", json!({"found": "/host"}));
    with(&json, "/find", json!({"url": "https://slack.com/api/sites"}))
}

fn client_credentials() -> Value {
    let mut json = oauth2();
    json = with(&json, "/auth_method", json!("oauth2_client_credentials"));
    json = without(&json, "/oauth2/authorization_url");
    json = without(&json, "/oauth2/register_url");
    let fields = json!([
        {"name": "client_id", "label": "Client", "secret": false},
        {"name": "client_secret", "label": "Secret", "secret": true}
    ]);
    with(&json, "/credentials", fields)
}

/// A credential that is exchanged for tokens.
pub(crate) fn login() -> Value {
    let mut json = api_key();
    let changes = json!({
        "/auth_method": "login",
        "/credentials": [{"name": "user", "label": "User", "secret": false},
            {"name": "password", "label": "Password", "secret": true}],
        "/inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "/login": {"request": {"method": "POST", "url": "https://login.acme.example/token",
                "inject": [{"in": "basic", "username": "{user}", "password": "{password}"}],
                "form": {"grant_type": "account_credentials"},
                "token_response": {"access_token": "/token", "expires_in": "/expires_in"}},
            "manage_url": "https://acme.example/keys"},
        "/revoke": {"tokens": ["access_token"], "effect": "token", "request": {"method": "POST",
            "url": "https://login.acme.example/revoke", "auth": "token"}}
    });
    for (pointer, value) in changes.as_object().unwrap() {
        json = with(&json, pointer, value.clone());
    }
    json
}

/// A credential that signs assertions, from a file, which are exchanged for tokens.
pub(crate) fn signed() -> Value {
    let mut json = login();
    let changes = json!({
        "/credentials": [{"name": "file", "label": "File", "secret": true, "format": "json", "members": [
            {"name": "email", "pointer": "/client_email", "secret": false},
            {"name": "private_key", "pointer": "/private_key", "secret": true}]}],
        "/login/assertion": {"algorithm": "RS256", "key": "private_key", "lifetime_seconds": 3600,
            "claims": {"iss": "{email}", "aud": "https://login.acme.example/token", "fp": "{key_sha256}"}},
        "/login/request/inject": [],
        "/login/request/form": {"assertion": "{assertion}"}
    });
    for (pointer, value) in changes.as_object().unwrap() {
        json = with(&json, pointer, value.clone());
    }
    json
}

/// The manifest with the value at `pointer` set. The parent of `pointer` must exist.
pub(crate) fn with(json: &Value, pointer: &str, value: Value) -> Value {
    let mut json = json.clone();
    let (parent, token) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Value::Array(items) => match token {
            "-" => items.push(value),
            index => items[index.parse::<usize>().unwrap()] = value,
        },
        parent => {
            parent.as_object_mut().unwrap().insert(token.to_owned(), value);
        }
    }
    json
}

fn without(json: &Value, pointer: &str) -> Value {
    let mut json = json.clone();
    let (parent, token) = pointer.rsplit_once('/').unwrap();
    json.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(token);
    json
}

/// The manifest with the changes of a JSON object from pointers to values.
pub(crate) fn changed(json: &Value, changes: &str) -> Value {
    let changes: Map<String, Value> = serde_json::from_str(changes).unwrap();
    changes.into_iter().fold(json.clone(), |json, (pointer, value)| with(&json, &pointer, value))
}

pub(crate) fn manifest(json: &Value) -> Manifest {
    crate::parse(&json.to_string()).unwrap_or_else(|finding| panic!("{finding}"))
}

fn broken(json: &Value, origin: Origin, private: &str) -> Vec<(String, &'static str)> {
    let private = PrivateHosts::parse(private).unwrap();
    let findings = check(&manifest(json), origin, &|url: &Url| private.covers(url));
    findings.into_iter().map(|finding| (finding.pointer, finding.rule)).collect()
}

/// Asserts that the change breaks this rule at this place, and no other rule.
fn breaks(base: &Value, cases: &[(&str, &str, &str)]) {
    for (changes, pointer, rule) in cases {
        let found = broken(&changed(base, changes), Origin::BuiltIn, "");
        assert_eq!(found, [((*pointer).to_owned(), *rule)], "{changes}");
    }
}

#[test]
fn example_manifests_pass_every_rule() {
    for json in [
        api_key(),
        basic(),
        chosen(),
        self_hosted(),
        named_host(),
        found(),
        found_host(),
        oauth2(),
        client_credentials(),
        login(),
        signed(),
    ] {
        assert_eq!(broken(&json, Origin::BuiltIn, ""), [], "{}", json["id"]);
    }
}
