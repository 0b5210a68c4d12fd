//! The agent's own token is sent to no provider, through the proxy or MCP, in whatever encoding.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use crate::agents::mcp::tool;
use crate::kit::token;
use crate::kit::upstream::{Seen, Upstream, raw_get, status};

/// The token that `mcp::tool` and `raw_get` call with.
fn own() -> String {
    token::of("AGENT", "acme")
}

/// Checks that the received request does not contain the token.
fn is_clean(seen: &Seen, what: &str) {
    let everything =
        format!("{} {:?} {}", seen.line, seen.headers, String::from_utf8_lossy(&seen.body));
    // Its signature, and the base64 of a part of it.
    let token = own();
    let signature = token.rsplit('.').next().unwrap();
    assert!(!everything.contains(signature), "{what}: {everything}");
    for before in 0..3 {
        let text = STANDARD.encode(format!("{}{token}", "x".repeat(before)));
        let inner = &text[60..100];
        assert!(!everything.contains(inner), "{what}: {everything}");
    }
}

#[tokio::test]
async fn mcp_does_not_send_it_on() {
    let (app, upstream) = Upstream::connected().await;
    let token = own();
    let pair = STANDARD.encode(format!("user:{token}"));
    let call = |more: Value| {
        let mut arguments = json!({"integration": "up", "method": "POST", "path": "/v1/x"});
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    // A copy in a header is removed, and the call is made.
    for headers in [
        json!({"X-Api-Key": token, "X-Keep": "1"}),
        json!({"X-Other": format!("Bearer {token}"), "X-Keep": "1"}),
        json!({"X-Other": format!("Basic {pair}"), "X-Keep": "1"}),
        json!({"X-Other": token.replace('.', "%2E"), "X-Keep": "1"}),
        json!({"Authorization": format!("Bearer {token}"), "X-Keep": "1"}),
        json!({"Cookie": format!("session={token}"), "X-Keep": "1"}),
    ] {
        let called = tool(&app, "call_api", call(json!({"headers": headers}))).await;
        assert_eq!(called["isError"], false, "{headers}: {called}");
        let seen = upstream.one();
        is_clean(&seen, &headers.to_string());
        assert_eq!(seen.all("x-keep"), ["1"], "{headers}");
    }
    // A call with the token in its path, query or body would be another call without it, so the call is
    // rejected with a reason.
    for (place, more) in [
        ("URL", json!({"query": {"access_token": token}})),
        ("URL", json!({"query": {"q": ["a", format!("x{token}y")]}})),
        ("URL", json!({"query": {token.as_str(): 1}})),
        ("URL", json!({"query": {"basic": pair}})),
        ("URL", json!({"path": format!("/v1/{token}/x")})),
        ("URL", json!({"path": format!("/v1/{}", token.replace('.', "%2e"))})),
        ("body", json!({"body": {"deep": [{"token": token}]}})),
        ("body", json!({"body": {token.as_str(): true}})),
        ("body", json!({"body": [format!("Bearer {token}")]})),
        ("body", json!({"body": token})),
        ("body", json!({"body": format!("a={}", token.replace('.', "%2E"))})),
        ("body", json!({"body": {"authorization": format!("Basic {pair}")}})),
        ("body", json!({"body": URL_SAFE.encode(format!("xy{token}z"))})),
        ("body", json!({"form": {"token": token}})),
        ("body", json!({"form": {"token": format!("Basic {pair}")}})),
    ] {
        let called = tool(&app, "call_api", call(more.clone())).await;
        assert_eq!(called["isError"], true, "{more}: {called}");
        let said = called["content"][0]["text"].as_str().unwrap();
        let told = said.starts_with("invalid_token") && said.contains(&format!("in the {place}"));
        assert!(told && said.contains("leave it out"), "{more}: {said}");
        assert!(!said.contains(&token), "{said}");
    }
    assert_eq!(upstream.seen().len(), 0);
}

#[tokio::test]
async fn the_proxy_does_not_send_it_on() {
    let (app, upstream) = Upstream::connected().await;
    let token = own();
    let pair = STANDARD.encode(format!("{token}:"));
    for headers in [
        format!("x-copy: Bearer {token}\r\n"),
        format!("x-copy: Basic {pair}\r\n"),
        format!("x-copy: {}\r\n", token.replace('.', "%2E")),
    ] {
        assert_eq!(status(&raw_get(&app, "/api/proxy/up/v1/x", &headers).await), 200, "{headers}");
        is_clean(&upstream.one(), &headers);
    }
    let encoded = token.replace('.', "%2E");
    let twice = token.replace('.', "%252E");
    for target in [
        format!("/api/proxy/up/v1/{token}"),
        format!("/api/proxy/up/v1/{encoded}"),
        format!("/api/proxy/up/v1/x?key={token}"),
        format!("/api/proxy/up/v1/x?key={encoded}"),
        format!("/api/proxy/up/v1/x?key={twice}"),
        format!("/api/proxy/up/v1/x?key={pair}"),
    ] {
        let answer = raw_get(&app, &target, "").await;
        assert_eq!(status(&answer), 401, "{answer}");
        assert!(answer.contains("your own token is in the URL"), "{answer}");
    }
    assert_eq!(upstream.seen().len(), 0);
}
