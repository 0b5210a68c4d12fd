//! Every behaviour, as a client sees it.

use std::time::Duration;

use nexus_simulators::client::{self, Client};
use nexus_simulators::{Behaviour, Kind, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::get;

async fn with(behaviour: Behaviour) -> Simulator {
    let simulator = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    simulator.set_behaviour(behaviour).await.unwrap();
    simulator
}

const KEY: &str = "sandbox-any-key-there-is-1";

#[tokio::test]
async fn down_refuses_and_closes_and_comes_back_on_the_same_port() {
    let simulator = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    let mut kept = Client::connect(simulator.port()).await.unwrap();
    assert_eq!(kept.send("GET", "/v1/me", &[], b"").await.unwrap().status, 401);
    simulator.set_behaviour(Behaviour::Down).await.unwrap();
    assert!(kept.send("GET", "/v1/me", &[], b"").await.is_err());
    assert!(Client::connect(simulator.port()).await.is_err());
    simulator.release().await.unwrap();
    assert_eq!(get(&simulator, "/v1/me", Kind::Sandbox.default_key()).await.status, 200);
}

#[tokio::test]
async fn hang_records_and_answers_only_when_released() {
    let simulator = with(Behaviour::Hang).await;
    let port = simulator.port();
    let call = tokio::spawn(async move { client::send(port, "GET", "/v1/me", &[], b"").await });
    simulator.wait_for_requests(1).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!call.is_finished());
    simulator.release().await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().status, 401);
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn statuses_pages_and_wrong_labels() {
    let simulator = with(Behaviour::Status(500)).await;
    assert_eq!(get(&simulator, "/v1/me", KEY).await.status, 500);
    simulator.set_behaviour(Behaviour::HtmlInsteadOfJson(200)).await.unwrap();
    let page = get(&simulator, "/v1/me", KEY).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    simulator.set_behaviour(Behaviour::WrongContentType).await.unwrap();
    let wrong = get(&simulator, "/v1/me", KEY).await;
    assert_eq!(wrong.header("content-type"), Some("text/plain"));
    assert_eq!(wrong.json()["ok"], true);
    simulator.set_behaviour(Behaviour::InvalidJson).await.unwrap();
    let invalid = get(&simulator, "/v1/me", KEY).await;
    assert_eq!(invalid.header("content-type"), Some("application/json"));
    assert!(invalid.json().is_null());
    simulator
        .set_behaviour(Behaviour::Redirect("https://elsewhere.example/".into()))
        .await
        .unwrap();
    let redirect = get(&simulator, "/v1/me", KEY).await;
    assert_eq!(redirect.status, 302);
    assert_eq!(redirect.header("location"), Some("https://elsewhere.example/"));
}

#[tokio::test]
async fn the_secret_is_echoed_in_body_and_header() {
    let simulator = with(Behaviour::EchoSecret).await;
    let answer = get(&simulator, "/v1/me?api_key=in-the-query", KEY).await;
    assert_eq!(answer.status, 401);
    assert!(answer.text().contains(KEY) && answer.text().contains("in-the-query"));
    assert!(answer.header("x-received-authorization").unwrap().contains(KEY));
}

/// All bytes until the server closes the connection or `limit` has passed.
async fn raw(simulator: &Simulator, limit: Duration) -> (String, bool) {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", simulator.port())).await.unwrap();
    stream.write_all(b"GET /v1/me HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    let closed = timeout(limit, stream.read_to_end(&mut bytes)).await.is_ok();
    (String::from_utf8_lossy(&bytes).into_owned(), closed)
}

#[tokio::test]
async fn a_truncated_body_promises_more_than_it_sends_and_closes() {
    let simulator = with(Behaviour::TruncatedBody).await;
    let (text, closed) = raw(&simulator, Duration::from_secs(5)).await;
    assert!(closed);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: 4096"), "{head}");
    assert_eq!(body, r#"{"ok":true,"#);
    assert!(client::send(simulator.port(), "GET", "/v1/me", &[], b"").await.is_err());
}

#[tokio::test]
async fn a_dripping_body_never_ends() {
    let simulator = with(Behaviour::Drip).await;
    let (text, closed) = raw(&simulator, Duration::from_millis(450)).await;
    assert!(!closed);
    assert!(text.matches("\r\n.\r\n").count() >= 2, "{text}");
}

#[tokio::test]
async fn a_huge_body_is_valid_json_of_that_size() {
    let simulator = with(Behaviour::Huge(10_000_000)).await;
    let answer = get(&simulator, "/v1/me", KEY).await;
    assert_eq!(answer.body.len(), 10_000_000);
    assert!(answer.json().is_string());
}

#[tokio::test]
async fn requests_are_kept_as_they_came() {
    let simulator = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    let headers = [("x-twice", "1"), ("X-Twice", "2"), ("transfer-encoding", "chunked")];
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", simulator.port())).await.unwrap();
    let head: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "POST /a%2Fb?q=%20&r=2 HTTP/1.1\r\nhost: x\r\n{head}\r\n3\r\n{{\"a\r\n4\r\n\":1}}\r\n0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    simulator.wait_for_requests(1).await.unwrap();
    let seen = simulator.requests().remove(0);
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str(), seen.query.as_str()),
        ("POST", "/a%2Fb", "q=%20&r=2")
    );
    assert_eq!(seen.query_param("r"), Some("2"));
    assert_eq!(seen.headers.iter().filter(|(name, _)| name == "x-twice").count(), 2);
    assert_eq!(seen.json()["a"], 1);
    assert_eq!(seen.body_len, 7);
    simulator.clear_requests();
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn an_occupied_port_is_named() {
    let first = Simulator::start(Kind::Sandbox, 0).await.unwrap();
    let error = Simulator::start(Kind::Stripe, first.port()).await.err().unwrap();
    assert!(error.to_string().contains(&first.port().to_string()), "{error}");
}

#[test]
fn names_are_parsed_and_the_unknown_is_told_what_there_is() {
    for kind in Kind::ALL {
        assert_eq!(kind.name().parse::<Kind>().unwrap(), *kind);
    }
    assert!("none".parse::<Kind>().unwrap_err().contains("sandbox"));
}
