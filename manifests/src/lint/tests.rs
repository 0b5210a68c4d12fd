//! Each rule is broken alone, by one change to a manifest that is otherwise well.

use serde_json::{Map, Value, json};
use url::Url;

use super::{Origin, check, check_with};
use crate::guard::PrivateHosts;
use crate::model::Manifest;

/// An API key, built in.
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
        "sources": ["https://docs.acme.example/auth"]
    })
}

/// The second example of the design: basic, with a parameter in the host.
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
            "token_url": "https://slack.com/api/oauth.v2.access", "issuer": null, "pkce": false,
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
        "sources": ["https://api.slack.com/methods/auth.revoke"]
    })
}

fn client_credentials() -> Value {
    let mut json = oauth2();
    json = with(&json, "/auth_method", json!("oauth2_client_credentials"));
    json = without(&json, "/oauth2/authorization_url");
    let fields = json!([
        {"name": "client_id", "label": "Client", "secret": false},
        {"name": "client_secret", "label": "Secret", "secret": true}
    ]);
    with(&json, "/credentials", fields)
}

/// With the value at `pointer` set; its parent must be there.
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

/// With the changes of a JSON object from pointers to values.
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

/// The change breaks this rule at this place, and no other.
fn breaks(base: &Value, cases: &[(&str, &str, &str)]) {
    for (changes, pointer, rule) in cases {
        let found = broken(&changed(base, changes), Origin::BuiltIn, "");
        assert_eq!(found, [((*pointer).to_owned(), *rule)], "{changes}");
    }
}

#[test]
fn the_examples_break_no_rule() {
    for json in [api_key(), basic(), oauth2(), client_credentials()] {
        assert_eq!(broken(&json, Origin::BuiltIn, ""), [], "{}", json["id"]);
    }
}

#[test]
fn text_rules() {
    let long = format!(r#"{{"/description":"{}"}}"#, "é".repeat(501));
    breaks(
        &api_key(),
        &[
            (r#"{"/id":"Acme"}"#, "/id", "id_form"),
            (r#"{"/id":"custom-acme"}"#, "/id", "id_form"),
            (r#"{"/id":""}"#, "/id", "id_form"),
            (r#"{"/name":" "}"#, "/name", "required"),
            (r#"{"/family":""}"#, "/family", "required"),
            (r#"{"/description":""}"#, "/description", "required"),
            (r#"{"/docs_url":""}"#, "/docs_url", "required"),
            (r#"{"/brand/color":""}"#, "/brand/color", "required"),
            (r#"{"/brand/icon":""}"#, "/brand/icon", "required"),
            (r#"{"/categories":[]}"#, "/categories", "required"),
            (r#"{"/sources":[]}"#, "/sources", "required"),
            (r#"{"/credentials/0/label":""}"#, "/credentials/0/label", "required"),
            (&long, "/description", "string_too_long"),
            (r#"{"/description":"a\nb"}"#, "/description", "control_character"),
            (r#"{"/brand/color":"red"}"#, "/brand/color", "color_form"),
            (r##"{"/brand/color":"#12345"}"##, "/brand/color", "color_form"),
            (r#"{"/brand/icon":"a b"}"#, "/brand/icon", "slug_form"),
            (r#"{"/family":"Acme"}"#, "/family", "slug_form"),
            (r#"{"/categories":["Pay"]}"#, "/categories/0", "slug_form"),
            (r#"{"/categories":["a","a"]}"#, "/categories/1", "duplicate"),
            (
                r#"{"/api/hosts":["api.acme.example","API.acme.example"]}"#,
                "/api/hosts/1",
                "duplicate",
            ),
            (r#"{"/credentials/0/label":"{api_key}"}"#, "/credentials/0/label", "secret_in_text"),
            (r#"{"/description":"Uses {token}"}"#, "/description", "secret_in_text"),
        ],
    );
}

#[test]
fn name_rules() {
    breaks(
        &basic(),
        &[
            (
                r#"{"/params/-":{"name":"A","label":"x","pattern":"a","example":"a"}}"#,
                "/params/1/name",
                "name_form",
            ),
            (
                r#"{"/params/-":{"name":"token","label":"x","pattern":"a","example":"a"}}"#,
                "/params/1/name",
                "name_reserved",
            ),
            (
                r#"{"/credentials/-":{"name":"client_id","label":"x","secret":false}}"#,
                "/credentials/2/name",
                "name_reserved",
            ),
            (
                r#"{"/credentials/-":{"name":"subdomain","label":"x","secret":false}}"#,
                "/credentials/2/name",
                "name_duplicate",
            ),
            (r#"{"/params/0/pattern":"["}"#, "/params/0/pattern", "pattern_invalid"),
            (r#"{"/credentials/1/pattern":"a)|(b"}"#, "/credentials/1/pattern", "pattern_invalid"),
            (r#"{"/params/0/pattern":"[b-z]+"}"#, "/params/0/example", "example_mismatch"),
            (r#"{"/params/0/pattern":".+"}"#, "/params/0/pattern", "host_parameter_pattern"),
            (r#"{"/params/0/pattern":"[a-z.]+"}"#, "/params/0/pattern", "host_parameter_pattern"),
            (r#"{"/params/0/pattern":"[a-z]*"}"#, "/params/0/pattern", "host_parameter_pattern"),
        ],
    );
}

#[test]
fn template_rules() {
    breaks(
        &api_key(),
        &[
            (r#"{"/inject/0/value":"{api_key}{"}"#, "/inject/0/value", "template_invalid"),
            (r#"{"/inject/0/value":"{api_key}{{x}}"}"#, "/inject/0/value", "template_invalid"),
            (r#"{"/inject/0/value":"{api_key}{other}"}"#, "/inject/0/value", "template_unknown"),
            (
                r#"{"/inject/0/value":"{api_key}{access_token}"}"#,
                "/inject/0/value",
                "secret_placement",
            ),
            (r#"{"/verify/path":"/{api_key}"}"#, "/verify/path", "secret_placement"),
            (r#"{"/verify/form":{"k":"{api_key}"}}"#, "/verify/form/k", "secret_placement"),
            (
                r#"{"/docs_url":"https://docs.acme.example/{api_key}"}"#,
                "/docs_url",
                "secret_placement",
            ),
            (
                r#"{"/revoke/manage_url":"https://a.example/{api_key}"}"#,
                "/revoke/manage_url",
                "secret_placement",
            ),
            (
                r#"{"/credentials/0/help_url":"https://a.example/{api_key}"}"#,
                "/credentials/0/help_url",
                "secret_placement",
            ),
        ],
    );
    breaks(
        &oauth2(),
        &[
            (
                r#"{"/oauth2/token_params":{"a":"{access_token}"}}"#,
                "/oauth2/token_params/a",
                "secret_placement",
            ),
            (
                r#"{"/oauth2/authorize_params":{"a":"{client_secret}"}}"#,
                "/oauth2/authorize_params/a",
                "secret_placement",
            ),
            (
                r#"{"/oauth2/authorization_url":"https://slack.com/{client_secret}"}"#,
                "/oauth2/authorization_url",
                "secret_placement",
            ),
            (
                r#"{"/revoke/request/json":{"a":["{tokn}"]}}"#,
                "/revoke/request/json/a/0",
                "template_unknown",
            ),
        ],
    );
    for fine in [
        r#"{"/oauth2/token_params":{"key":"{client_id}","s":"{client_secret}"}}"#,
        r#"{"/oauth2/authorize_params":{"client_key":"{client_id}"}}"#,
        r#"{"/oauth2/refresh/params":{"t":"{refresh_token}{access_token}"}}"#,
        r#"{"/revoke/request/url":"https://slack.com/{client_id}/{token}"}"#,
    ] {
        assert_eq!(broken(&changed(&oauth2(), fine), Origin::BuiltIn, ""), [], "{fine}");
    }
}

#[test]
fn a_secret_in_a_host_is_refused_where_a_url_may_have_secrets() {
    let change = r#"{"/revoke/request/url":"https://{token}.slack.com/"}"#;
    let found = broken(&changed(&oauth2(), change), Origin::BuiltIn, "");
    assert!(found.contains(&("/revoke/request/url".to_owned(), "secret_placement")), "{found:?}");
}

#[test]
fn url_rules() {
    breaks(
        &api_key(),
        &[
            (r#"{"/docs_url":"docs"}"#, "/docs_url", "url_invalid"),
            (r#"{"/docs_url":"http://docs.acme.example/"}"#, "/docs_url", "egress_scheme"),
            (r#"{"/docs_url":"javascript:alert(1)"}"#, "/docs_url", "egress_no_host"),
            (r#"{"/sources":["https://self.alt/"]}"#, "/sources/0", "egress_spin_name"),
            (r#"{"/sources":["https://u@a.example/"]}"#, "/sources/0", "egress_userinfo"),
            (
                r#"{"/revoke/manage_url":"https://127.1/"}"#,
                "/revoke/manage_url",
                "egress_ip_literal",
            ),
            (
                r#"{"/credentials/0/help_url":"https://x.local/"}"#,
                "/credentials/0/help_url",
                "egress_private_suffix",
            ),
            (
                r#"{"/verify/base_url":"https://broker.spin.internal"}"#,
                "/verify/base_url",
                "egress_spin_name",
            ),
            (
                r#"{"/verify/base_url":"https://api.acme.example:8443"}"#,
                "/verify/base_url",
                "egress_port",
            ),
            (r#"{"/api/base_url":"https://api.acme.example/"}"#, "/api/base_url", "url_form"),
            (r#"{"/api/base_url":"https://api.acme.example/a?b"}"#, "/api/base_url", "url_form"),
            (
                r#"{"/api/base_url":"https://other.acme.example"}"#,
                "/api/base_url",
                "host_not_listed",
            ),
            (r#"{"/api/hosts":["api.acme.example","a.example/x"]}"#, "/api/hosts/1", "host_form"),
            (
                r#"{"/api/hosts":["api.acme.example","intranet"]}"#,
                "/api/hosts/1",
                "egress_single_label",
            ),
            (
                r#"{"/api/hosts":["api.acme.example","localhost"]}"#,
                "/api/hosts/1",
                "egress_localhost",
            ),
            (
                r#"{"/api/hosts":["api.acme.example","a.example."]}"#,
                "/api/hosts/1",
                "egress_trailing_dot",
            ),
            (r#"{"/api/hosts":["api.acme.example","ｂ.example"]}"#, "/api/hosts/1", "host_changed"),
        ],
    );
    breaks(
        &oauth2(),
        &[
            (r#"{"/oauth2/token_url":"http://slack.com/"}"#, "/oauth2/token_url", "egress_scheme"),
            (
                r#"{"/oauth2/authorization_url":"https://slack.com/#x"}"#,
                "/oauth2/authorization_url",
                "url_form",
            ),
            (r#"{"/oauth2/issuer":"https://slack.com?x"}"#, "/oauth2/issuer", "issuer_form"),
            (r#"{"/oauth2/issuer":"slack.com"}"#, "/oauth2/issuer", "issuer_form"),
            (
                r#"{"/revoke/request/url":"https://10.0.0.1/"}"#,
                "/revoke/request/url",
                "egress_ip_literal",
            ),
        ],
    );
    breaks(
        &basic(),
        &[
            (
                r#"{"/verify/base_url":"https://zendesk.{subdomain}"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/verify/base_url":"https://{subdomain}.com"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/verify/base_url":"https://{subdomain}zendesk.com"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
        ],
    );
    let empty = with(&api_key(), "/api/hosts", json!([]));
    let found = broken(&empty, Origin::BuiltIn, "");
    assert_eq!(found, [("/api/hosts".to_owned(), "required")]);
}

#[test]
fn auth_rules() {
    breaks(
        &api_key(),
        &[
            (r#"{"/inject":[]}"#, "/inject", "required"),
            (r#"{"/inject/0/value":"fixed"}"#, "/inject", "inject_without_secret"),
            (
                r#"{"/inject/-":{"in":"header","name":"x-api-key","value":"1"}}"#,
                "/inject/1",
                "inject_duplicate",
            ),
            (r#"{"/inject/0/value":"{api_key}é"}"#, "/inject/0/value", "inject_value"),
            (
                r#"{"/inject/0":{"in":"query","name":"a&b","value":"{api_key}"}}"#,
                "/inject/0/name",
                "inject_name",
            ),
            (
                r#"{"/inject/0":{"in":"basic","username":"a:{api_key}","password":""}}"#,
                "/inject/0/username",
                "inject_value",
            ),
            (
                r#"{"/inject":[{"in":"header","name":"Authorization","value":"Bearer {api_key}"},
            {"in":"basic","username":"{api_key}","password":""}]}"#,
                "/inject/1",
                "inject_duplicate",
            ),
            (r#"{"/auth_method":"basic"}"#, "/inject", "basic_inject"),
        ],
    );
    let found =
        broken(&with(&api_key(), "/credentials/0/secret", json!(false)), Origin::BuiltIn, "");
    assert_eq!(
        found,
        [
            ("/credentials".to_owned(), "credentials_required"),
            ("/inject".to_owned(), "inject_without_secret"),
        ]
    );
    for name in [
        "Host",
        "Connection",
        "TE",
        "Transfer-Encoding",
        "Content-Length",
        "content-type",
        "X-Nexus-Host",
        "Cookie",
        "Proxy-Authorization",
        "Expect",
        "a b",
        "a:b",
        "",
        "X\u{e9}",
        "Spin-Path",
        "X-Forwarded-For",
        "X-HTTP-Method-Override",
    ] {
        let json = with(&api_key(), "/inject/0/name", json!(name));
        let found = broken(&json, Origin::BuiltIn, "");
        assert_eq!(found, [("/inject/0/name".to_owned(), "inject_name")], "{name}");
    }
    breaks(
        &oauth2(),
        &[
            (
                r#"{"/credentials":[{"name":"k","label":"K","secret":true}]}"#,
                "/credentials",
                "credentials_forbidden",
            ),
            (
                r#"{"/oauth2/authorization_url":null}"#,
                "/oauth2/authorization_url",
                "authorization_url_required",
            ),
            (r#"{"/oauth2/client_auth":"none"}"#, "/oauth2/client_auth", "client_auth_none"),
            (r#"{"/oauth2/scope_separator":"::"}"#, "/oauth2/scope_separator", "scope_separator"),
            (r#"{"/oauth2/scopes/default":["a,b"]}"#, "/oauth2/scopes/default/0", "scope_form"),
            (r#"{"/oauth2/scopes/default":["a","a"]}"#, "/oauth2/scopes/default/1", "duplicate"),
            (
                r#"{"/oauth2/authorize_params":{"state":"x"}}"#,
                "/oauth2/authorize_params/state",
                "parameter_reserved",
            ),
            (
                r#"{"/oauth2/token_params":{"code":"x"}}"#,
                "/oauth2/token_params/code",
                "parameter_reserved",
            ),
            (
                r#"{"/oauth2/token_response/access_token":"access_token"}"#,
                "/oauth2/token_response/access_token",
                "pointer_form",
            ),
            (r#"{"/oauth2/success/equals":[]}"#, "/oauth2/success/equals", "success_equals"),
            (r#"{"/oauth2":null}"#, "/oauth2", "oauth2_required"),
        ],
    );
    breaks(
        &client_credentials(),
        &[
            (
                r#"{"/oauth2/authorization_url":"https://slack.com/a"}"#,
                "/oauth2/authorization_url",
                "authorization_url_forbidden",
            ),
            (r#"{"/credentials/1/secret":false}"#, "/credentials", "client_credentials_fields"),
        ],
    );
    let section = oauth2()["oauth2"].clone();
    let found = broken(&with(&api_key(), "/oauth2", section), Origin::BuiltIn, "");
    assert_eq!(found, [("/oauth2".to_owned(), "oauth2_forbidden")]);
}

#[test]
fn request_rules() {
    breaks(
        &api_key(),
        &[
            (
                r#"{"/api/deny":[{"method":"post","path":"/x","why":"y"}]}"#,
                "/api/deny/0/method",
                "method_form",
            ),
            (
                r#"{"/api/deny":[{"method":"*","path":"x","why":"y"}]}"#,
                "/api/deny/0/path",
                "path_form",
            ),
            (
                r#"{"/api/deny":[{"method":"*","path":"/x","why":""}]}"#,
                "/api/deny/0/why",
                "required",
            ),
            (r#"{"/verify/method":"get"}"#, "/verify/method", "method_form"),
            (r#"{"/verify/path":"//evil.example"}"#, "/verify/path", "path_form"),
            (
                r#"{"/verify/headers":{"Authorization":"x"}}"#,
                "/verify/headers/Authorization",
                "header_name",
            ),
            (r#"{"/verify/headers":{"X-A":" x"}}"#, "/verify/headers/X-A", "inject_value"),
            (r#"{"/verify/json":{},"/verify/form":{}}"#, "/verify", "body_twice"),
            (r#"{"/verify/live_on":[401]}"#, "/verify/live_on/0", "live_on"),
            (r#"{"/verify/live_on":[403,500]}"#, "/verify/live_on/1", "live_on"),
            (r#"{"/verify/account":{"id":"id"}}"#, "/verify/account/id", "pointer_form"),
            (r#"{"/verify/account":{"id":"/a~2"}}"#, "/verify/account/id", "pointer_form"),
            (r#"{"/verify":{"unsupported":""}}"#, "/verify/unsupported", "required"),
            (r#"{"/revoke/not_revocable":""}"#, "/revoke/not_revocable", "required"),
            (r#"{"/revoke":{"unsupported":" "}}"#, "/revoke/unsupported", "required"),
            (
                r#"{"/revoke":{"tokens":["api_key"],"effect":"token","request":
            {"method":"POST","url":"https://a.example/","auth":"client_basic","form":{"k":"{token}"}}}}"#,
                "/revoke/request/auth",
                "revoke_auth",
            ),
            (
                r#"{"/revoke":{"tokens":["access_token"],"effect":"token","request":
            {"method":"POST","url":"https://a.example/","auth":"token"}}}"#,
                "/revoke/tokens/0",
                "token_unknown",
            ),
            (
                r#"{"/revoke":{"tokens":["api_key"],"effect":"token","rfc7009":
            {"url":"https://a.example/","client_auth":"post"}}}"#,
                "/revoke/rfc7009",
                "revoke_auth",
            ),
        ],
    );
    breaks(
        &oauth2(),
        &[
            (r#"{"/revoke/tokens":[]}"#, "/revoke/tokens", "tokens_required"),
            (r#"{"/revoke/request/auth":"none"}"#, "/revoke/request", "revoke_without_token"),
            (
                r#"{"/revoke/request/form":{},"/revoke/request/json":{}}"#,
                "/revoke/request",
                "body_twice",
            ),
            (r#"{"/revoke/request/method":"REVOKE"}"#, "/revoke/request/method", "method_form"),
            (
                r#"{"/revoke/request/success/pointer":"ok"}"#,
                "/revoke/request/success/pointer",
                "pointer_form",
            ),
        ],
    );
}

#[test]
fn a_workspaces_own_may_reach_what_is_private_and_say_less() {
    let sandbox = include_str!("../../../tests/simulators/sandbox.json");
    let sandbox: Value = serde_json::from_str(sandbox).unwrap();
    let private = "http://127.0.0.0/8:*";
    assert_eq!(broken(&sandbox, Origin::Workspace, private), []);
    let closed = broken(&sandbox, Origin::Workspace, "");
    assert!(closed.iter().all(|(_, rule)| *rule == "egress_scheme") && !closed.is_empty());
    // What is built in reaches nothing private, whatever the variable says.
    let built_in = broken(&sandbox, Origin::BuiltIn, private);
    assert!(built_in.contains(&("/api/base_url".to_owned(), "egress_scheme")));
    for id in ["sandbox", "custom-", "custom-X", &format!("custom-{}", "x".repeat(58))] {
        let found = broken(&with(&sandbox, "/id", json!(id)), Origin::Workspace, private);
        assert_eq!(found, [("/id".to_owned(), "id_form")], "{id}");
    }
}

#[test]
fn the_applications_own_host_is_refused() {
    let manifest = manifest(&api_key());
    let own = Some("api.acme.example");
    let found = check_with(&manifest, Origin::Workspace, own, &|_| false);
    assert!(found.iter().any(|finding| finding.rule == "egress_own_host"));
}
