//! Traces of calls. The embedded host makes one trace of a call. Spin begins a new one for each request that a component
//! sends, and has the whole URL in its spans (`docs/operate.md`), so these tests expect less there.

use std::sync::{Arc, Mutex};

use futures::future::join_all;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::kit::app::{App, BROKER_SECRET, TICK_SECRET, until};
use crate::kit::collector::{Collector, Traceparent, attribute, has_failed};
use crate::kit::process::is_spin;
use crate::kit::upstream::{KEY, Reply, Upstream};

/// An application with traces, with a provider connected as `up`.
async fn connected() -> (App, Upstream, Collector) {
    let (collector, upstream) = (Collector::start().await, Upstream::start().await);
    let app = collector.options().start().await.unwrap();
    upstream.connect(&app, json!({})).await;
    (app, upstream, collector)
}

fn port(upstream: &Upstream) -> u16 {
    upstream.host.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// An agent's call, in the trace of its client.
async fn call(app: &App, path: &str, client: &Traceparent) -> u16 {
    let call = app.get(&format!("/api/proxy/up{path}")).as_role("AGENT", "acme");
    call.header("traceparent", &client.header(true)).send().await.status.as_u16()
}

#[tokio::test]
async fn a_call_is_one_trace_through_all_components() {
    let (app, upstream, collector) = connected().await;
    let client = Traceparent::number(1);
    assert_eq!(call(&app, "/x", &client).await, 200);
    let spans = collector.wait(&client).await;
    let served = spans.served(&client).unwrap();
    assert_eq!(served.name, "GET /api/proxy/...");
    assert_eq!(attribute(served, "http.request.method"), "GET");
    assert_eq!(attribute(served, "http.route"), "/api/proxy/...");
    assert_eq!(attribute(served, "http.response.status_code"), "200");
    let proxy = spans.iter().find(|span| span.name == "execute_wasm_component proxy").unwrap();
    assert_eq!(spans.path(proxy), ["execute_wasm_component proxy", "GET /api/proxy/..."]);
    let broker: Vec<_> =
        spans.iter().filter(|span| span.name == "execute_wasm_component broker").collect();
    let all = spans.sent_to(port(&upstream));
    if is_spin() {
        // The span of a chained request is in that of the request, and that one begins a trace.
        for span in &broker {
            assert_eq!(spans.path(span).len(), 2);
        }
        assert!(all.iter().all(|span| spans.path(span).len() == 1));
        return;
    }
    let in_trace: Vec<_> = all.into_iter().filter(|span| client.has(span)).collect();
    assert_eq!(in_trace.len(), 1);
    let sent = in_trace[0];
    assert_eq!(attribute(sent, "server.address"), "127.0.0.1");
    assert_eq!(attribute(sent, "http.response.status_code"), "200");
    assert_eq!(
        spans.path(sent),
        [
            "GET",
            "execute_wasm_component broker",
            "GET",
            "execute_wasm_component proxy",
            "GET /api/proxy/..."
        ]
    );
    let chained = spans.parent(spans.parent(sent).unwrap()).unwrap();
    assert_eq!(attribute(chained, "server.address"), "broker.spin.internal");
    assert!(broker.iter().any(|span| attribute(span, "component_id") == "broker"));
    assert!(spans.iter().filter(|span| client.has(span)).all(|span| !has_failed(span)));
    // The provider does not learn of it.
    let seen = upstream.one();
    assert!(seen.all("traceparent").is_empty() && seen.all("tracestate").is_empty(), "{seen:?}");
}

/// An instance serves several calls at once. Which of them a request belongs to is known from the task that sends it.
#[tokio::test]
async fn calls_at_the_same_time_are_traces_of_their_own() {
    if is_spin() {
        return;
    }
    let (app, upstream, collector) = connected().await;
    // Nobody gets a response before all have asked.
    let asked: Arc<Mutex<Vec<UnboundedSender<Vec<u8>>>>> = Arc::default();
    let waiting = Arc::clone(&asked);
    upstream.answer(move |_| {
        let (sender, pieces) = unbounded_channel();
        waiting.lock().unwrap().push(sender);
        Reply::Stream(Vec::new(), pieces)
    });
    let clients: Vec<_> = (1..=24).map(Traceparent::number).collect();
    let calls = join_all(clients.iter().map(|client| call(&app, "/x", client)));
    let respond = async {
        until("all calls arrive", async || {
            (asked.lock().unwrap().len() == clients.len()).then_some(())
        })
        .await;
        for one in asked.lock().unwrap().drain(..) {
            one.send(b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}".to_vec()).unwrap();
        }
    };
    let (statuses, ()) = tokio::join!(calls, respond);
    assert_eq!(statuses, vec![200; clients.len()]);
    for client in &clients {
        let spans = collector.wait(client).await;
        let sent = spans.sent_to(port(&upstream));
        let of_client: Vec<_> = sent.into_iter().filter(|span| client.has(span)).collect();
        assert_eq!(of_client.len(), 1, "{client:?}");
        assert_eq!(spans.path(of_client[0]).last().unwrap(), "GET /api/proxy/...");
    }
}

#[tokio::test]
async fn a_failure_is_in_the_spans_that_it_concerns() {
    if is_spin() {
        return;
    }
    let (app, upstream, collector) = connected().await;
    let (rejected, broken) = (Traceparent::number(1), Traceparent::number(2));
    upstream.always(404, "", "{}");
    assert_eq!(call(&app, "/x", &rejected).await, 404);
    upstream.answer(|_| Reply::Bytes(b"not HTTP\r\n\r\n".to_vec()));
    assert_eq!(call(&app, "/x", &broken).await, 502);
    let spans = collector.wait(&broken).await;
    let sent = spans.sent_to(port(&upstream));
    let of = |client: &Traceparent| sent.iter().find(|span| client.has(span)).unwrap();
    assert_eq!(attribute(of(&rejected), "error.type"), "404");
    assert_eq!(attribute(of(&broken), "error.type"), "protocol_error");
    assert!(has_failed(of(&rejected)) && has_failed(of(&broken)));
    assert!(!has_failed(spans.served(&rejected).unwrap()), "a 404 is not our failure");
    assert!(has_failed(spans.served(&broken).unwrap()));
}

#[tokio::test]
async fn the_client_says_whether_its_trace_is_sent() {
    let (app, _, collector) = connected().await;
    let (unsampled, after) = (Traceparent::number(1), Traceparent::number(2));
    let request = app.get("/api/health").header("traceparent", &unsampled.header(false));
    assert_eq!(request.send().await.status, 200);
    let request = app.get("/api/health").header("traceparent", &after.header(true));
    assert_eq!(request.send().await.status, 200);
    let spans = collector.wait(&after).await;
    assert!(!spans.iter().any(|span| unsampled.has(span)));
}

#[tokio::test]
async fn no_span_has_a_secret() {
    let (app, upstream, collector) = connected().await;
    let agent = app.post("/api/agents").as_admin().json(&json!({"name": "Bot"})).send().await;
    let path = format!("/api/agents/{}/keys", agent.json()["id"].as_str().unwrap());
    let made = app.post(&path).as_admin().json(&json!({"name": "k"})).send().await.json();
    let key = made["key"].as_str().unwrap();
    upstream.always(
        200,
        "content-type: application/json\r\nx-answer: CANARY-answered-header\r\n",
        "\"CANARY-answered-body\"",
    );

    let call = app.post("/api/proxy/up/CANARY-path?token=CANARY-query").bearer(key);
    let call = call
        .header("cookie", "session=CANARY-cookie")
        .header("tracestate", "vendor=CANARY-tracestate")
        .header("baggage", "user=CANARY-baggage")
        .header("x-request-id", "CANARY-request-id")
        .header("x-own", "CANARY-header")
        .header("traceparent", &Traceparent::number(1).header(true));
    let answer = call.json(&json!({"x": "CANARY-body"})).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for path in [
        "/api/oauth/callback/custom-up?code=CANARY-code&state=CANARY-state",
        "/sign-in?link=CANARY-link",
        "/CANARY-nowhere",
    ] {
        let request = app.get(path).header("traceparent", "CANARY-traceparent");
        let _ = request.header("cookie", "session=CANARY-cookie").try_send().await;
    }
    app.get("/api/health").bearer(TICK_SECRET).send().await;
    let last = Traceparent::number(2);
    app.get("/api/health").header("traceparent", &last.header(true)).send().await;
    let spans = collector.wait(&last).await;
    assert!(spans.iter().any(|span| span.name == "execute_wasm_component oauth-callback"));
    assert!(spans.iter().any(|span| span.name == "execute_wasm_component broker"));

    let bytes = collector.bytes();
    let mut secrets: Vec<&str> = vec![
        key,
        KEY,
        BROKER_SECRET,
        TICK_SECRET,
        // How a JWT begins.
        "eyJhbGciOi",
        "CANARY-cookie",
        "CANARY-body",
        "CANARY-header",
        "CANARY-baggage",
        "CANARY-answered",
    ];
    match is_spin() {
        // Spin's spans have the URL, which a collector must remove.
        true => assert!(memchr::memmem::find(&bytes, b"CANARY-query").is_some()),
        false => secrets.push("CANARY"),
    }
    for secret in secrets {
        assert!(memchr::memmem::find(&bytes, secret.as_bytes()).is_none(), "{secret}");
    }
}
