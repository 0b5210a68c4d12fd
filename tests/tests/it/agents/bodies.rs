//! Members of a request's body that a manifest denies (`api.deny_body`), through the proxy and through MCP.

use serde_json::json;

use crate::agents::gate::policy;
use crate::agents::mcp::tool;
use crate::agents::proxy::within;
use crate::kit::app::App;
use crate::kit::token;
use crate::kit::upstream::{KEY, Upstream, raw, status};

/// Sends a body as it is written. Returns the whole response.
async fn post(app: &App, path: &str, headers: &str, body: &str) -> String {
    let token = token::of("AGENT", "acme");
    raw(
        app,
        &format!(
            "POST /api/proxy/up{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\
             authorization: Bearer {token}\r\n\r\n{body}"
        ),
    )
    .await
}

#[tokio::test]
async fn a_denied_member_of_a_body_does_not_arrive() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["deny_body"] = json!([{"method": "POST", "path": "/public/**", "name": "cmd",
        "why": "Selects another method"}]);
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    let json_type = "content-type: application/json\r\n";
    let form_type = "content-type: application/x-www-form-urlencoded\r\n";
    let sized = |kind: &str, body: &str| format!("{kind}content-length: {}\r\n", body.len());
    let large = format!(r#"{{"a": "{}"}}"#, "x".repeat(64 * 1024));
    for rules in [json!([]), json!([{"effect": "allow", "methods": ["*"], "path": "/**"}])] {
        policy(&app, rules).await;
        for (kind, body) in [
            (json_type, r#"{"cmd": "x"}"#),
            (json_type, r#"{"a": 1, "\u0063MD": "x"}"#),
            (json_type, r#"[{"cmd": "x"}]"#),
            (form_type, "a=1&cmd=x"),
            (form_type, "%63md[]=x"),
            // What cannot be read with certainty is denied too.
            (json_type, "cmd=x"),
            (json_type, &large),
            (form_type, r#"{"cmd": "x"}"#),
            ("content-type: application/x-www-form-urlencoded; a=application/json\r\n", "a=1"),
            ("content-type: application/json; charset=utf-7; a=utf-8\r\n", r#"{"+AGMAbQBk-": 1}"#),
            ("content-type: text/plain\r\n", "{}"),
            ("content-type: multipart/form-data; boundary=a\r\n", "--a--\r\n"),
            ("content-type: application/json\r\ncontent-encoding: gzip\r\n", "{}"),
            ("", "{}"),
        ] {
            let answer = post(&app, "/public/1", &sized(kind, body), body).await;
            assert_eq!(status(&answer), 403, "{kind}: {answer}");
            assert!(answer.contains("api.deny_body[0]"), "{kind}: {answer}");
        }
        let chunked = format!("{json_type}transfer-encoding: chunked\r\n");
        let answer = post(&app, "/public/1", &chunked, "2\r\n{}\r\n0\r\n\r\n").await;
        assert_eq!(status(&answer), 403, "{answer}");
        for (argument, value) in [("body", json!({"cmd": "x"})), ("form", json!({"cmd": "x"}))] {
            let arguments = json!({"integration": "up", "method": "POST", "path": "/public/1",
                argument: value});
            let told = tool(&app, "call_api", arguments).await;
            assert_eq!(told["isError"], true, "{told}");
        }
        assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
        // Bodies without the member arrive as they were sent, and so do those to other paths.
        for (path, kind, body) in [
            ("/public/1", json_type, r#"{"a" : {"cmd": 1}, "command": 2}"#),
            ("/public/1", form_type, "a=cmd&commands=1"),
            ("/public/1", "content-type: application/json; charset=utf-8\r\n", r#"{"a": 1}"#),
            ("/public/1", json_type, ""),
            ("/other", json_type, r#"{"cmd": "x"}"#),
            ("/other", json_type, &large),
        ] {
            let answer = post(&app, path, &sized(kind, body), body).await;
            let seen = upstream.seen();
            assert_eq!((status(&answer), seen.len()), (200, 1), "{path} {kind}: {answer}");
            assert_eq!(seen[0].body, body.as_bytes(), "{path} {kind}");
            upstream.forget();
        }
    }
    // The agent can know beforehand, and an admin's own call is not an agent's.
    let described = tool(&app, "describe_integration", json!({"integration": "up"})).await;
    let text = described["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("POST /public/** with the member cmd in its body"), "{text}");
    let own = app.post("/api/proxy/up/public/1").as_admin().json(&json!({"cmd": "x"}));
    assert_eq!(own.send().await.status, 200);
    // The denial is recorded without the body.
    within(async || {
        let audit = app.get("/api/audit").as_admin().send().await.text;
        audit.contains("api.deny_body[0] (cmd): Selects another method")
    })
    .await;
}
