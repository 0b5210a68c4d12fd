//! Each integration's own address below `proxy_domain`. The host alone selects the integration. The path is
//! the provider's, even if a component of the application has the same path.

use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream, raw, status};

const DOMAIN: &str = "nexus.example.com";

async fn connected() -> (App, Upstream) {
    let app = Options::default().var("proxy_domain", DOMAIN).start().await.unwrap();
    let upstream = Upstream::start().await;
    upstream.connect(&app, json!({})).await;
    (app, upstream)
}

async fn send(app: &App, host: &str, method: &str, target: &str, workspace: &str) -> String {
    let token = token::of("AGENT", workspace);
    let length = if method == "GET" { "" } else { "content-length: 0\r\n" };
    raw(
        app,
        &format!(
            "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{length}\
             authorization: Bearer {token}\r\n\r\n"
        ),
    )
    .await
}

#[tokio::test]
async fn every_path_of_an_integrations_host_is_the_providers() {
    let (app, upstream) = connected().await;
    for host in ["up--acme.nexus.example.com", "UP--Acme.NEXUS.example.com:3000"] {
        for target in [
            "/",
            "/v1/charges?limit=1",
            "/api/integrations",
            "/api/integrations/x/events",
            "/api/manifests",
            "/api/oauth-clients/x",
            "/api/oauth/callback?code=1",
            "/api/proxy",
            "/api/proxy/up/x",
            "/api/health",
            "/api/tick",
            "/api/unknown",
            "/mcp",
            "/.well-known/oauth-protected-resource",
            "/config.json",
            "/connect",
            "/a%2Fb//c?x=%20+",
        ] {
            for method in ["GET", "HEAD", "POST", "DELETE"] {
                let answer = send(&app, host, method, target, "acme").await;
                assert_eq!(status(&answer), 200, "{host} {method} {target}: {answer}");
                let seen = upstream.one();
                assert_eq!(seen.line, format!("{method} /base{target} HTTP/1.1"), "{host}");
                assert_eq!(seen.all("authorization"), [format!("Bearer {KEY}")]);
                assert_eq!(seen.all("host"), [&upstream.host]);
            }
        }
    }
    // A whole body arrives, the response is the provider's, and the same rules apply.
    upstream.answer(|seen| Reply::new(201, "x-a: b\r\n", &seen.body));
    let token = token::of("AGENT", "acme");
    let answer = raw(
        &app,
        &format!(
            "PUT /api/health HTTP/1.1\r\nhost: up--acme.{DOMAIN}\r\nconnection: close\r\nauthorization: Bearer \
             {token}\r\ncontent-length: 5\r\n\r\nhello"
        ),
    )
    .await;
    assert!(answer.contains("x-a: b") && answer.ends_with("hello"), "{answer}");
    upstream.forget();
    for (method, target, expected) in
        [("GET", "/..;/x", 422), ("delete", "/x", 405), ("GET", "/%2e%2e/x", 422)]
    {
        let answer = send(&app, "up--acme.nexus.example.com", method, target, "acme").await;
        assert_eq!(status(&answer), expected, "{method} {target}: {answer}");
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_host_is_of_the_tokens_workspace_and_of_no_other() {
    let (app, upstream) = connected().await;
    for (host, workspace) in [
        ("up--acme.nexus.example.com", "globex"),
        ("up--globex.nexus.example.com", "acme"),
        ("other--acme.nexus.example.com", "acme"),
        ("x-up--acme.nexus.example.com", "acme"),
    ] {
        let answer = send(&app, host, "GET", "/x", workspace).await;
        assert_eq!(status(&answer), 404, "{host} {workspace}: {answer}");
        assert!(answer.contains("x-nexus-error: not_found"), "{answer}");
    }
    // Other hosts belong to the application, even with the header of a front door.
    for host in ["nexus.example.com", "app.nexus.example.com", "up--acme.evil.example", "127.0.0.1"]
    {
        let answer = send(&app, host, "GET", "/api/health", "acme").await;
        assert!(answer.contains("\"status\":\"ok\""), "{host}: {answer}");
    }
    let token = token::of("AGENT", "acme");
    let answer = raw(
        &app,
        &format!(
            "GET /api/proxy HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-nexus-at: \
             up--acme.{DOMAIN}\r\nauthorization: Bearer {token}\r\n\r\n"
        ),
    )
    .await;
    assert!(answer.contains("\"items\""), "{answer}");
    assert!(upstream.seen().is_empty());
    // A request without a token is rejected.
    let answer = raw(
        &app,
        &format!("GET /x HTTP/1.1\r\nhost: up--acme.{DOMAIN}\r\nconnection: close\r\n\r\n"),
    )
    .await;
    assert_eq!(status(&answer), 401, "{answer}");
}

#[tokio::test]
async fn links_lead_back_to_the_host() {
    let (app, upstream) = connected().await;
    let next = format!("http://{}/base/x?page=2", upstream.host);
    upstream.answer(move |_| {
        let body = json!({"next": next}).to_string();
        Reply::new(200, &format!("content-type: application/json\r\nlocation: {next}\r\n"), body)
    });
    let answer = send(&app, "up--acme.nexus.example.com", "GET", "/x", "acme").await;
    // The port is the one of `public_url`.
    let there = "http://up--acme.nexus.example.com:1/x?page=2";
    assert!(answer.contains(&format!("location: {there}\r\n")), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), json!({"next": there}));
}

#[tokio::test]
async fn health_names_a_malformed_proxy_domain() {
    let app =
        Options::default().var("proxy_domain", "https://nexus.example.com").start().await.unwrap();
    let answer = app.get("/api/health").as_admin().send().await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.json()["problems"][0]["variable"], "proxy_domain");
    // Routes that do not need the variable still work.
    assert_eq!(app.get("/api/integrations").as_admin().send().await.status, 200);
}
