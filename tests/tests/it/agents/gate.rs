//! A denied call is denied in every spelling. One table covers a policy's rules, the manifest's `api.deny`,
//! and the endpoints of the connection itself, through the proxy and through MCP.

use serde_json::{Value, json};

use crate::agents::mcp::tool;
use crate::kit::app::App;
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream, raw, status};

/// Spellings that at least one server reads as `/admin/keys`.
const SPELLINGS: [&str; 40] = [
    "/admin/keys",
    "/ADMIN/Keys",
    "/admin/keys/",
    "//admin/keys",
    "/admin//keys",
    "/admin%2fkeys",
    "/admin%2Fkeys",
    "/%2fadmin/keys",
    "/%2Fadmin%2Fkeys",
    "/admin/keys%2f",
    "/admin/%2fkeys",
    "/admin%252fkeys",
    "/%61dmin/keys",
    "/admin/key%73",
    "/admin/%256beys",
    "/admin/%25%36%62eys",
    "/admin/%25256beys",
    "/admin/keys;a=b",
    "/admin;a=b/keys",
    "/admin/keys%3Ba=b",
    "/admin/keys%253Ba=b",
    "/admin/keys%3Fa=b",
    "/admin/keys%3Fa=b/c",
    "/admin/keys%23a",
    "/admin/keys%253f",
    "/admin/keys.",
    "/admin/keys..",
    "/admin/keys%20",
    "/admin/%20keys",
    "/admin/keys%2e",
    "/admin/keys.%20",
    "/admin./keys",
    "/admin%20/keys",
    "/admin/keys.json",
    "/admin/keys.JSON",
    "/admin/keys.xml",
    "/admin/keys%2Ejson",
    "/public/..;/admin/keys",
    "/public/..%20/admin/keys",
    "/public/%c0%ae%c0%ae/admin/keys",
];

/// Paths that a rule for `/public/*` must not allow, because some server reads another path in them.
const BEYOND: [&str; 16] = [
    "/public/1%2Fkeys",
    "/public/1%2fkeys%2fall",
    "/public/1%252Fkeys",
    "/public/1%25252Fkeys",
    "/public/1%3Fa=b",
    "/public/1%253Fa=b",
    "/public/1%23",
    "/public/1;a=b",
    "/public/1%3Ba",
    "/public/..;/admin",
    "/public/%2e%2e;/admin",
    "/public/%5c..%5cadmin",
    "/public/%20",
    "/public/%u002e%u002e",
    "/public%2F1%2Fkeys",
    "/Public/1",
];

/// The integration `up`. The manifest denies `POST` of `/minted/*`. If `ends` is true, `/base/admin/keys`
/// ends the credential.
async fn connected(denied: &Value, ends: bool) -> (App, Upstream) {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["deny"] = denied.clone();
    if ends {
        manifest["revoke"] = json!({"tokens": ["key"], "effect": "token", "request":
            {"method": "DELETE", "url": format!("http://{}/base/admin/keys", upstream.host), "auth": "token"}});
    }
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    (app, upstream)
}

pub(super) async fn policy(app: &App, rules: Value) {
    let body = json!({"policy": {"agents": ["*"], "rules": rules}});
    let answer = app.put("/api/integrations/up").as_admin().json(&body).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Sends a request line as it is written. Returns the whole response.
async fn send(app: &App, method: &str, target: &str, headers: &str) -> String {
    let token = token::of("AGENT", "acme");
    let length = if method == "GET" { "" } else { "content-length: 0\r\n" };
    raw(
        app,
        &format!(
            "{method} /api/proxy/up{target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{length}\
             authorization: Bearer {token}\r\n{headers}\r\n"
        ),
    )
    .await
}

/// Checks that the call is rejected by the proxy and by MCP, and that nothing arrives.
async fn is_refused(app: &App, upstream: &Upstream, what: &str, method: &str, path: &str) {
    let answer = send(app, method, path, "").await;
    assert!(matches!(status(&answer), 403 | 422), "{what}: {method} {path}: {answer}");
    assert!(answer.contains("x-nexus-error: "), "{what}: {method} {path}: {answer}");
    let arguments = json!({"integration": "up", "method": method, "path": path});
    let told = tool(app, "call_api", arguments).await;
    assert_eq!(told["isError"], true, "{what}: {method} {path}: {told}");
    let seen = upstream.seen();
    assert!(seen.is_empty(), "{what}: {method} {path}: {seen:?}");
}

#[tokio::test]
async fn a_denied_call_is_denied_in_every_spelling() {
    let denied = json!([{"method": "POST", "path": "/admin/keys", "why": "Mints a key"}]);
    for (what, deny, ends, rules) in [
        ("the endpoint of the connection", json!([]), true, json!([])),
        ("api.deny", denied, false, json!([])),
        (
            "policy, deny",
            json!([]),
            false,
            json!([{"effect": "deny", "methods": ["POST"], "path": "/admin/keys"}]),
        ),
        (
            "policy, deny all below",
            json!([]),
            false,
            json!([{"effect": "deny", "methods": ["*"], "path": "/admin/**"}]),
        ),
        (
            "policy, allow others",
            json!([]),
            false,
            json!([{"effect": "allow", "methods": ["POST"], "path": "/public/*"}]),
        ),
    ] {
        let (app, upstream) = connected(&deny, ends).await;
        policy(&app, rules).await;
        for path in SPELLINGS {
            is_refused(&app, &upstream, what, "POST", path).await;
        }
        // A call beside the denied path is allowed.
        let answer = send(&app, "POST", "/public/1", "").await;
        assert_eq!((status(&answer), upstream.seen().len()), (200, 1), "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_denied_parameter_is_denied_in_every_spelling_whatever_a_policy_says() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["deny_query"] = json!([{"name": "rest_route", "why": "Selects another route"}]);
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    for rules in [
        json!([]),
        json!([{"effect": "allow", "methods": ["*"], "path": "/public/1"}]),
        json!([{"effect": "allow", "methods": ["*"], "path": "/**"}]),
    ] {
        policy(&app, rules).await;
        for query in [
            "rest_route=/x",
            "rest_route",
            "a=1&REST_ROUTE=/x",
            "a=1;rest_route=/x",
            "rest%5froute=/x",
            "rest%255froute=/x",
            "rest%25255froute=/x",
            "rest%u005froute=/x",
            "rest_route[]=/x",
            "rest_route%5b0%5d=/x",
            "rest.route=/x",
            "rest+route=/x",
            "%20rest_route=/x",
            "a=1%26rest_route=/x",
            "a=1%2526rest_route%253d/x",
            "rest_route=/x&rest_route=/y",
        ] {
            let path = format!("/public/1?{query}");
            is_refused(&app, &upstream, "api.deny_query", "GET", &path).await;
        }
        let answer = send(&app, "GET", "/public/1?my_rest_route=1&a=rest_route", "").await;
        assert_eq!((status(&answer), upstream.seen().len()), (200, 1), "{answer}");
        upstream.forget();
    }
    // An admin's own call is not an agent's.
    let answer = app.get("/api/proxy/up/public/1?rest_route=/x").as_admin().send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn a_form_is_denied_where_the_manifest_lists_other_types() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["body_types"] = json!(["application/json"]);
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "application/json, application/x-www-form-urlencoded",
        "text/plain",
    ] {
        let answer = send(&app, "POST", "/a", &format!("content-type: {kind}\r\n")).await;
        assert_eq!(status(&answer), 403, "{kind}: {answer}");
        assert!(answer.contains("api.body_types"), "{kind}: {answer}");
    }
    // Nor without a type, which a server may guess.
    let token = token::of("AGENT", "acme");
    for (length, body) in
        [("content-length: 3", "a=1"), ("transfer-encoding: chunked", "3\r\na=1\r\n0\r\n\r\n")]
    {
        let answer = raw(
            &app,
            &format!(
                "POST /api/proxy/up/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{length}\r\n\
                 authorization: Bearer {token}\r\n\r\n{body}"
            ),
        )
        .await;
        assert_eq!(status(&answer), 403, "{length}: {answer}");
    }
    // The form of MCP is one of them.
    let arguments =
        json!({"integration": "up", "method": "POST", "path": "/a", "form": {"rest_route": "/x"}});
    let told = tool(&app, "call_api", arguments).await;
    assert_eq!(told["isError"], true, "{told}");
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
    // The agent can know beforehand.
    let described = tool(&app, "describe_integration", json!({"integration": "up"})).await;
    let text = described["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("Content types that you may send: application/json"), "{text}");
    for headers in ["", "content-type: application/json; charset=utf-8\r\n"] {
        let answer = send(&app, "POST", "/a", headers).await;
        assert_eq!((status(&answer), upstream.seen().len()), (200, 1), "{headers}: {answer}");
        upstream.forget();
    }
}

#[tokio::test]
async fn an_allowed_path_is_allowed_in_every_reading() {
    let (app, upstream) = connected(&json!([]), false).await;
    policy(&app, json!([{"effect": "allow", "methods": ["GET"], "path": "/public/*"}])).await;
    for path in BEYOND {
        is_refused(&app, &upstream, "allow", "GET", path).await;
    }
    for path in ["/public/1", "/public/a%20b", "/public/b%C3%BCcher", "/public/1.json"] {
        let answer = send(&app, "GET", path, "").await;
        assert_eq!(status(&answer), 200, "{path}: {answer}");
        assert_eq!(upstream.one().target(), format!("/base{path}"));
    }
    // Two rules that together cover every reading of a path allow the path.
    let rules = json!([
        {"effect": "allow", "methods": ["GET"], "path": "/projects/*"},
        {"effect": "allow", "methods": ["GET"], "path": "/projects/*/*"},
    ]);
    policy(&app, rules).await;
    assert_eq!(status(&send(&app, "GET", "/projects/group%2Frepo", "").await), 200);
    assert_eq!(upstream.one().target(), "/base/projects/group%2Frepo");
}

#[tokio::test]
async fn a_method_is_one_of_seven_in_capitals() {
    let (app, upstream) =
        connected(&json!([{"method": "DELETE", "path": "/minted/*", "why": "Ends it"}]), false)
            .await;
    for rules in [json!([]), json!([{"effect": "deny", "methods": ["DELETE"], "path": "/**"}])] {
        policy(&app, rules).await;
        for method in [
            "delete",
            "Delete",
            "dELETE",
            "DELETe",
            "get",
            "Post",
            "trace",
            "TRACE",
            "PROPFIND",
            "PROPPATCH",
            "COPY",
            "LINK",
            "PURGE",
            "QUERY",
            "BREW",
            "DELETE1",
            "_DELETE",
        ] {
            let answer = send(&app, method, "/minted/1", "").await;
            assert_eq!(status(&answer), 405, "{method}: {answer}");
            let allow = "allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
            assert!(answer.contains(allow), "{method}: {answer}");
            assert!(upstream.seen().is_empty(), "{method}");
        }
    }
    // A model may write a method in lower case. The rules and the provider get capitals.
    let call = |method: &str, path: &str| {
        tool(&app, "call_api", json!({"integration": "up", "method": method, "path": path}))
    };
    assert_eq!(call("delete", "/minted/1").await["isError"], true);
    assert!(upstream.seen().is_empty());
    assert_eq!(call("patch", "/minted/1").await["isError"], false);
    assert_eq!(upstream.one().method(), "PATCH");
    // Policies reject other methods too.
    for method in ["delete", "TRACE", "BREW", ""] {
        let rule = json!({"effect": "deny", "methods": [method], "path": "/**"});
        let body = json!({"policy": {"agents": ["*"], "rules": [rule]}});
        let answer = app.put("/api/integrations/up").as_admin().json(&body).send().await;
        answer.problem(422, "invalid");
    }
}

/// Parts of a request that could override its method.
#[tokio::test]
async fn a_method_is_not_overridden() {
    let (app, upstream) = connected(&json!([]), false).await;
    policy(&app, json!([{"effect": "deny", "methods": ["DELETE"], "path": "/**"}])).await;
    for query in [
        "_method=DELETE",
        "_METHOD=delete",
        "a=1&_method=DELETE",
        "a=1;_method=DELETE",
        "_HttpMethod=DELETE",
        "%5fmethod=DELETE",
        "%255fmethod=DELETE",
        "_method[]=DELETE",
        "_method%5B0%5D=DELETE",
        "%20_method=DELETE",
        "_method%00=DELETE",
        "x-http-method-override=DELETE",
        "X-HTTP-Method=DELETE",
        "x_method_override=DELETE",
        "http_method=DELETE",
        "_method",
    ] {
        let answer = send(&app, "POST", &format!("/x?{query}"), "").await;
        assert!(matches!(status(&answer), 403 | 422), "{query}: {answer}");
        assert!(upstream.seen().is_empty(), "{query}");
    }
    for header in [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
        "X_HTTP_Method_Override",
        "X-HTTP_Method-Override",
        "HTTP_X_HTTP_METHOD_OVERRIDE",
        "X-HTTP-Verb",
        "X-Original-Method",
        "X-Method",
        "X-Original-URL",
        "X_Original_URL",
        "X-Rewrite-URL",
        "X-Envoy-Original-Path",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X_Forwarded_For",
    ] {
        let answer = send(&app, "POST", "/x", &format!("{header}: DELETE\r\n")).await;
        assert_eq!(status(&answer), 200, "{header}: {answer}");
        let seen = upstream.one();
        assert!(seen.all(&header.to_lowercase()).is_empty(), "{header}: {seen:?}");
    }
    // If no rule names a method, the agent may send the parameter.
    policy(&app, json!([])).await;
    assert_eq!(status(&send(&app, "POST", "/x?_method=DELETE", "").await), 200);
    assert_eq!(upstream.one().target(), "/base/x?_method=DELETE");
}

/// If the manifest declares an override, it is read as the provider reads it.
#[tokio::test]
async fn a_declared_override_is_the_method() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["method_override"] =
        json!({"query": ["_HttpMethod"], "headers": ["X-HTTP-Method-Override"]});
    manifest["api"]["deny"] = json!([{"method": "DELETE", "path": "/minted/*", "why": "Ends it"}]);
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    let go = async |method: &str, query: &str, header: &str| {
        let header = match header {
            "" => String::new(),
            value => format!("X-HTTP-Method-Override: {value}\r\n"),
        };
        let answer = send(&app, method, &format!("/minted/1{query}"), &header).await;
        upstream.forget();
        status(&answer)
    };
    for (query, header, expected) in [
        ("", "", 200),
        ("?_HttpMethod=PATCH", "", 200),
        ("?_HttpMethod=DELETE", "", 403),
        ("?_httpmethod=delete", "", 403),
        ("?a=b&_HttpMethod=DELETE", "", 403),
        ("", "DELETE", 403),
        ("", "delete", 403),
        ("", "PATCH", 200),
        ("?_HttpMethod=BREW", "", 422),
        ("?_HttpMethod=PATCH&_HttpMethod=DELETE", "", 422),
        ("?_HttpMethod=PATCH", "DELETE", 422),
        // The manifest does not declare this parameter, and a rule names a method.
        ("?_method=DELETE", "", 403),
    ] {
        assert_eq!(go("POST", query, header).await, expected, "{query} {header}");
    }
    // An allowed override arrives at the provider.
    upstream.answer(|_| Reply::json(200, &json!({})));
    let header = "X-HTTP-Method-Override: PATCH\r\n";
    assert_eq!(status(&send(&app, "POST", "/minted/1", header).await), 200);
    assert_eq!(upstream.one().all("x-http-method-override"), ["PATCH"]);
    // An allow rule must cover both methods, because the provider may use either.
    policy(&app, json!([{"effect": "allow", "methods": ["POST"], "path": "/**"}])).await;
    assert_eq!(go("POST", "", "").await, 200);
    assert_eq!(go("POST", "?_HttpMethod=PATCH", "").await, 403);
}
