//! No caller can stop the application for others: concurrent calls, bodies and streams that do not end, and
//! an integration that calls the application itself.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::kit::app::{App, Options};
use crate::kit::stream::Stream;
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Upstream, raw, status};

/// Waits until `so` is true. Fails after 40 seconds.
async fn until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(40), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The token of the agent `subject`.
fn agent(subject: &str, workspace: &str) -> String {
    let mut claims = token::claims("AGENT", workspace);
    claims["sub"] = subject.into();
    token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET)
}

/// Opens a connection and sends `text`.
async fn sent(app: &App, text: &str) -> TcpStream {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// The whole response on a connection. It ends at its `content-length` if it has one, because a runtime may
/// keep the connection open for a request whose body never ends.
async fn read_all(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    while !is_whole(&answer) {
        if !matches!(stream.read_buf(&mut answer).await, Ok(1..)) {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = memchr::memmem::find(answer, b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: Option<usize> = length.and_then(|length| length.trim().parse().ok());
    length.is_some_and(|length| answer.len() >= end + 4 + length)
}

fn call(path: &str, token: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: nexus.example\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\n\r\n"
    )
}

/// Senders for the responses that are held back.
type Held = Arc<Mutex<Vec<UnboundedSender<Vec<u8>>>>>;

/// Makes `upstream` hold back every response to `/slow` until the returned senders are dropped.
fn silent(upstream: &Upstream) -> Held {
    let held = Held::default();
    let holder = Arc::clone(&held);
    upstream.answer(move |seen| match seen.target().contains("/slow") {
        true => {
            let (sender, receiver) = unbounded_channel();
            holder.lock().unwrap().push(sender);
            Reply::Stream(Vec::new(), receiver)
        }
        false => Reply::json(200, &json!({"id": "acct_1"})),
    });
    held
}

/// Makes as many slow calls as are accepted. Waits until all have arrived at the provider.
async fn hold(
    app: &App,
    upstream: &Upstream,
    path: &str,
    token: &str,
    count: usize,
) -> Vec<TcpStream> {
    let before = upstream.seen().len();
    let mut held = Vec::new();
    for number in 1..=count {
        held.push(sent(app, &call(path, token)).await);
        until("a call is let through", || upstream.seen().len() == before + number).await;
    }
    held
}

async fn refused(app: &App, path: &str, token: &str, variable: &str, most: u32) {
    let answer = app.get(path).bearer(token).send().await;
    let problem = answer.problem(429, "too_many_calls");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(variable) && detail.contains(&most.to_string()), "{detail}");
    assert_eq!(answer.header("x-nexus-error"), "too_many_calls");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn calls_at_work_are_limited_per_agent_integration_and_workspace() {
    let app = Options::default()
        .var("max_calls_per_agent", "3")
        .var("max_calls_per_integration", "5")
        .var("max_calls_per_workspace", "6")
        .start()
        .await
        .unwrap();
    let upstream = Upstream::start().await;
    upstream.connect(&app, json!({})).await;
    let body = json!({"manifest_id": "custom-up", "name": "Two", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let beta = app.post("/api/manifests").as_role("ADMIN", "beta");
    assert_eq!(beta.json(&upstream.manifest(json!({}))).send().await.status, 201);
    let beta = app.post("/api/integrations").as_role("ADMIN", "beta").json(&body).send().await;
    assert_eq!(beta.status, 201, "{beta:?}");
    upstream.forget();
    let provider = silent(&upstream);
    let (a, b, c) = (agent("a", "acme"), agent("b", "acme"), agent("c", "acme"));

    let of_a = hold(&app, &upstream, "/api/proxy/up/slow", &a, 3).await;
    refused(&app, "/api/proxy/up/x", &a, "max_calls_per_agent", 3).await;
    let _of_b = hold(&app, &upstream, "/api/proxy/up/slow", &b, 2).await;
    refused(&app, "/api/proxy/up/x", &b, "max_calls_per_integration", 5).await;
    let _of_c = hold(&app, &upstream, "/api/proxy/two/slow", &c, 1).await;
    refused(&app, "/api/proxy/two/x", &c, "max_calls_per_workspace", 6).await;

    // MCP shares the limit.
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params":
        {"name": "call_api", "arguments": {"integration": "two", "path": "/x"}}});
    let answer = app.post("/mcp").bearer(&c).json(&message).send().await;
    let said = answer.json()["result"].clone();
    assert_eq!(said["structuredContent"]["code"], "too_many_calls", "{answer:?}");

    // Other callers are not affected.
    assert_eq!(app.get("/api/health").send().await.status, 200);
    assert_eq!(app.get("/api/integrations").as_admin().send().await.status, 200);
    let other = app.get("/api/proxy/two/x").bearer(&agent("a", "beta")).send().await;
    assert_eq!(other.status, 200, "{other:?}");

    // The agent can call again after its calls have ended.
    provider.lock().unwrap().clear();
    for stream in of_a {
        assert_eq!(status(&read_all(stream).await), 502);
    }
    let begun = Instant::now();
    loop {
        let again = app.get("/api/proxy/up/x").bearer(&a).send().await;
        if again.status == 200 {
            break;
        }
        assert_eq!(again.status, 429, "{again:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "its places are not given back");
    }
}

/// The result of one call of a burst.
enum Ended {
    /// 429.
    Refused,
    /// 504.
    TimedOut,
}

#[tokio::test]
async fn a_burst_of_slow_calls_of_one_token_leaves_the_application_to_the_others() {
    const CALLS: usize = 1_100;
    /// The maximum number of concurrent calls: the limit, and the few that an instance accepts without
    /// asking.
    const AT_WORK: usize = 256 + 8;
    let (app, upstream) = Upstream::connected().await;
    let manifest = upstream.manifest(json!({}));
    let beta = app.post("/api/manifests").as_role("ADMIN", "beta").json(&manifest).send().await;
    assert_eq!(beta.status, 201, "{beta:?}");
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    let beta = app.post("/api/integrations").as_role("ADMIN", "beta").json(&body).send().await;
    assert_eq!(beta.status, 201, "{beta:?}");
    upstream.forget();
    let _provider = silent(&upstream);
    let token = agent("a", "acme");
    let (mut calls, at_once) = (JoinSet::new(), Arc::new(Semaphore::new(100)));
    for _ in 0..CALLS {
        let (url, request) = (app.url.clone(), call("/api/proxy/up/slow", &token));
        let begins = at_once.clone().acquire_owned().await.unwrap();
        calls.spawn(async move {
            let address = url.strip_prefix("http://").unwrap().to_owned();
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut begin = [0; 12];
            let a_while = Duration::from_secs(1);
            let read = tokio::time::timeout(a_while, stream.read_exact(&mut begin)).await;
            if read.is_err() {
                // The call is being made, so another may begin.
                drop(begins);
                let _ = stream.read_exact(&mut begin).await;
            }
            match &begin {
                b"HTTP/1.1 429" => Ended::Refused,
                // On a slow machine, a call may time out before all other calls have begun.
                b"HTTP/1.1 504" => Ended::TimedOut,
                _ => panic!("{}{}", String::from_utf8_lossy(&begin), read_all(stream).await),
            }
        });
    }
    let (mut refused, mut timed_out) = (0, 0);
    while refused + timed_out < CALLS - AT_WORK {
        match calls.join_next().await.unwrap() {
            Ok(Ended::Refused) => refused += 1,
            Ok(Ended::TimedOut) => timed_out += 1,
            Err(error) => panic!("{error:?} {}", app.log()),
        }
    }
    let arrived = upstream.seen().len();
    let at_most = AT_WORK + timed_out;
    assert!((200..=at_most).contains(&arrived), "{arrived} of {CALLS} went to the provider");
    assert_eq!(app.get("/api/health").send().await.status, 200);
    let list = app.get("/api/integrations").as_role("MANAGER", "beta").send().await;
    assert_eq!(list.status, 200);
    let other = app.get("/api/proxy/up/x").bearer(&agent("a", "beta")).send().await;
    assert_eq!(other.status, 200, "{other:?}");
}

#[tokio::test]
async fn calls_that_are_short_write_nothing_down() {
    let (app, _upstream) = Upstream::connected().await;
    let token = agent("a", "acme");
    for _ in 0..20 {
        assert_eq!(app.get("/api/proxy/up/x").bearer(&token).send().await.status, 200);
    }
    // An instance gives back the places that it reserved, and the table is empty when no call is being made.
    until("nothing is at work", || app.count("calls_at_work") == 0).await;
}

#[tokio::test]
async fn a_limit_that_is_not_a_number_is_named() {
    let app = Options::default().var("max_calls_per_agent", "many").start().await.unwrap();
    let answer = app.get("/api/health").as_admin().send().await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["problems"][0]["variable"], "max_calls_per_agent", "{answer:?}");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_answered_and_holds_nobody_up() {
    let (app, upstream) = Upstream::connected().await;
    let token = token::of("ADMIN", "acme");
    let head = |line: &str, more: &str| {
        format!(
            "{line} HTTP/1.1\r\nhost: nexus.example\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\n{more}\r\n\r\n"
        )
    };
    let mut held = Vec::new();
    for line in ["POST /mcp", "POST /api/integrations", "PUT /api/integrations/up"] {
        for _ in 0..40 {
            held.push(sent(&app, &format!("{}{{", head(line, "content-length: 1000"))).await);
        }
    }
    // No chunk of the body is sent.
    held.push(sent(&app, &head("POST /api/proxy/up/x", "transfer-encoding: chunked")).await);
    let begun = Instant::now();
    assert_eq!(app.get("/api/health").send().await.status, 200);
    let list = app.get("/api/integrations").as_role("MANAGER", "beta").send().await;
    assert_eq!(list.status, 200);
    let other = app.get("/api/proxy/up/x").as_role("AGENT", "acme").send().await;
    assert_eq!(other.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    upstream.forget();
    for stream in held {
        let answer = read_all(stream).await;
        assert_eq!(status(&answer), 408, "{answer}");
        assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
        assert!(answer.contains("within 30 s"), "{answer}");
    }
    assert!(upstream.seen().is_empty());
}

/// The broker's unit tests cover a slow upload, because a client that goes on writing may lose the response.
#[tokio::test]
async fn an_upload_that_stops_is_cut_off_after_a_minute() {
    let (app, _upstream) = Upstream::connected().await;
    let token = token::of("AGENT", "acme");
    let head = format!(
        "POST /api/proxy/up/x HTTP/1.1\r\nhost: nexus.example\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\ncontent-length: 100000\r\n\r\nx"
    );
    let begun = Instant::now();
    let answer = read_all(sent(&app, &head).await).await;
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
    // Two limits end the upload at the same time: one for no bytes, and one for too few bytes.
    assert!(answer.contains("the request body"), "{answer}");
    let took = begun.elapsed().as_secs();
    assert!(took >= 60, "after {took} s");
}

#[tokio::test]
async fn an_answer_that_does_not_begin_is_waited_for_as_long_as_the_manifest_says() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    let mut manifest = upstream.manifest(json!({}));
    for (seconds, accepted) in [(0, 422), (601, 422), (1, 201)] {
        manifest["api"]["first_byte_seconds"] = seconds.into();
        let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
        assert_eq!(answer.status, accepted, "{answer:?}");
    }
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let _provider = silent(&upstream);
    for method in [Method::GET, Method::POST] {
        let call = app.call(method, "/api/proxy/up/slow").as_role("AGENT", "acme");
        let answer = call.body("text/plain", "x").send().await;
        let problem = answer.problem(504, "provider_timeout");
        assert!(problem["detail"].as_str().unwrap().contains("within 1 s"), "{problem}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_the_policy_no_longer_names_its_agent() {
    let (app, upstream) = Upstream::connected().await;
    let one = Stream::open(&app, &upstream, &agent("a", "acme")).await;
    let change = |policy: Value| app.put("/api/integrations/up").as_admin().json(&policy).send();
    // The stream continues if the new policy still allows the call.
    assert_eq!(change(json!({"policy": {"agents": ["a"]}})).await.status, 200);
    let other = Stream::open(&app, &upstream, &agent("a", "acme")).await;
    assert_eq!(change(json!({"policy": {"agents": ["b"]}})).await.status, 200);
    one.is_cut().await;
    other.is_cut().await;
}

#[tokio::test]
async fn a_stream_ends_when_a_new_rule_denies_it() {
    let (app, upstream) = Upstream::connected().await;
    let stream = Stream::open(&app, &upstream, &agent("a", "acme")).await;
    let rule = json!({"effect": "deny", "methods": ["GET"], "path": "/events"});
    let policy = json!({"policy": {"agents": ["*"], "rules": [rule]}});
    let changed = app.put("/api/integrations/up").as_admin().json(&policy).send().await;
    assert_eq!(changed.status, 200);
    stream.is_cut().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let (app, upstream) = Upstream::connected().await;
    let mut other = Stream::open(&app, &upstream, &agent("b", "acme")).await;
    let mut claims = token::claims("AGENT", "acme");
    // Half a minute of difference between clocks is tolerated: it is good for a few seconds more.
    claims["exp"] = (token::now() - 20).into();
    let ending = token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET);
    Stream::open(&app, &upstream, &ending).await.is_cut().await;
    // Another's goes on, though it was looked at too.
    other.goes_on().await;
}

#[tokio::test]
async fn the_application_itself_is_refused_as_a_provider() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let upstream = Upstream::start().await;
    let app = Options::default().port(port).var("own_hosts", &upstream.host).start().await.unwrap();
    let other = Upstream::start().await;
    for (host, refused) in [
        (format!("127.0.0.1:{port}"), true),
        (format!("127.0.0.2:{port}"), true),
        (format!("2130706433:{port}"), true),
        // Another name of the deployment.
        (upstream.host.clone(), true),
        // Another program on this machine.
        (other.host.clone(), false),
    ] {
        let mut manifest = upstream.manifest(json!({}));
        manifest["api"] = json!({"base_url": format!("http://{host}/api/proxy"), "hosts": [host]});
        let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
        if refused {
            let problem = answer.problem(422, "invalid");
            assert!(problem.to_string().contains("egress_own_host"), "{host}: {problem}");
        } else {
            assert_eq!(answer.status, 201, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_saved_connection_to_an_own_host_is_not_called() {
    let upstream = Upstream::start().await;
    let open = App::start().await;
    upstream.connect(&open, json!({})).await;
    let dir = open.kill().await;
    let own = Options::default().var("own_hosts", &upstream.host).dir(dir).start().await.unwrap();
    let answer = own.get("/api/proxy/up/x").as_role("AGENT", "acme").send().await;
    answer.problem(502, "egress_denied");
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn a_call_that_comes_back_to_the_application_is_refused_at_every_door() {
    // `public_url` is not the address where the application listens, as behind an unknown name.
    let app = App::start().await;
    let host = app.url.strip_prefix("http://").unwrap().to_owned();
    let upstream = Upstream::start().await;
    let mut manifest = upstream.manifest(json!({}));
    manifest["api"] = json!({"base_url": format!("http://{host}/api/proxy"), "hosts": [host]});
    manifest["verify"] = json!({"unsupported": "no such call"});
    app.save(&manifest).await;
    let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": KEY}});
    assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
    let path = format!("/api/proxy/up{}", "/up".repeat(400));
    let answer = app.get(&path).as_role("AGENT", "acme").send().await;
    answer.problem(508, "loop_detected");
    let came = app.log().matches("/api/proxy/up").count();
    assert!(came <= 2, "{came} requests of one");

    for path in [
        "/api/health",
        "/api/openapi.json",
        "/api/integrations",
        "/api/manifests",
        "/api/oauth-clients",
        "/api/oauth/callback?state=x",
        "/api/proxy",
        "/api/proxy/up/x",
        "/.well-known/oauth-protected-resource",
    ] {
        let call = app.get(path).as_admin().header("cdn-loop", "edge, Integration-Nexus; v=1");
        let answer = call.send().await;
        answer.problem(508, "loop_detected");
        assert_eq!(answer.header("x-nexus-error"), "loop_detected", "{path}");
    }
    let looped = app.post("/mcp").as_admin().header("cdn-loop", "integration-nexus");
    looped.json(&json!({})).send().await.problem(508, "loop_detected");
    let page = raw(
        &app,
        "GET / HTTP/1.1\r\nhost: a\r\ncdn-loop: integration-nexus\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(status(&page), 508, "{page}");
}

#[tokio::test]
async fn a_provider_sees_our_mark_and_not_the_agents() {
    let (app, upstream) = Upstream::connected().await;
    let call = app.get("/api/proxy/up/x").as_role("AGENT", "acme");
    assert_eq!(call.header("cdn-loop", "cloudflare").send().await.status, 200);
    assert_eq!(upstream.one().all("cdn-loop"), ["integration-nexus"]);
    let checked = app.post("/api/integrations/up/check").as_admin().send().await;
    assert_eq!(checked.status, 200);
    assert_eq!(upstream.one().all("cdn-loop"), ["integration-nexus"]);
}

#[tokio::test]
async fn a_token_of_the_application_is_refused_as_a_credential() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    app.save(&upstream.manifest(json!({}))).await;
    let connect = async |key: &str| {
        let body = json!({"manifest_id": "custom-up", "name": "Up", "credentials": {"key": key}});
        app.post("/api/integrations").as_admin().json(&body).send().await
    };
    let own = token::of("AGENT", "acme");
    for key in [own.clone(), format!("Bearer {own}")] {
        let problem = connect(&key).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/credentials/key", "{problem}");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("Integration Nexus itself"), "{detail}");
        assert!(!problem.to_string().contains(&own));
    }
    assert!(upstream.seen().is_empty());
    let mut claims = token::claims("AGENT", "acme");
    claims["iss"] = "https://provider.example".into();
    let theirs = token::sign(&json!({"alg": "HS256"}), &claims, token::SECRET);
    assert_eq!(connect(&theirs).await.status, 201);
}

#[tokio::test]
async fn private_hosts_are_open_to_the_workspaces_that_are_named() {
    let upstream = Upstream::start().await;
    let open = App::start().await;
    upstream.connect(&open, json!({})).await;
    let dir = open.kill().await;
    let app = Options::default()
        .var("private_hosts_workspaces", "gamma, beta")
        .dir(dir)
        .start()
        .await
        .unwrap();
    let mut manifest = upstream.manifest(json!({}));
    manifest["id"] = "custom-two".into();
    let answer = app.post("/api/manifests").as_admin().json(&manifest).send().await;
    answer.problem(422, "invalid");
    let beta = app.post("/api/manifests").as_role("ADMIN", "beta").json(&manifest).send().await;
    assert_eq!(beta.status, 201, "{beta:?}");
    // Integrations that were saved before are no longer called, neither by agents nor by checks.
    let answer = app.get("/api/proxy/up/x").as_role("AGENT", "acme").send().await;
    answer.problem(502, "egress_denied");
    let checked = app.post("/api/integrations/up/check").as_admin().send().await;
    assert_eq!(checked.json()["health"]["state"], "failing", "{checked:?}");
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn why_a_host_did_not_answer_is_not_told() {
    let app = App::start().await;
    let upstream = Upstream::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = closed.to_string();
    let mut told = Vec::new();
    // One port where no program listens, and one where a program speaks another protocol than HTTP.
    let wild = Upstream::start().await;
    wild.answer(|_| Reply::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec()));
    for (number, host) in [closed, wild.host.clone()].into_iter().enumerate() {
        let mut manifest = upstream.manifest(json!({}));
        manifest["id"] = format!("custom-{number}").into();
        manifest["api"] = json!({"base_url": format!("http://{host}"), "hosts": [host]});
        manifest["verify"] = json!({"unsupported": "no such call"});
        app.save(&manifest).await;
        let body = json!({"manifest_id": manifest["id"], "name": format!("n{number}"),
            "credentials": {"key": KEY}});
        assert_eq!(app.post("/api/integrations").as_admin().json(&body).send().await.status, 201);
        let answer = app.get(&format!("/api/proxy/n{number}/x")).as_role("AGENT", "acme");
        told.push(answer.send().await.problem(502, "provider_error")["detail"].clone());
    }
    assert_eq!(told[0], told[1]);
    until("the log has it", || app.log().contains("ConnectionRefused")).await;
}
