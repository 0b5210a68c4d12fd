//! Requests from a component to the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::harness::{Host, full, probe, upstream};

const LOOPBACK: &str = "allowed_outbound_hosts = [\"http://127.0.0.0/8:*\"]";

#[tokio::test]
async fn a_request_arrives_as_it_was_sent() {
    let address = upstream(async |request| {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let names: Vec<_> = parts.headers.keys().map(|name| name.as_str().to_owned()).collect();
        let text = format!(
            "{} {} {:?} {names:?} {body:?}",
            parts.method, parts.uri, parts.headers["host"]
        );
        Response::builder().status(418).header("x-back", "1").body(full(text.into())).unwrap()
    })
    .await;
    let host = Host::start(&probe(LOOPBACK));
    let order = json!({
        "url": format!("http://{address}/p?q"), "method": "PUT", "body": "sent",
        "headers": [["x-a", "1"], ["authorization", "Bearer x"]],
    });
    let answer = host.post("/fetch", order).await;
    assert_eq!(answer["status"], 418);
    assert!(answer["headers"].as_array().unwrap().contains(&json!(["x-back", "1"])));
    let body = answer["body"].as_str().unwrap();
    let expected = format!("PUT /p?q {address:?} ");
    assert!(body.starts_with(&expected) && body.ends_with("b\"sent\""), "{body}");
    assert!(body.contains("\"x-a\"") && body.contains("\"authorization\""), "{body}");
}

#[tokio::test]
async fn a_forbidden_request_is_denied_before_it_is_sent() {
    let host = Host::start(&probe("allowed_outbound_hosts = [\"http://127.0.0.1:1\"]"));
    for url in [
        "http://127.0.0.1:2/",
        "https://127.0.0.1:1/",
        "http://localhost:1/",
        "http://self.alt/echo",
        "http://probe.spin.internal/echo",
        "http://example.com/",
    ] {
        assert_eq!(host.fetch(url).await["error"], "ErrorCode::HttpRequestDenied", "{url}");
    }
    // Allowed, and nothing listens there.
    let refused = host.fetch("http://127.0.0.1:1/").await;
    assert_eq!(refused["error"], "ErrorCode::ConnectionRefused");
}

#[tokio::test]
async fn connection_errors_are_distinguished() {
    let plain = upstream(async |_| Response::new(full("ok".into()))).await;
    let host = Host::start(&probe("allowed_outbound_hosts = [\"*://*:*\"]"));
    let lookup = host.fetch("http://nobody.invalid/").await;
    assert!(lookup["error"].as_str().unwrap().contains("DnsError"), "{lookup}");
    let tls = host.fetch(&format!("https://{plain}/")).await;
    assert_eq!(tls["error"], "ErrorCode::TlsProtocolError");
}

#[tokio::test]
async fn empty_entries_are_skipped_and_invalid_entries_deny_all() {
    let address = upstream(async |_| Response::new(full("ok".into()))).await;
    let manifest = |hosts: &str| {
        let allowed = "allowed_outbound_hosts = [\"{{ hosts }}\", \"http://127.0.0.0/8:*\"]";
        format!("{}\n[variables]\nhosts = {{ default = \"{hosts}\" }}\n", probe(allowed))
    };
    let url = format!("http://{address}/");
    let host = Host::start(&manifest(""));
    assert_eq!(host.fetch(&url).await["body"], "ok");
    let host = Host::start(&manifest("http://a.test http://b.test"));
    assert_eq!(host.fetch(&url).await["error"], "ErrorCode::HttpRequestDenied");
    assert!(host.stderr.text().contains("allowed_outbound_hosts"), "{}", host.stderr.text());
}

#[tokio::test]
async fn self_reaches_the_application_over_the_network() {
    let host = Host::start(&probe("allowed_outbound_hosts = [\"http://self\"]"));
    let answer = host.fetch("http://self.alt/echo/x?q").await;
    let echo: serde_json::Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(echo["uri"], host.url("/echo/x?q"));
}

#[tokio::test]
async fn redirects_are_returned_to_the_guest() {
    let address = upstream(async |_| {
        Response::builder().status(302).header("location", "/next").body(full("".into())).unwrap()
    })
    .await;
    let host = Host::start(&probe(LOOPBACK));
    let answer = host.fetch(&format!("http://{address}/")).await;
    assert_eq!(answer["status"], 302);
    assert!(answer["headers"].as_array().unwrap().contains(&json!(["location", "/next"])));
}

#[tokio::test]
async fn forbidden_headers_cannot_be_sent() {
    let host = Host::start(&probe(LOOPBACK));
    for name in ["connection", "transfer-encoding", "keep-alive", "upgrade"] {
        let order = json!({ "url": "http://127.0.0.1:1/", "headers": [[name, "x"]] });
        let answer = host.post("/fetch", order).await;
        let error = answer["error"].as_str().unwrap();
        assert!(!error.contains("Connection"), "{name} was sent: {error}");
    }
}

#[tokio::test]
async fn the_first_byte_timeout_applies() {
    let address = upstream(async |_| std::future::pending().await).await;
    let host = Host::start(&probe(LOOPBACK));
    let order = json!({ "url": format!("http://{address}/"), "timeouts": { "first_byte": 50 } });
    let answer = host.post("/fetch", order).await;
    assert_eq!(answer["error"], "ErrorCode::ConnectionReadTimeout");
}

#[tokio::test]
async fn the_between_bytes_timeout_applies() {
    let address = upstream(async |_| {
        let first = futures::stream::iter([Ok(http_body::Frame::data("first".into()))]);
        let body = futures::StreamExt::chain(first, futures::stream::pending());
        Response::new(http_body_util::StreamBody::new(body).boxed())
    })
    .await;
    let host = Host::start(&probe(LOOPBACK));
    let order = json!({ "url": format!("http://{address}/"), "timeouts": { "between_bytes": 50 } });
    let answer = host.post("/fetch", order).await;
    assert_eq!(answer["error"], "ErrorCode::ConnectionReadTimeout");
}

#[tokio::test]
async fn connections_are_reused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = accepted.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let service = hyper::service::service_fn(async |_| {
                Ok::<_, std::convert::Infallible>(Response::new(full("ok".into())))
            });
            let io = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
        }
    });
    let host = Host::start(&probe(LOOPBACK));
    for _ in 0..5 {
        assert_eq!(host.fetch(&format!("http://{address}/")).await["body"], "ok");
    }
    assert_eq!(accepted.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn requests_of_one_instance_run_concurrently() {
    let (arrived, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (count, gate) = (arrived.clone(), go.clone());
    let address = upstream(move |_| {
        let (count, gate) = (count.clone(), gate.clone());
        async move {
            // The last one to arrive releases all of them.
            let mut open = std::pin::pin!(gate.notified());
            open.as_mut().enable();
            if count.fetch_add(1, Ordering::SeqCst) + 1 == 10 {
                gate.notify_waiters();
            }
            open.await;
            Response::new(full("ok".into()))
        }
    })
    .await;
    let host = Host::start(&probe(LOOPBACK));
    let url = format!("http://{address}/");
    let answers = futures::future::join_all((0..10).map(|_| host.fetch(&url))).await;
    assert!(answers.iter().all(|answer| answer["status"] == StatusCode::OK.as_u16()));
}
