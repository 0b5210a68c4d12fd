//! Rules for authentication and for requests.

use super::*;

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
            (
                r#"{"/oauth2/token_response/scope_separator":""}"#,
                "/oauth2/token_response/scope_separator",
                "scope_separator",
            ),
            (
                r#"{"/oauth2/token_headers":{"Content-Type":"text/plain"}}"#,
                "/oauth2/token_headers/Content-Type",
                "header_name",
            ),
            (
                r#"{"/oauth2/token_headers":{"Accept":" x"}}"#,
                "/oauth2/token_headers/Accept",
                "inject_value",
            ),
            (
                r#"{"/oauth2/token_params":{"redirect_uri":"x"}}"#,
                "/oauth2/token_params/redirect_uri",
                "parameter_reserved",
            ),
            (r#"{"/oauth2/refresh/wait_seconds":0}"#, "/oauth2/refresh/wait_seconds", "wait_range"),
            (
                r#"{"/oauth2/refresh/wait_seconds":61}"#,
                "/oauth2/refresh/wait_seconds",
                "wait_range",
            ),
            (
                r#"{"/oauth2/token_response/expires_at":"/access_token"}"#,
                "/oauth2/token_response/expires_at",
                "pointer_secret",
            ),
            (
                r#"{"/oauth2/refresh/params":{"code":"x"}}"#,
                "/oauth2/refresh/params/code",
                "parameter_reserved",
            ),
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
            (
                r#"{"/oauth2/token_response/scope":"/refresh_token"}"#,
                "/oauth2/token_response/scope",
                "pointer_secret",
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
            (r#"{"/api/headers":{"Host":"x"}}"#, "/api/headers/Host", "header_name"),
            (r#"{"/api/headers":{"X-A":""}}"#, "/api/headers/X-A", "inject_value"),
            (r#"{"/api/headers":{"x-api-key":"1"}}"#, "/api/headers/x-api-key", "header_injected"),
            (r#"{"/verify/method":"get"}"#, "/verify/method", "method_form"),
            (r#"{"/verify/path":"//evil.example"}"#, "/verify/path", "path_form"),
            (
                r#"{"/verify/headers":{"Authorization":"x"}}"#,
                "/verify/headers/Authorization",
                "header_name",
            ),
            (r#"{"/verify/headers":{"X-A":" x"}}"#, "/verify/headers/X-A", "inject_value"),
            (r#"{"/verify/json":{},"/verify/form":{}}"#, "/verify", "body_twice"),
            (r#"{"/api/headers":{"Host":"x"}}"#, "/api/headers/Host", "header_name"),
            (r#"{"/api/headers":{"X-A":""}}"#, "/api/headers/X-A", "inject_value"),
            (r#"{"/api/headers":{"x-api-key":"1"}}"#, "/api/headers/x-api-key", "header_injected"),
            (r#"{"/api/deny_gap":" "}"#, "/api/deny_gap", "required"),
            (r#"{"/api/get_may_write":true}"#, "/api/reads", "required"),
            (
                r#"{"/api/reads":[{"method":"GET","path":"/x"}]}"#,
                "/api/reads/0/method",
                "method_form",
            ),
            (
                r#"{"/api/get_may_write":true,"/api/reads":[{"method":"DELETE","path":"/x"}]}"#,
                "/api/reads/0/method",
                "method_form",
            ),
            (
                r#"{"/api/reads":[{"method":"POST","path":"/x*"}]}"#,
                "/api/reads/0/path",
                "path_form",
            ),
            (
                r#"{"/api/reads":[{"method":"POST","path":"/**/x"}]}"#,
                "/api/reads/0/path",
                "path_form",
            ),
            (
                r#"{"/api/reads":[{"method":"POST","path":"/x//y"}]}"#,
                "/api/reads/0/path",
                "path_form",
            ),
            (
                r#"{"/api/reads":[{"method":"POST","path":"/x","host":"other.acme.example"}]}"#,
                "/api/reads/0/host",
                "host_not_listed",
            ),
            (
                r#"{"/api/reads":[{"method":"POST","path":"/x"},{"method":"POST","path":"/x"}]}"#,
                "/api/reads/1",
                "duplicate",
            ),
            (
                r#"{"/api/deny":[{"method":"*","path":"/keys/**","why":"y"}],
                    "/api/reads":[{"method":"POST","path":"/Keys/list"}]}"#,
                "/api/reads/0/path",
                "read_denied",
            ),
            (
                r#"{"/api/deny":[{"method":"POST","path":"/*/keys","why":"y"}],
                    "/api/reads":[{"method":"POST","path":"/*/keys"}]}"#,
                "/api/reads/0/path",
                "read_denied",
            ),
            (
                r#"{"/api/deny":[{"method":"GET","path":"/keys","why":"y"}],"/api/get_may_write":true,
                    "/api/reads":[{"method":"POST","path":"/keys"}]}"#,
                "/api/reads/0/path",
                "read_denied",
            ),
            (
                r#"{"/api/method_override":{"query":["a b"]}}"#,
                "/api/method_override/query/0",
                "parameter_name",
            ),
            (
                r#"{"/api/method_override":{"headers":["X_Method"]}}"#,
                "/api/method_override/headers/0",
                "header_name",
            ),
            (
                r#"{"/api/method_override":{"headers":["X-API-Key"]}}"#,
                "/api/method_override/headers/0",
                "header_injected",
            ),
            (r#"{"/api/first_byte_seconds":0}"#, "/api/first_byte_seconds", "first_byte_range"),
            (r#"{"/api/first_byte_seconds":601}"#, "/api/first_byte_seconds", "first_byte_range"),
            (r#"{"/verify/live_on":[401]}"#, "/verify/live_on/0", "sign_form"),
            (r#"{"/verify/live_on":[403,500]}"#, "/verify/live_on/1", "sign_form"),
            (r#"{"/verify/trouble_on":[401]}"#, "/verify/trouble_on/0", "sign_form"),
            (
                r#"{"/verify/trouble_on":[{"status":200,"pointer":"/a","equals":1}]}"#,
                "/verify/trouble_on/0",
                "sign_form",
            ),
            (
                r#"{"/verify/live_on":[{"status":401,"pointer":"a","equals":1}]}"#,
                "/verify/live_on/0/pointer",
                "pointer_form",
            ),
            (
                r#"{"/verify/live_on":[{"status":401,"pointer":"/a","equals":null}]}"#,
                "/verify/live_on/0/equals",
                "sign_form",
            ),
            (
                r#"{"/verify/live_on":[403],"/verify/trouble_on":[400,403]}"#,
                "/verify/trouble_on/1",
                "sign_twice",
            ),
            (r#"{"/verify/account":{"id":"id"}}"#, "/verify/account/id", "pointer_form"),
            (r#"{"/verify/account":{"id":"/a~2"}}"#, "/verify/account/id", "pointer_form"),
            (r#"{"/verify":{"unsupported":""}}"#, "/verify/unsupported", "required"),
            (r#"{"/revoke/not_revocable":""}"#, "/revoke/not_revocable", "required"),
            (
                r#"{"/revoke":{"tokens":["api_key"],"effect":"token","request":
                {"method":"DELETE","url":"https://api.acme.com/key","auth":"token","gone_on":[200]}}}"#,
                "/revoke/request/gone_on/0",
                "sign_form",
            ),
            (r#"{"/revoke":{"unsupported":" "}}"#, "/revoke/unsupported", "required"),
            (
                r#"{"/revoke":{"tokens":["api_key"],"effect":"token","request":
            {"method":"POST","url":"https://a.example/","auth":"client_basic","form":{"k":"{token}"}}}}"#,
                "/revoke/request/auth",
                "revoke_auth",
            ),
            (
                r#"{"/revoke":{"tokens":["api_key"],"effect":"token","request":
            {"method":"POST","url":"https://a.example/","auth":"client_bearer","form":{"k":"{token}"}}}}"#,
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
            (
                r#"{"/revoke/effect":"grant","/revoke/effect_source":"https://a.example/docs"}"#,
                "/revoke/effect_source",
                "effect_source",
            ),
            (
                r#"{"/revoke/effect_source":"http://a.example/docs"}"#,
                "/revoke/effect_source",
                "effect_source",
            ),
            (r#"{"/revoke/request/auth":"none"}"#, "/revoke/request", "revoke_without_token"),
            (
                r#"{"/revoke/request/auth":"client_bearer"}"#,
                "/revoke/request",
                "revoke_without_token",
            ),
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
fn a_key_in_the_path() {
    let inject = json!([{"in": "path", "value": "bot{api_key}", "below": ["/file"]}]);
    let base = with(&api_key(), "/inject", inject);
    assert_eq!(broken(&base, Origin::BuiltIn, ""), []);
    for value in ["{api_key}", "", "bot/{api_key}", "..{api_key}", ".{api_key}", "bot%2f{api_key}"]
    {
        let found = broken(&with(&base, "/inject/0/value", json!(value)), Origin::BuiltIn, "");
        assert!(
            found.contains(&("/inject/0/value".to_owned(), "inject_value")),
            "{value}: {found:?}"
        );
    }
    for prefix in ["", "/", "file", "/file/", "/a//b", "/..", "/a/%2e%2e", "/a?b"] {
        let found = broken(&with(&base, "/inject/0/below/0", json!(prefix)), Origin::BuiltIn, "");
        assert_eq!(found, [("/inject/0/below/0".to_owned(), "inject_path")], "{prefix}");
    }
    breaks(
        &base,
        &[
            (
                r#"{"/verify/base_url":"https://api.acme.example/v2"}"#,
                "/verify/base_url",
                "inject_path",
            ),
            (
                r#"{"/revoke":{"tokens":["api_key"],"effect":"token","request":{"method":"POST",
                    "url":"https://api.acme.example/revoke","auth":"token"}}}"#,
                "/revoke/request/auth",
                "inject_path",
            ),
        ],
    );
    // The segment stands directly after the path of `api.base_url`.
    for (url, ok) in [
        ("https://api.acme.example/v1/sites", true),
        ("https://api.acme.example/v1", false),
        ("https://api.acme.example/v10/sites", false),
        ("https://api.acme.example/sites", false),
        ("https://id.acme.example/v1/sites", false),
    ] {
        let found = broken(&with(&base, "/find", json!({"url": url})), Origin::BuiltIn, "");
        let is_found = found.contains(&("/find/url".to_owned(), "inject_path"));
        assert_eq!(!is_found, ok, "{url}: {found:?}");
    }
    let twice =
        json!([{"in": "path", "value": "a{api_key}"}, {"in": "path", "value": "b{api_key}"}]);
    let found = broken(&with(&base, "/inject", twice), Origin::BuiltIn, "");
    assert_eq!(found, [("/inject/1".to_owned(), "inject_duplicate")]);
    for wrong in [
        json!([{"in": "header", "name": "x", "value": "{api_key}", "below": ["/file"]}]),
        json!([{"in": "path", "name": "x", "value": "bot{api_key}"}]),
        json!([{"in": "path", "below": ["/file"]}]),
    ] {
        let json = with(&base, "/inject", wrong);
        assert!(crate::parse(&json.to_string()).is_err(), "{json}");
    }
}
