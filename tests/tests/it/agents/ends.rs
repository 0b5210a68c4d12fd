//! Responses that are incomplete or malformed, and requests that are not calls. None of them counts as a
//! success.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tokio::sync::mpsc::unbounded_channel;

use crate::agents::mcp::tool;
use crate::agents::proxy::{get, ours};
use crate::kit::app::App;
use crate::kit::token;
use crate::kit::upstream::{Reply, Upstream, raw, raw_get, status};

/// Sends these bytes, and then closes the connection.
fn cut(bytes: impl Into<Vec<u8>>) -> Reply {
    let (_, nothing) = unbounded_channel();
    Reply::Stream(bytes.into(), nothing)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The body in chunks of 16 KB (RFC 9112, 7.1), without the last chunk.
fn chunks(body: &[u8]) -> Vec<u8> {
    let mut chunked = Vec::new();
    for chunk in body.chunks(16 * 1024) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked
}

const HEAD: &str = "HTTP/1.1 200 X\r\ncontent-type: text/plain\r\n";

/// Responses that are cut off. `large` is the size of the part before the cut.
fn broken(large: usize) -> Vec<(&'static str, Vec<u8>)> {
    let body: Vec<u8> =
        (0..large as u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let coded = gzip(&body);
    let half = &coded[..coded.len() / 2];
    let with =
        |headers: &str, body: &[u8]| [HEAD.as_bytes(), headers.as_bytes(), b"\r\n", body].concat();
    let length = |length: usize| format!("content-length: {length}\r\n");
    vec![
        ("less than its length", with(&length(body.len() + 97), &body)),
        ("chunks without the last", with("transfer-encoding: chunked\r\n", &chunks(&body))),
        (
            "half a chunk",
            with("transfer-encoding: chunked\r\n", &[&chunks(&body)[..], b"ff\r\nabc"].concat()),
        ),
        (
            "a malformed chunk",
            with(
                "transfer-encoding: chunked\r\n",
                &[&chunks(&body)[..], b"zz\r\nabc\r\n0\r\n\r\n"].concat(),
            ),
        ),
        (
            "half of a gzip, with its length",
            with(&format!("content-encoding: gzip\r\n{}", length(half.len())), half),
        ),
        (
            "half of a gzip, in whole chunks",
            with(
                "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
                &[&chunks(half)[..], b"0\r\n\r\n"].concat(),
            ),
        ),
    ]
}

#[tokio::test]
async fn a_small_answer_that_breaks_off_is_a_502() {
    let (app, upstream) = Upstream::connected().await;
    let mut all = broken(100);
    all.push(("nothing of its length", format!("{HEAD}content-length: 100\r\n\r\n").into()));
    all.push(("no chunk", format!("{HEAD}transfer-encoding: chunked\r\n\r\n").into()));
    for kind in ["application/json", "application/octet-stream", "image/png"] {
        let text = format!(
            "HTTP/1.1 201 X\r\ncontent-type: {kind}\r\ncontent-length: 50\r\n\r\n{{\"id\":"
        );
        all.push((kind, text.into()));
    }
    for (what, bytes) in all {
        upstream.answer(move |_| cut(bytes.clone()));
        let answer = get(&app, "/x").await;
        let problem = ours(&answer, 502, "provider_error");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("broke off after"), "{what}: {detail}");
        let told = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
        assert_eq!(told["isError"], true, "{what}: {told}");
        assert!(told.to_string().contains("broke off"), "{what}: {told}");
    }
}

#[tokio::test]
async fn a_large_response_that_is_cut_off_is_not_whole() {
    let (app, upstream) = Upstream::connected().await;
    let url = format!("{}/api/proxy/up/x", app.url);
    let agent = token::of("AGENT", "acme");
    for (what, bytes) in broken(200_000) {
        upstream.answer(move |_| cut(bytes.clone()));
        let sent = reqwest::Client::new().get(&url).bearer_auth(&agent);
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{what}");
        assert!(answer.bytes().await.is_err(), "{what}: taken for whole");
        // The result for a model says that the body is incomplete.
        let told = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
        assert_eq!(told["structuredContent"]["truncated"], true, "{what}");
    }
}

#[tokio::test]
async fn a_stream_of_events_that_breaks_off_ends_in_an_error() {
    let (app, upstream) = Upstream::connected().await;
    upstream.answer(|_| {
        cut("HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n")
    });
    let sent = reqwest::Client::new().get(format!("{}/api/proxy/up/x", app.url));
    // The bytes before the cut arrive, unless the machine is so busy that the runtime has not written them
    // yet.
    if let Ok(mut answer) = sent.bearer_auth(token::of("AGENT", "acme")).send().await {
        let mut read = Vec::new();
        let end = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => read.extend_from_slice(&chunk),
                end => break end,
            }
        };
        assert!(end.is_err(), "taken for whole");
        assert!(b"data: 1\n\n".starts_with(&read), "{read:?}");
    }
    // The result for a model says that the body is incomplete.
    let told = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
    assert_eq!(
        (&told["isError"], &told["structuredContent"]["truncated"]),
        (&json!(true), &json!(true))
    );
    let text = told["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("broke off after 9 bytes") && text.ends_with("[the body is cut off here]"),
        "{text}"
    );
}

#[tokio::test]
async fn complete_responses_arrive_whole() {
    let (app, upstream) = Upstream::connected().await;
    let coded = gzip(b"{\"a\": 1}");
    for (what, headers, body, expected) in [
        ("a length", "content-length: 5\r\n", b"hello".to_vec(), "hello"),
        ("no byte", "content-length: 0\r\n", Vec::new(), ""),
        ("chunks", "transfer-encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n".to_vec(), "hello"),
        (
            "trailers",
            "trailer: x-sum\r\ntransfer-encoding: chunked\r\n",
            b"5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n".to_vec(),
            "hello",
        ),
        ("until the end of the connection", "connection: close\r\n", b"hello".to_vec(), "hello"),
        ("gzip", "content-encoding: gzip\r\nconnection: close\r\n", coded, "{\"a\": 1}"),
        ("an empty gzip", "content-encoding: gzip\r\ncontent-length: 0\r\n", Vec::new(), ""),
        (
            "an empty gzip in chunks",
            "content-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
            b"0\r\n\r\n".to_vec(),
            "",
        ),
    ] {
        let bytes = [format!("{HEAD}{headers}\r\n").as_bytes(), &body].concat();
        upstream.answer(move |_| cut(bytes.clone()));
        let answer = get(&app, "/x").await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (200, expected),
            "{what}: {answer:?}"
        );
        // The head and the body arrive together.
        assert_eq!(answer.header("content-length"), expected.len().to_string(), "{what}");
        assert_eq!((answer.header("trailer"), answer.header("x-sum")), ("", ""), "{what}");
    }
}

#[tokio::test]
async fn a_status_that_http_does_not_have_is_a_502_that_names_it() {
    let (app, upstream) = Upstream::connected().await;
    for status in [600, 777, 999] {
        upstream.always(status, "content-type: text/html\r\n", "request denied");
        let problem = ours(&get(&app, "/x").await, 502, "provider_error");
        assert!(problem["detail"].as_str().unwrap().contains(&status.to_string()), "{problem}");
        let told = tool(&app, "call_api", json!({"integration": "up", "path": "/x"})).await;
        assert_eq!(told["isError"], true, "{told}");
        assert!(told.to_string().contains(&status.to_string()), "{told}");
    }
    // A failed check of new credentials does not change the health of the stored one.
    let key = json!({"credentials": {"key": "another-key-0123456789"}});
    let answer = app.put("/api/integrations/up").as_admin().json(&key).send().await;
    let problem = answer.problem(502, "provider_error");
    assert!(problem["detail"].as_str().unwrap().contains("999"), "{problem}");
    // The client did not ask for an upgrade, and the response does not offer a usable one.
    upstream.answer(|_| cut("HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"));
    ours(&get(&app, "/x").await, 502, "provider_error");
    for line in
        ["HTTP/1.1 099 X", "HTTP/1.1 000 X", "HTTP/1.1 99 X", "HTTP/1.1 1000 X", "HTTP/1.1 -1 X"]
    {
        upstream.answer(move |_| cut(format!("{line}\r\ncontent-length: 2\r\n\r\nok")));
        ours(&get(&app, "/x").await, 502, "provider_error");
    }
    // The highest valid status codes are the provider's own. An interim response is not the final response.
    for status in [200, 299, 418, 599] {
        upstream.always(status, "", "body");
        let answer = get(&app, "/x").await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (status, "body"));
    }
    upstream.answer(|_| {
        cut("HTTP/1.1 103 X\r\nlink: </a>\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 201 X\r\ncontent-length: 2\r\n\r\nok")
    });
    let answer = get(&app, "/x").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (201, "ok"));
}

#[tokio::test]
async fn an_answer_without_a_body_has_none_whatever_it_says() {
    let (app, upstream) = Upstream::connected().await;
    for (line, length) in [("204 X", ""), ("304 X", "content-length: 5")] {
        for headers in [
            "",
            "content-length: 5\r\n",
            "content-length: 90000\r\n",
            "transfer-encoding: chunked\r\n",
        ] {
            upstream
                .answer(move |_| cut(format!("HTTP/1.1 {line}\r\nx-a: b\r\n{headers}\r\nhello")));
            let answer = raw_get(&app, "/api/proxy/up/x", "").await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert_eq!(status(&answer).to_string(), line[..3], "{headers:?}: {answer}");
            assert!(head.contains("x-a: b") && body.is_empty(), "{headers:?}: {answer}");
            assert!(
                !head.contains("content-length") || !length.is_empty(),
                "{headers:?}: {answer}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_on_its_way_up_is_the_clients_fault() {
    let (app, upstream) = Upstream::connected().await;
    let agent = token::of("AGENT", "acme");
    let admin = token::of("ADMIN", "acme");
    for (target, token) in
        [("/api/proxy/up/x", &agent), ("/mcp", &agent), ("/api/integrations", &admin)]
    {
        for body in
            ["5\r\nhello\r\nzz\r\n", "5\r\nhelloXX5\r\n", "-1\r\n", "5 5\r\nhello\r\n0\r\n\r\n"]
        {
            let answer = raw(
                &app,
                &format!(
                    "POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
                     content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{body}"
                ),
            )
            .await;
            assert_eq!(status(&answer), 400, "{target} {body:?}: {answer}");
            assert!(answer.contains("broken_body"), "{target} {body:?}: {answer}");
        }
    }
    drop(upstream);
}

#[tokio::test]
async fn a_body_that_breaks_off_before_a_token_is_renewed_is_the_clients_fault_too() {
    let pair = crate::tokens::oauth::Pair::built_in(nexus_simulators::Kind::Slack, "slack").await;
    pair.connect_with(json!({"name": "Slack"})).await;
    let agent = token::of("AGENT", "acme");
    let text = format!(
        "POST /api/proxy/slack/chat.postMessage HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         authorization: Bearer {agent}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"
    );
    let answer = raw(&pair.app, &text).await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert!(answer.contains("x-nexus-error: broken_body"), "{answer}");
}

const HANDSHAKE: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A handshake with these headers. Returns the response.
async fn handshake(app: &App, target: &str, headers: &str) -> String {
    let token = token::of("AGENT", "acme");
    raw(
        app,
        &format!(
            "GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{headers}\r\n"
        ),
    )
    .await
}

#[tokio::test]
async fn a_websocket_is_refused_in_words_at_every_door() {
    let (app, upstream) = Upstream::connected().await;
    for target in
        ["/api/proxy/up/realtime", "/api/proxy", "/mcp", "/api/integrations", "/", "/api/health"]
    {
        let headers = format!("{HANDSHAKE}connection: close\r\n");
        let answer = handshake(&app, target, &headers).await;
        assert_eq!(status(&answer), 501, "{target}: {answer}");
        assert!(answer.contains("x-nexus-error: upgrade_unsupported"), "{target}: {answer}");
        assert!(answer.contains("server-sent events"), "{target}: {answer}");
    }
    assert!(upstream.seen().is_empty(), "it went up");
    // A client that offers HTTP/2 uses HTTP/1.1 if the server does not accept the offer (RFC 9110, 7.8).
    let h2c = "connection: Upgrade, HTTP2-Settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n";
    let answer = handshake(&app, "/api/proxy/up/x", h2c).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(upstream.one().all("upgrade").is_empty());
}

#[tokio::test]
async fn trailers_go_neither_way() {
    let (app, upstream) = Upstream::connected().await;
    let agent = token::of("AGENT", "acme");
    let answer = raw(
        &app,
        &format!(
            "POST /api/proxy/up/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {agent}\r\n\
             trailer: authorization\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nauthorization: Bearer {agent}\r\n\r\n"
        ),
    )
    .await;
    assert_eq!(status(&answer), 200, "{answer}");
    let seen = upstream.one();
    assert_eq!(seen.body, b"hello");
    assert!(!format!("{seen:?}").contains(&agent) && seen.all("trailer").is_empty(), "{seen:?}");
}
