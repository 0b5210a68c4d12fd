//! Clients that send nothing or send incomplete requests, and what is left for other clients.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::harness::{Host, PATIENCE, Setup, full, probe, upstream};

const LOOPBACK: &str = "allowed_outbound_hosts = [\"http://127.0.0.0/8:*\"]";

async fn sent(host: &Host, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&host.address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Whether the connection is closed within `time`, without another byte.
async fn closes(stream: &mut TcpStream, time: Duration) -> bool {
    let mut rest = [0; 64];
    matches!(tokio::time::timeout(time, stream.read(&mut rest)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn stalled_bodies_release_their_places() {
    let host = Host::start(&probe(LOOPBACK));
    host.get("/bytes/1").await;
    let mut held = Vec::new();
    for _ in 0..1_030 {
        let head = "POST /count HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nx";
        held.push(sent(&host, head).await);
    }
    assert_eq!(host.get("/bytes/1").await.status, StatusCode::OK);
    // One of them continues and gets a response.
    let mut one = held.pop().unwrap();
    one.write_all(&[b'x'; 999]).await.unwrap();
    let mut begin = [0; 15];
    tokio::time::timeout(PATIENCE, one.read_exact(&mut begin)).await.unwrap().unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn an_incomplete_head_is_aborted_but_an_idle_connection_is_not() {
    let host = Host::start(&probe(LOOPBACK));
    host.get("/bytes/1").await;
    let mut silent = sent(&host, "").await;
    let mut half = sent(&host, "GET /bytes/1 HTTP/1.1\r\nhost: a\r\n").await;
    let mut kept = sent(&host, "GET /bytes/1 HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut answer = [0; 15];
    kept.read_exact(&mut answer).await.unwrap();
    let long = Duration::from_secs(20);
    let (silent, half) = tokio::join!(closes(&mut silent, long), closes(&mut half, long));
    assert!(silent && half, "silent: {silent}, half a head: {half}");
    kept.write_all(b"GET /bytes/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(PATIENCE, kept.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&rest).contains("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn an_endless_head_is_rejected() {
    let host = Host::start(&probe(LOOPBACK));
    let mut stream = sent(&host, "GET /bytes/1 HTTP/1.1\r\nhost: a\r\n").await;
    let line = format!("x-filler: {}\r\n", "x".repeat(4_000));
    let mut refused = false;
    for _ in 0..100 {
        refused |= stream.write_all(line.as_bytes()).await.is_err();
    }
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap();
    let told = String::from_utf8_lossy(&answer).into_owned();
    assert!(refused || told.starts_with("HTTP/1.1 431"), "{told}");
    assert_eq!(host.get("/bytes/1").await.status, StatusCode::OK);
}

/// Requests a path on a separate connection, and returns the complete response.
async fn ask(host: &Host, path: &str) -> String {
    let mut stream =
        sent(host, &format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn health_responds_while_stalled_bodies_hold_all_connections() {
    // Half of the file descriptors are for connections: 64.
    let host = Setup::new(&probe(LOOPBACK)).files(128).start();
    let head =
        "POST /count HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..64 {
        let mut stream = sent(&host, head).await;
        // From here on the component waits for the body.
        let mut interim = [0; 25];
        tokio::time::timeout(PATIENCE, stream.read_exact(&mut interim)).await.unwrap().unwrap();
        // The first connection has waited longest, because it gets no byte. When a component reads a byte is not known here.
        if !held.is_empty() {
            stream.write_all(b"x").await.unwrap();
        }
        held.push(stream);
    }
    // Connections are accepted in order; these are the 65th and 66th.
    let told = ask(&host, "/bytes/1").await;
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("retry-after: 1\r\n"), "{told}");
    assert!(told.contains("connection: close\r\n") && told.contains("Try again"), "{told}");
    let health = ask(&host, "/.well-known/spin/health").await;
    assert!(health.starts_with("HTTP/1.1 200 OK\r\n"), "{health}");
    // The probe does not have this path. Its error is as good as a response.
    let health = ask(&host, "/api/health").await;
    assert!(health.starts_with("HTTP/1.1 500 "), "{health}");
    // Connections whose body does not arrive make room for others.
    let served = async {
        while !ask(&host, "/bytes/1").await.starts_with("HTTP/1.1 200 OK\r\n") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, served).await.unwrap();
    assert!(closes(&mut held[0], PATIENCE).await);
}

/// A server that sends endlessly, and reports when its reader is gone.
async fn endless() -> (String, oneshot::Receiver<()>) {
    let (gone, left) = oneshot::channel::<()>();
    let gone = Arc::new(Mutex::new(Some(gone)));
    let address = upstream(move |_| {
        let gone = gone.lock().unwrap().take();
        async move {
            let chunk = Bytes::from(vec![b'x'; 16 * 1024]);
            let body = stream::repeat_with(move || {
                let _held = &gone;
                Ok(Frame::data(chunk.clone()))
            });
            Response::new(BodyExt::boxed(StreamBody::new(body)))
        }
    })
    .await;
    (address, left)
}

#[tokio::test]
async fn an_unread_response_is_aborted() {
    let (address, left) = endless().await;
    let host = Setup::new(&probe(LOOPBACK)).args(&["--answer-timeout", "2"]).start();
    let request = format!("GET /forward?http://{address}/ HTTP/1.1\r\nhost: a\r\n\r\n");
    let mut client = sent(&host, &request).await;
    let mut begin = [0; 15];
    client.read_exact(&mut begin).await.unwrap();
    // An error is expected: the sender was dropped without sending.
    assert!(tokio::time::timeout(PATIENCE, left).await.unwrap().is_err());
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, client.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection is still open");
}

type Sender = SendRequest<BoxBody<Bytes, std::io::Error>>;

async fn http_2(host: &Host) -> Sender {
    let stream = TcpStream::connect(&host.address).await.unwrap();
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

#[tokio::test]
async fn an_unread_response_does_not_end_others_on_its_connection() {
    let (address, left) = endless().await;
    let host = Setup::new(&probe(LOOPBACK)).args(&["--answer-timeout", "2"]).start();
    let mut sender = http_2(&host).await;
    let url = host.url(&format!("/forward?http://{address}/"));
    let unread = sender.send_request(Request::get(url).body(full(Bytes::new())).unwrap());
    let unread = unread.await.unwrap();
    assert!(tokio::time::timeout(PATIENCE, left).await.unwrap().is_err());
    let request = Request::get(host.url("/bytes/1")).body(full(Bytes::new())).unwrap();
    let answer = tokio::time::timeout(PATIENCE, sender.send_request(request)).await.unwrap();
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
    // An aborted response does not look complete.
    let read = tokio::time::timeout(PATIENCE, unread.into_body().collect()).await.unwrap();
    assert!(read.is_err());
}

#[tokio::test]
async fn an_http_2_connection_has_a_hundred_requests_at_once() {
    let host = Host::start(&probe(LOOPBACK));
    let mut sender = http_2(&host).await;
    // The server announces the limit; it has done so by the time of a response.
    let first = Request::get(host.url("/bytes/1")).body(full(Bytes::new())).unwrap();
    sender.send_request(first).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..100 {
        let body = BodyExt::boxed(StreamBody::new(stream::pending()));
        let request = Request::post(host.url("/count")).body(body).unwrap();
        held.push(tokio::spawn(sender.send_request(request)));
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let next = Request::get(host.url("/bytes/1")).body(full(Bytes::new())).unwrap();
    let next = sender.send_request(next);
    tokio::pin!(next);
    let early = tokio::time::timeout(Duration::from_millis(500), &mut next).await;
    assert!(early.is_err(), "more than 100 at once");
    held.pop().unwrap().abort();
    let answer = tokio::time::timeout(PATIENCE, next).await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}
