//! The proxy: the request that a provider gets, the response that the agent gets, and the calls that are
//! rejected.

use std::time::Duration;

use nexus_simulators::{Behaviour, Kind};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::kit::app::{Answer, App};
use crate::kit::stream::Stream;
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Seen, Upstream, raw, raw_get, status};
use crate::tokens::oauth::Pair;

/// A call of an agent to the integration `up`.
pub(crate) async fn get(app: &App, path: &str) -> Answer {
    app.get(&format!("/api/proxy/up{path}")).as_role("AGENT", "acme").send().await
}

async fn patch(app: &App, id: &str, body: Value) -> Answer {
    let answer = app.put(&format!("/api/integrations/{id}")).as_admin().json(&body).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

pub(crate) fn ours(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.header("x-nexus-error"), code, "{answer:?}");
    answer.problem(status, code)
}

#[tokio::test]
async fn a_call_is_made_with_the_credential_and_without_the_token() {
    let (app, upstream) = Upstream::connected().await;
    upstream.always(
        201,
        "content-type: application/json\r\nx-ratelimit: 7\r\nretry-after: 3\r\n",
        "{}",
    );
    let call = app.post("/api/proxy/up/v1/items?a=%20+&b").as_role("AGENT", "acme");
    let answer = call.header("idempotency-key", "k1").json(&json!({"x": "y"})).send().await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (201, "{}"), "{answer:?}");
    assert_eq!((answer.header("x-ratelimit"), answer.header("retry-after")), ("7", "3"));
    assert_eq!(answer.header("x-nexus-error"), "");
    let seen = upstream.one();
    assert_eq!(seen.line, "POST /base/v1/items?a=%20+&b HTTP/1.1");
    assert_eq!(seen.all("authorization"), [format!("Bearer {KEY}")]);
    assert_eq!(
        (seen.all("idempotency-key"), seen.all("host")),
        (vec!["k1"], vec![&*upstream.host])
    );
    assert_eq!(seen.body, br#"{"x":"y"}"#);
    let token = token::of("AGENT", "acme");
    assert!(!format!("{seen:?}").contains(&token));
}

#[tokio::test]
async fn by_slug_or_id_of_ones_own_workspace_only() {
    let (app, upstream) = Upstream::connected().await;
    let id = app.get("/api/integrations/up").as_admin().send().await.json()["id"].clone();
    let path = format!("/api/proxy/{}/x", id.as_str().unwrap());
    assert_eq!(app.get(&path).as_role("MANAGER", "acme").send().await.status, 200);
    assert_eq!(upstream.one().target(), "/base/x");
    for path in [path.as_str(), "/api/proxy/up/x"] {
        ours(&app.get(path).as_role("AGENT", "globex").send().await, 404, "not_found");
    }
    ours(&app.get(&path).send().await, 401, "missing_token");
    ours(&app.get(&path).as_role("VIEWER", "acme").send().await, 403, "forbidden");
    ours(&app.get("/api/proxy/nobody/x").as_role("AGENT", "acme").send().await, 404, "not_found");
    assert!(upstream.seen().is_empty());
}

/// A change counts whoever makes it, and whether or not an instance has cached the row.
#[tokio::test]
async fn a_change_counts_from_the_next_call_on() {
    let (app, upstream) = Upstream::connected().await;
    let database = app.database();
    let change = |sql: &str| assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
    for (made, undone, status, code) in [
        ("status = 'inactive'", "status = 'active'", 409, "integration_inactive"),
        ("health = 'pending'", "health = 'healthy'", 409, "reauthorization_required"),
        ("slug = 'elsewhere'", "slug = 'up'", 404, "not_found"),
        ("workspace = 'globex'", "workspace = 'acme'", 404, "not_found"),
        (
            r#"policy = json_set(policy, '$.agents[0]', 'nobody')"#,
            r#"policy = json_set(policy, '$.agents[0]', '*')"#,
            403,
            "policy_denied",
        ),
    ] {
        for _ in 0..2 {
            assert_eq!(get(&app, "/x").await.status, 200, "before {made}");
        }
        change(&format!("update integrations set {made}"));
        ours(&get(&app, "/x").await, status, code);
        change(&format!("update integrations set {undone}"));
    }
    assert_eq!(get(&app, "/x").await.status, 200);
    upstream.forget();
    change("update credentials set sealed = zeroblob(length(sealed))");
    ours(&get(&app, "/x").await, 500, "credential_unreadable");
    assert!(upstream.seen().is_empty());
    change("delete from integrations");
    ours(&get(&app, "/x").await, 404, "not_found");
}

/// The path that is sent and the path that arrives. `None` if the call is rejected and nothing arrives.
#[tokio::test]
async fn no_path_leaves_its_place_and_all_others_go_through_byte_for_byte() {
    let (app, upstream) = Upstream::connected().await;
    for (sent, arrives) in [
        ("", Some("/base")),
        ("/", Some("/base/")),
        ("?q", Some("/base?q")),
        ("/x//y/", Some("/base/x//y/")),
        ("//evil.example/x", Some("/base//evil.example/x")),
        ("/http://evil.example/x", Some("/base/http://evil.example/x")),
        ("/@evil.example", Some("/base/@evil.example")),
        ("/:8080", Some("/base/:8080")),
        ("/projects/group%2Frepo/x?ref=a%2Fb", Some("/base/projects/group%2Frepo/x?ref=a%2Fb")),
        ("/a%20b%C3%BC%25?x=%7B%7D&&y=+", Some("/base/a%20b%C3%BC%25?x=%7B%7D&&y=+")),
        ("/a!$&'()*+,;=~b", Some("/base/a!$&'()*+,;=~b")),
        ("/a..b/...", Some("/base/a..b/...")),
        ("/..", None),
        ("/x/../../y", None),
        ("/%2e%2e/y", None),
        ("/.%2E/y", None),
        ("/%252e%252e/y", None),
        ("/x%2f..%2fy", None),
        ("/x%252f..%252fy", None),
        ("/x/.", None),
        ("/x%5c..%5cy", None),
        ("/x%255cy", None),
        ("/x%00", None),
        ("/x%0d%0aX-Evil:1", None),
        ("/x%250d%250aX-Evil:1", None),
    ] {
        let answer = raw_get(&app, &format!("/api/proxy/up{sent}"), "").await;
        match arrives {
            Some(target) => {
                assert_eq!(status(&answer), 200, "{sent}: {answer}");
                assert_eq!(upstream.one().target(), target, "{sent}");
            }
            None => {
                assert_eq!(status(&answer), 422, "{sent}: {answer}");
                assert!(answer.contains("x-nexus-error: invalid"), "{sent}: {answer}");
                assert!(upstream.seen().is_empty(), "{sent}");
            }
        }
    }
    // An invalid request target does not reach the provider.
    for sent in ["/\\evil.example", "/x y", "/x\u{e9}"] {
        let answer = raw_get(&app, &format!("/api/proxy/up{sent}"), "").await;
        assert!(status(&answer) >= 400 || upstream.seen().len() == 1, "{sent}: {answer}");
        assert!(upstream.seen().iter().all(|seen| seen.target().starts_with("/base/")), "{sent}");
        upstream.forget();
    }
    // A target with a host names a path here anyway. Spin closes the connection.
    let answer = raw_get(&app, "http://evil.example/api/proxy/up/x", "").await;
    let is_closed = answer.is_empty();
    assert!(is_closed || status(&answer) == 200 || status(&answer) == 400, "{answer}");
    for seen in upstream.seen() {
        assert_eq!((seen.target(), seen.all("host")), ("/base/x", vec![&*upstream.host]));
    }
}

/// A header of the caller, and whether the provider gets it.
#[tokio::test]
async fn headers_that_are_not_the_agents_to_send_do_not_arrive() {
    let (app, upstream) = Upstream::connected().await;
    let token = token::of("AGENT", "acme");
    for (name, value, arrives) in [
        ("X-Keep", "1", true),
        ("User-Agent", "agent/1", true),
        ("If-None-Match", "\"x\"", true),
        ("Range", "bytes=0-1", false),
        ("Range", "bytes=0-", false),
        ("If-Range", "\"x\"", false),
        ("Accept-Charset", "utf-7", false),
        ("A-IM", "vcdiff", false),
        ("X-Request-Id", "client-1", true),
        ("Cookie", "a=b", false),
        ("Forwarded", "for=1.2.3.4", false),
        ("X-Forwarded-Host", "evil.example", false),
        ("X-Forwarded-For", "1.2.3.4", false),
        ("Via", "1.1 x", false),
        ("X-HTTP-Method-Override", "DELETE", false),
        ("X-HTTP-Method", "DELETE", false),
        ("X-Method-Override", "DELETE", false),
        ("Traceparent", "00-1-1-00", false),
        ("Tracestate", "inside=1", false),
        ("Baggage", "user=ann", false),
        ("B3", "0", false),
        ("X-B3-TraceId", "1", false),
        ("X-Datadog-Trace-Id", "1", false),
        ("X-Amzn-Trace-Id", "Root=1", false),
        ("Sentry-Trace", "1-1", false),
        ("Spin-Client-Addr", "1.2.3.4", false),
        ("Spin-Path-Info", "/elsewhere", false),
        ("X-Nexus-Caller", "proxy", false),
        ("X-Nexus-Agent", "ADMIN authorization somebody", false),
        ("X-Nexus-Request-Id", "req_of_somebody", false),
        ("Te", "trailers", false),
        ("Proxy-Authorization", "x", false),
        ("X-Copy", token.as_str(), false),
        ("X-Copy", &format!("Bearer {token}"), false),
    ] {
        let answer = raw_get(&app, "/api/proxy/up/x", &format!("{name}: {value}\r\n")).await;
        assert_eq!(status(&answer), 200, "{name}: {answer}");
        assert!(!answer.contains("req_of_somebody"), "{name}: {answer}");
        let seen = upstream.one();
        let expected = if arrives { vec![value] } else { vec![] };
        assert_eq!(seen.all(&name.to_lowercase()), expected, "{name}: {seen:?}");
        assert_eq!(seen.all("authorization"), [format!("Bearer {KEY}")], "{name}");
        assert_eq!(seen.all("host"), [&upstream.host], "{name}");
        assert_eq!(seen.all("accept-encoding"), ["identity"], "{name}");
    }
}

#[tokio::test]
async fn the_credential_stands_alone_where_it_is_injected() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let inject = json!([
        {"in": "header", "name": "X-Acme-Key", "value": "{key}"},
        {"in": "query", "name": "key", "value": "{key}"}]);
    upstream.connect(&app, json!({ "/inject": inject })).await;
    let path = "/api/proxy/up/x?key=stolen&a=%20&k%65y=stolen&b=+&key";
    let answer = raw_get(&app, path, "x-acme-key: stolen\r\nX-ACME-KEY: again\r\n").await;
    assert_eq!(status(&answer), 200, "{answer}");
    let seen = upstream.one();
    assert_eq!(seen.target(), "/base/x?a=%20&b=+&key=up_live_0123456789%2Fabc%2Bdef%3D");
    assert_eq!((seen.all("x-acme-key"), seen.all("authorization")), (vec![KEY], vec![]));
    assert_eq!(seen.all("accept-encoding"), ["identity"]);
    // An SDK puts its key, which is the agent's token here, at the position of the provider's key.
    let token = token::of("AGENT", "acme");
    let send = async |headers: &str, target: &str| {
        let text =
            format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
        raw(&app, &text).await
    };
    let answer = send(&format!("x-acme-key: {token}\r\n"), "/api/proxy/up/x").await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(!format!("{:?}", upstream.one()).contains(&token));
    let other = token::of("AGENT", "globex");
    for (headers, target) in [
        (format!("x-other: {token}\r\n"), "/api/proxy/up/x".to_owned()),
        (
            format!("authorization: Bearer {token}\r\nx-acme-key: {other}\r\n"),
            "/api/proxy/up/x".into(),
        ),
        (format!("x-acme-key: {token}\r\nx-b: {other}\r\n"), "/api/proxy/up/x".into()),
        (format!("authorization: Bearer {token}\r\n").repeat(2), "/api/proxy/up/x".into()),
        (format!("authorization: Bearer {token}\r\n"), format!("/api/proxy/up/x?t={token}")),
        (format!("authorization: Bearer {token}\r\n"), format!("/api/proxy/up/{token}")),
        (String::new(), format!("/api/proxy/up/x?key={token}")),
    ] {
        let answer = send(&headers, &target).await;
        assert_eq!(status(&answer), 401, "{headers} {target}: {answer}");
        assert!(upstream.seen().is_empty(), "{headers}");
    }
}

#[tokio::test]
async fn another_host_is_one_of_the_manifests() {
    let (app, upstream, second) =
        (App::start().await, Upstream::start().await, Upstream::start().await);
    let hosts = json!([upstream.host, second.host]);
    upstream.connect(&app, json!({ "/api/hosts": hosts })).await;
    let get = async |host: &str| {
        raw_get(&app, "/api/proxy/up/x", &format!("x-nexus-host: {host}\r\n")).await
    };
    assert_eq!(status(&get(&second.host).await), 200);
    assert_eq!((second.one().target(), upstream.seen().len()), ("/base/x", 0));
    for host in [
        "evil.example",
        "broker.spin.internal",
        "self.alt",
        "localhost",
        "[::1]",
        "2130706433",
        "127.0.0.1",
        "0x7f000001:80",
        "",
        "x@evil.example",
    ] {
        let answer = get(host).await;
        assert_eq!(status(&answer), 422, "{host}: {answer}");
    }
    assert!(upstream.seen().is_empty() && second.seen().is_empty());
}

/// Responses of a provider in which no secret may arrive.
#[tokio::test]
async fn a_credential_that_is_echoed_is_masked() {
    use base64::Engine as _;
    let (app, upstream) = Upstream::connected().await;
    let base64 = base64::engine::general_purpose::STANDARD_NO_PAD.encode(KEY);
    let percent = "up_live_0123456789%2Fabc%2Bdef%3D";
    let escaped = KEY.replace('/', "\\/");
    for dress in [KEY, base64.as_str(), percent, escaped.as_str()] {
        for kind in [
            "application/json",
            "text/plain; charset=utf-8",
            "application/problem+json",
            "multipart/mixed; boundary=batch",
            "message/rfc822",
            "",
        ] {
            let body = format!("{{\"key\":\"{dress}\",\"more\":\"text\"}}");
            let header = match kind {
                "" => String::new(),
                kind => format!("content-type: {kind}\r\n"),
            };
            let answer = body.clone();
            upstream.answer(move |_| Reply::new(401, &format!("{header}x-echo: a\r\n"), &answer));
            let answer = get(&app, "/x").await;
            assert_eq!(answer.text, body.replace(dress, &"*".repeat(dress.len())), "{kind}");
            assert_eq!(answer.header("content-length"), body.len().to_string());
        }
        let location =
            format!("location: https://evil.example/?key={dress}&x=1\r\nx-key: {dress}\r\n");
        upstream.answer(move |_| Reply::new(302, &location, "moved"));
        let answer = raw_get(&app, "/api/proxy/up/x", "").await;
        assert_eq!(status(&answer), 302, "{answer}");
        let hidden = "*".repeat(dress.len());
        assert!(answer.contains(&format!("?key={hidden}&x=1")), "{answer}");
        assert!(!answer.contains(dress), "{answer}");
    }
}

#[tokio::test]
async fn a_credential_cut_in_two_by_chunks_is_masked_and_nothing_else_is_held_back() {
    let (app, upstream) = Upstream::connected().await;
    let (first, second) = KEY.split_at(9);
    let (sender, receiver) = unbounded_channel();
    let receiver = std::sync::Mutex::new(Some(receiver));
    upstream.answer(move |_| {
        let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        Reply::Stream(head.into(), receiver.lock().unwrap().take().unwrap())
    });
    let mut stream = open(&app, "/api/proxy/up/events").await;
    sender.send(b"data: one\n\n".to_vec()).unwrap();
    assert_eq!(stream.next("data: one\n\n").await, "data: one\n\n");
    sender.send(format!("data: {first}").into_bytes()).unwrap();
    assert_eq!(stream.next("data: ").await, "data: ");
    sender.send(format!("{second}\n\n").into_bytes()).unwrap();
    let masked = format!("{}\n\n", "*".repeat(KEY.len()));
    assert_eq!(stream.next(&masked).await, masked);
    drop(sender);
    assert_eq!(stream.rest().await, "");
}

/// A response that is read as a stream.
pub(crate) struct Streamed(reqwest::Response, String);

impl Streamed {
    /// Reads as many characters as `like` has.
    pub(crate) async fn next(&mut self, like: &str) -> String {
        while self.1.len() < like.len() {
            let chunk = self.0.chunk().await.unwrap().unwrap();
            self.1.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        self.1.drain(..like.len()).collect()
    }

    pub(crate) async fn rest(mut self) -> String {
        while let Some(chunk) = self.0.chunk().await.unwrap() {
            self.1.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        self.1
    }
}

/// A call of an agent whose response is read as a stream.
pub(crate) async fn open(app: &App, path: &str) -> Streamed {
    let request = reqwest::Client::new().get(format!("{}{path}", app.url));
    let response = request.bearer_auth(token::of("AGENT", "acme")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    Streamed(response, String::new())
}

#[tokio::test]
async fn headers_for_a_browser_are_removed() {
    let (app, upstream) = Upstream::connected().await;
    upstream.always(
        200,
        "content-type: text/html\r\nset-cookie: a=b\r\nset-cookie: c=d\r\nclear-site-data: \"*\"\r\n\
         strict-transport-security: max-age=1\r\nalt-svc: h3\r\nrefresh: 0\r\nnel: {}\r\n\
         report-to: {}\r\naccess-control-allow-origin: *\r\nx-nexus-error: forged\r\n\
         service-worker-allowed: /\r\ncontent-security-policy: none\r\ncache-control: public\r\n\
         etag: \"e\"\r\nx-request-id: theirs\r\nlink: <https://x>; rel=next\r\n",
        "<script>alert(1)</script>",
    );
    let answer = get(&app, "/page").await;
    assert_eq!(answer.status, 200);
    for name in [
        "set-cookie",
        "clear-site-data",
        "strict-transport-security",
        "alt-svc",
        "refresh",
        "nel",
        "report-to",
        "access-control-allow-origin",
        "x-nexus-error",
        "service-worker-allowed",
    ] {
        assert_eq!(answer.header(name), "", "{name}");
    }
    for (name, value) in [
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store, private"),
        ("content-type", "text/html"),
        ("etag", "\"e\""),
        ("x-request-id", "theirs"),
        ("link", "<https://x>; rel=next"),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn every_method_and_kind_of_body_goes_through() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|seen| match seen.method() {
        "HEAD" => {
            Reply::Bytes(b"HTTP/1.1 200 X\r\ncontent-length: 1234\r\nx-a: b\r\n\r\n".to_vec())
        }
        "DELETE" => Reply::Bytes(b"HTTP/1.1 204 X\r\nx-a: b\r\n\r\n".to_vec()),
        _ => Reply::new(200, "x-a: b\r\n", &seen.body),
    });
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let text = format!(
            "{method} /api/proxy/up/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {}\r\n{}\r\n",
            token::of("AGENT", "acme"),
            if ["POST", "PUT", "PATCH"].contains(&method) { "content-length: 0\r\n" } else { "" },
        );
        let answer = raw(&app, &text).await;
        assert!(matches!(status(&answer), 200 | 204), "{method}: {answer}");
        assert!(answer.contains("x-a: b"), "{method}: {answer}");
        if method == "HEAD" {
            assert!(answer.contains("content-length: 1234"), "{answer}");
        }
        let seen = upstream.one();
        assert_eq!((seen.method(), seen.body.len()), (method, 0));
        assert_eq!(seen.all("transfer-encoding"), Vec::<&str>::new(), "{method}");
    }
    // One body without a length, and one that the client announces with `expect`.
    let token = token::of("AGENT", "acme");
    let head = format!(
        "POST /api/proxy/up/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n"
    );
    let answer = raw(
        &app,
        &format!("{head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
    )
    .await;
    assert!(answer.ends_with("hello world") || answer.contains("hello world"), "{answer}");
    assert_eq!(upstream.one().body, b"hello world");
    let answer =
        raw(&app, &format!("{head}expect: 100-continue\r\ncontent-length: 5\r\n\r\nhello")).await;
    assert!(answer.contains(" 200 ") && answer.contains("hello"), "{answer}");
    let seen = upstream.one();
    assert_eq!((seen.body.as_slice(), seen.all("expect")), (b"hello".as_slice(), vec![]));
    // A large body in both directions, byte for byte.
    let large: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = reqwest::Client::new().put(format!("{}/api/proxy/up/large", app.url));
    let answer = sent.bearer_auth(&token).body(large.clone()).send().await.unwrap();
    assert_eq!(answer.bytes().await.unwrap(), large);
    assert_eq!(upstream.one().body, large);
}

#[tokio::test]
async fn a_provider_in_trouble_is_told_as_ours() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|_| Reply::Bytes(b"nonsense\r\n\r\n".to_vec()));
    ours(&get(&app, "/x").await, 502, "provider_error");
    upstream.answer(|_| Reply::Bytes(Vec::new()));
    drop(upstream);
    let nobody = Upstream::start().await;
    nobody.answer(|_| Reply::Bytes(Vec::new()));
    // A status of the provider is passed on.
    let (app, upstream) = Upstream::connected().await;
    upstream.always(503, "content-type: text/html\r\nretry-after: 9\r\n", "<h1>down</h1>");
    let answer = get(&app, "/x").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "9"));
    assert_eq!(answer.header("x-nexus-error"), "");
}

#[tokio::test]
async fn policies_and_the_manifests_own_refusals() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"]["deny"] = json!([{"method": "POST", "path": "/keys/*", "why": "Mints a key"}]);
    manifest["revoke"] = json!({"tokens": ["key"], "effect": "token", "request":
        {"method": "DELETE", "url": format!("http://{}/base/me/key", upstream.host), "auth": "token"}});
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    let call = async |role: &str, method: &str, path: &str| {
        let method = method.parse().unwrap();
        let call = app.call(method, &format!("/api/proxy/up{path}"));
        // The token alone decides who calls, whatever this header says.
        let call = call.header("x-nexus-agent", "ADMIN authorization somebody-else");
        call.as_role(role, "acme").send().await
    };
    let denied = async |role: &str, method: &str, path: &str, rule: &str| {
        let answer = call(role, method, path).await;
        let problem = ours(&answer, 403, "policy_denied");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(rule), "{method} {path}: {detail}");
        assert!(problem["link"].as_str().unwrap().contains("#/integrations/int_"), "{problem}");
        assert!(upstream.seen().is_empty(), "{method} {path}");
    };
    let passes = async |role: &str, method: &str, path: &str| {
        let answer = call(role, method, path).await;
        assert_eq!(answer.status, 200, "{method} {path}: {answer:?}");
        upstream.forget();
    };
    denied("AGENT", "POST", "/keys/new", "api.deny[0]").await;
    denied("AGENT", "POST", "/KEYS//new/", "api.deny[0]").await;
    denied("AGENT", "POST", "/keys%2Fnew", "api.deny[0]").await;
    passes("AGENT", "GET", "/keys/new").await;
    passes("ADMIN", "POST", "/keys/new").await;
    // Nobody may call the endpoints that end the connection itself.
    for role in ["AGENT", "MANAGER", "ADMIN"] {
        denied(role, "DELETE", "/me/key", "the connection itself").await;
        denied(role, "GET", "/ME/k%65y/", "the connection itself").await;
    }
    let rule = |effect: &str, method: &str, path: &str| json!({"effect": effect, "methods": [method], "path": path});
    let rules = json!([
        rule("allow", "POST", "/keys/new"),
        rule("allow", "GET", "/v1/**"),
        rule("deny", "GET", "/v1/secrets/**")
    ]);
    patch(&app, "up", json!({"policy": {"rules": rules}})).await;
    passes("AGENT", "POST", "/keys/new").await;
    passes("AGENT", "GET", "/v1/x/y").await;
    denied("AGENT", "POST", "/keys/other", "no allow rule").await;
    denied("AGENT", "POST", "/v1/x", "no allow rule").await;
    denied("AGENT", "GET", "/v1/secrets", "policy.rules[2]").await;
    denied("AGENT", "GET", "/v1/Secrets/x", "policy.rules[2]").await;
    denied("AGENT", "GET", "/v1//x", "an empty segment").await;
    denied("AGENT", "GET", "/v1/x;y", "`;`").await;
    denied("ADMIN", "GET", "/v1/secrets", "policy.rules[2]").await;
    patch(&app, "up", json!({"policy": {"agents": ["somebody-else"]}})).await;
    denied("AGENT", "GET", "/x", "policy.agents").await;
    within(async || {
        let audit = app.get("/api/audit").as_admin().send().await.text;
        audit.contains("\"integration.call\"") && audit.contains("api.deny[0]")
    })
    .await;
}

#[tokio::test]
async fn an_unusable_integration_says_who_can_fix_it() {
    let (app, upstream) = Upstream::connected().await;
    patch(&app, "up", json!({"status": "inactive"})).await;
    let problem = ours(&get(&app, "/x").await, 409, "integration_inactive");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("MANAGER") && detail.contains("/#/integrations/int_"), "{detail}");
    patch(&app, "up", json!({"status": "active"})).await;
    // The provider rejects the key. The first call gets a 401, and the check that follows updates the health.
    upstream.always(401, "content-type: application/json\r\n", r#"{"error":"invalid key"}"#);
    long_ago(&app);
    let answer = get(&app, "/x").await;
    assert_eq!((answer.status.as_u16(), answer.header("x-nexus-error")), (401, ""));
    let known = async || {
        let shown = app.get("/api/integrations/up").as_admin().send().await.json();
        shown["health"]["state"] == "reauthorize"
    };
    within(known).await;
    let problem = ours(&get(&app, "/x").await, 409, "reauthorization_required");
    assert!(problem["link"].is_string(), "{problem}");
}

/// Makes the last check old.
fn long_ago(app: &App) {
    let sql = "update integrations set health_at = 0; update credentials set check_at = 1;";
    app.database().execute_batch(sql).unwrap();
}

/// Waits until a change that happens a moment after a response is visible.
pub(super) async fn within(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not become true");
}

#[tokio::test]
async fn a_401_of_one_endpoint_says_nothing_of_the_credential() {
    let (app, upstream) = Upstream::connected().await;
    long_ago(&app);
    upstream.answer(|seen| match seen.target() {
        "/base/me" => Reply::json(200, &json!({"id": "acct_1"})),
        _ => Reply::json(401, &json!({"error": "not for you"})),
    });
    for _ in 0..50 {
        assert_eq!(get(&app, "/admin").await.status, 401);
    }
    within(async || upstream.seen().iter().any(|seen| seen.target() == "/base/me")).await;
    let shown = app.get("/api/integrations/up").as_admin().send().await.json();
    assert_eq!(shown["health"]["state"], "healthy", "{shown}");
    let checks = upstream.seen().iter().filter(|seen| seen.target() == "/base/me").count();
    assert_eq!(checks, 1);
}

#[tokio::test]
async fn a_token_that_ended_is_renewed_before_and_after_the_call() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    let call = || {
        let call = pair.app.get("/api/proxy/primary/userinfo");
        call.as_role("AGENT", "acme").send()
    };
    assert_eq!(call().await.status, 200);
    // The application knows that the token has expired.
    pair.expire();
    assert_eq!(call().await.status, 200);
    assert_eq!(pair.provider.stats().refreshes, 1);
    // Only the provider knows that the token has expired.
    pair.provider.expire_access_tokens();
    assert_eq!(call().await.status, 200);
    assert_eq!(pair.provider.stats().refreshes, 2);
    // The token is not refreshed twice within five minutes. The provider's own response is passed on.
    pair.provider.expire_access_tokens();
    let answer = call().await;
    assert_eq!((answer.status.as_u16(), answer.header("x-nexus-error")), (401, ""));
    assert_eq!(pair.provider.stats().refreshes, 2);
    pair.provider.revoke_all_grants();
    pair.expire();
    ours(&call().await, 409, "reauthorization_required");
    ours(&call().await, 409, "reauthorization_required");
}

#[tokio::test]
async fn many_agents_with_one_expired_token_refresh_once() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.provider.expire_access_tokens();
    let call = async |_| {
        let call = pair.app.get("/api/proxy/primary/userinfo");
        call.as_role("AGENT", "acme").send().await
    };
    for answer in futures::future::join_all((0..200).map(call)).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(pair.provider.stats().refreshes, 1);
    // A burst of 401 responses that no new token ends does not change the connection.
    pair.provider.set_behaviour(Behaviour::Status(401)).await.unwrap();
    for answer in futures::future::join_all((0..200).map(call)).await {
        assert_eq!((answer.status.as_u16(), answer.header("x-nexus-error")), (401, ""));
    }
    pair.provider.release().await.unwrap();
    assert_eq!(pair.provider.stats().refreshes, 1);
    assert_eq!(pair.check().await.json()["health"]["state"], "healthy");
}

#[tokio::test]
async fn an_open_stream_ends_with_the_integration() {
    for end in ["deactivate", "delete"] {
        let (app, upstream) = Upstream::connected().await;
        let stream = Stream::open(&app, &upstream, &token::of("AGENT", "acme")).await;
        match end {
            "deactivate" => drop(patch(&app, "up", json!({"status": "inactive"})).await),
            _ => drop(app.delete("/api/integrations/up").as_admin().send().await),
        }
        stream.is_cut().await;
    }
}

#[tokio::test]
async fn calls_are_counted_by_agent_and_minute() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|seen: &Seen| match seen.target() {
        "/base/bad" => Reply::new(500, "", "broken"),
        _ => Reply::new(200, "", "0123456789"),
    });
    for _ in 0..3 {
        assert_eq!(get(&app, "/good").await.status, 200);
    }
    let call = app.post("/api/proxy/up/bad").as_role("AGENT", "acme");
    assert_eq!(call.body("text/plain", "12345").send().await.status, 500);
    let usage = async || app.get("/api/integrations/up/usage").as_admin().send().await.json();
    within(async || {
        let calls = usage().await["items"]
            .as_array()
            .unwrap()
            .iter()
            .fold(0, |sum, item| sum + item["calls"].as_i64().unwrap());
        calls == 4
    })
    .await;
    let usage = usage().await;
    let sum = |member: &str| -> i64 {
        usage["items"].as_array().unwrap().iter().map(|item| item[member].as_i64().unwrap()).sum()
    };
    assert_eq!((sum("errors"), sum("bytes")), (1, 41), "{usage}");
    assert_eq!(usage["items"][0]["agent"], "user-1");
    let shown = app.get("/api/integrations/up").as_admin().send().await.json();
    assert!(shown["last_used_at"].is_string(), "{shown}");
}

#[tokio::test]
async fn an_agent_sees_what_it_may_use() {
    let (app, upstream) = Upstream::connected().await;
    let body = json!({"manifest_id": "custom-up", "name": "Another", "credentials": {"key": KEY},
        "policy": {"agents": ["somebody-else"]}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    upstream.forget();
    let list = async || app.get("/api/proxy").as_role("AGENT", "acme").send().await;
    let shown = list().await.json();
    let items = shown["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{shown}");
    let item = &items[0];
    assert_eq!((&item["slug"], &item["manifest_id"]), (&json!("up"), &json!("custom-up")));
    assert_eq!(item["account"], json!({"id": "acct_1", "label": null}));
    assert_eq!(item["policy"], json!({"agents": ["*"], "rules": []}));
    assert_eq!(item["base_url"], "http://127.0.0.1:1/api/proxy/up");
    assert!(!shown.to_string().contains(KEY));
    patch(&app, "up", json!({"status": "inactive"})).await;
    assert_eq!(list().await.json()["items"], json!([]));
    app.post("/api/proxy").as_role("AGENT", "acme").send().await.problem(405, "method_not_allowed");
    let other = app.get("/api/proxy").as_role("ADMIN", "globex").send().await;
    assert_eq!(other.json()["items"], json!([]));
    assert!(upstream.seen().is_empty());
}
