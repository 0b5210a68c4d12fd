//! Traces: when they are sent, what happens while the collector does not take them, and wrong variables. The tests of the
//! application read what is in them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::harness::{Host, Setup, full, probe, upstream};

/// Longer than any test runs.
const NEVER: &str = "600000";

/// A request that the collector got: its path, its headers, and its body.
type Sent = (String, HeaderMap, Bytes);

/// A collector that responds with a status while `fails` is set. Returns its address and what it gets.
async fn collector(
    fails: Option<(StatusCode, Arc<AtomicBool>)>,
) -> (String, UnboundedReceiver<Sent>) {
    let (sender, received) = mpsc::unbounded_channel();
    let address = upstream(move |request| {
        let (sender, fails) = (sender.clone(), fails.clone());
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let mut response = Response::new(full(Bytes::new()));
            if let Some((status, fails)) = fails
                && fails.load(Ordering::SeqCst)
            {
                *response.status_mut() = status;
            }
            sender.send((head.uri.path().to_owned(), head.headers, body)).unwrap();
            response
        }
    })
    .await;
    (address, received)
}

/// A probe that sends its traces to `address`, and each batch `delay` milliseconds after the last one.
fn traced(address: &str, delay: &str) -> Setup {
    Setup::new(&probe(""))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}"))
        .env("OTEL_BSP_SCHEDULE_DELAY", delay)
}

/// What the collector gets next.
async fn next<T>(received: &mut UnboundedReceiver<T>) -> T {
    let next = tokio::time::timeout(Duration::from_secs(30), received.recv()).await;
    next.expect("the collector gets nothing").unwrap()
}

async fn serve_one(host: &Host) {
    host.get("/instance").await.json();
}

#[tokio::test]
async fn a_stop_sends_what_is_left() {
    let (address, mut received) = collector(None).await;
    let host = traced(&address, NEVER)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-scope=acme,authorization=Basic%20YQ==")
        .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
        .start();
    serve_one(&host).await;
    host.terminate();
    assert!(host.exited().await.success());
    let (path, headers, body) = next(&mut received).await;
    assert_eq!(path, "/v1/traces");
    assert_eq!(headers["content-type"], "application/x-protobuf");
    assert_eq!(
        (&headers["x-scope"], &headers["authorization"]),
        (&"acme".parse().unwrap(), &"Basic YQ==".parse().unwrap())
    );
    let text = String::from_utf8_lossy(&body);
    for part in [
        "GET /...",
        "execute_wasm_component probe",
        "service.name",
        "nexus",
        "deployment.environment",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("/instance"), "{text}");
    assert!(received.try_recv().is_err());
}

#[tokio::test]
async fn the_address_and_the_name_of_the_service_can_be_set_for_traces_alone() {
    let (address, mut received) = collector(None).await;
    let host = Setup::new(&probe(""))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &format!("http://{address}/own/path"))
        .env("OTEL_SERVICE_NAME", "nexus-eu")
        .env("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,service.namespace=acme")
        .start();
    serve_one(&host).await;
    host.terminate();
    assert!(host.exited().await.success());
    let (path, _, body) = next(&mut received).await;
    assert_eq!(path, "/own/path");
    let text = String::from_utf8_lossy(&body);
    assert!(
        text.contains("nexus-eu") && text.contains("acme") && !text.contains("other"),
        "{text}"
    );
}

#[tokio::test]
async fn without_an_address_or_switched_off_nothing_is_sent() {
    let (address, mut received) = collector(None).await;
    for setup in [
        Setup::new(&probe("")).env("OTEL_SERVICE_NAME", "x"),
        traced(&address, "1").env("OTEL_SDK_DISABLED", "true"),
        traced(&address, "1").env("OTEL_TRACES_SAMPLER", "always_off"),
    ] {
        let host = setup.start();
        serve_one(&host).await;
        let line = host.stderr.wait("path=/instance").await;
        assert!(!line.contains(" trace="), "{line}");
        host.terminate();
        assert!(host.exited().await.success());
    }
    assert!(received.try_recv().is_err());
}

#[tokio::test]
async fn a_silent_collector_delays_no_request_and_no_stop() {
    let (sender, mut arrived) = mpsc::unbounded_channel();
    let address = upstream(move |_| {
        sender.send(()).unwrap();
        std::future::pending()
    })
    .await;
    // The queue is full after a few requests.
    let host = traced(&address, "1")
        .env("OTEL_BSP_MAX_QUEUE_SIZE", "4")
        .env("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1")
        .start();
    serve_one(&host).await;
    next(&mut arrived).await;
    for _ in 0..20 {
        serve_one(&host).await;
    }
    let stderr = host.stderr.clone();
    host.terminate();
    assert!(host.exited().await.success());
    stderr.wait("the last spans were not sent").await;
}

#[tokio::test]
async fn the_log_says_once_that_sending_fails_and_once_that_it_works() {
    let fails = Arc::new(AtomicBool::new(true));
    let (address, mut received) = collector(Some((StatusCode::BAD_REQUEST, fails.clone()))).await;
    let host = traced(&address, "1").start();
    for _ in 0..3 {
        serve_one(&host).await;
        next(&mut received).await;
    }
    let line = host.stderr.wait("traces are not sent").await;
    assert!(line.contains("level=warning") && line.contains("400"), "{line}");
    fails.store(false, Ordering::SeqCst);
    serve_one(&host).await;
    host.stderr.wait("traces are sent again").await;
    let text = host.stderr.text();
    assert_eq!(text.matches("traces are not sent").count(), 1, "{text}");
}

#[tokio::test]
async fn the_log_says_that_nobody_is_there() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let host = traced(&nobody.to_string(), "1").start();
    serve_one(&host).await;
    let line = host.stderr.wait("traces are not sent").await;
    assert!(line.contains("connection refused"), "{line}");
    serve_one(&host).await;
    host.terminate();
    assert!(host.exited().await.success());
}

#[tokio::test]
async fn the_line_of_a_request_names_its_trace() {
    let (address, _received) = collector(None).await;
    let host = traced(&address, NEVER).start();
    serve_one(&host).await;
    let line = host.stderr.wait("path=/instance").await;
    let (_, trace) = line.split_once(" trace=").unwrap();
    assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
}

#[test]
fn a_wrong_variable_stops_the_start() {
    let rejected = |variables: &[(&str, &str)], expected: &str| {
        let mut setup = traced("127.0.0.1:4318", NEVER);
        for (name, value) in variables {
            setup = setup.env(name, value);
        }
        let error = setup.fail();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.starts_with(&format!("error: {expected}")), "{error}");
    };
    rejected(
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318")],
        "OTEL_EXPORTER_OTLP_ENDPOINT: \"localhost:4318\" is not a URL such as http://127.0.0.1:4318",
    );
    rejected(
        &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
        "OTEL_EXPORTER_OTLP_PROTOCOL: \"grpc\" is not supported. Remove the variable",
    );
    rejected(
        &[("OTEL_EXPORTER_OTLP_HEADERS", "s3cret")],
        "OTEL_EXPORTER_OTLP_HEADERS: entry 1 is not a header",
    );
    rejected(
        &[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "half")],
        "OTEL_TRACES_SAMPLER_ARG: \"half\" is not a number from 0 to 1",
    );
    rejected(
        &[("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")],
        "OTEL_EXPORTER_OTLP_TIMEOUT: \"10s\" is not a number from 1",
    );
}
