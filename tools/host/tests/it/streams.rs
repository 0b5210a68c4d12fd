//! Large, slow and incomplete bodies.

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::harness::{Host, PATIENCE, probe, upstream};

const LOOPBACK: &str = "allowed_outbound_hosts = [\"http://127.0.0.0/8:*\", \"http://self\"]";
const LARGE: usize = 100 << 20;

/// How many megabytes the host may grow while a large body passes.
const GROWTH: u64 = 40;

#[tokio::test]
async fn a_large_answer_streams() {
    let host = Host::start(&probe(LOOPBACK));
    host.get("/bytes/1000").await;
    let before = host.memory().0;
    // Through two requests of the guest: the first generates the body, the second passes it on.
    let path = format!("/forward?http://self.alt/bytes/{LARGE}");
    let request = Request::get(host.url(&path)).body(crate::harness::full(Bytes::new()));
    let mut body = host.send(request.unwrap()).await.into_body();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        bytes += frame.unwrap().data_ref().map_or(0, Bytes::len);
    }
    assert_eq!(bytes, LARGE);
    let grown = host.memory().1 - before;
    assert!(grown < GROWTH, "the host grew by {grown} MB");
}

#[tokio::test]
async fn a_large_request_streams() {
    let host = Host::start(&probe(LOOPBACK));
    host.get("/bytes/1000").await;
    let before = host.memory().0;
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    let chunks =
        stream::iter((0..LARGE / chunk.len()).map(move |_| Ok(Frame::data(chunk.clone()))));
    let request = Request::post(host.url("/forward?http://self.alt/count"));
    let answer = host.send(request.body(BodyExt::boxed(StreamBody::new(chunks))).unwrap()).await;
    let answer = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(answer, format!("{{\"bytes\":{LARGE}}}"));
    let grown = host.memory().1 - before;
    assert!(grown < GROWTH, "the host grew by {grown} MB");
}

#[tokio::test]
async fn events_arrive_as_they_are_sent() {
    let (events, waiting) = mpsc::unbounded_channel::<&'static str>();
    let waiting = std::sync::Arc::new(tokio::sync::Mutex::new(Some(waiting)));
    let address = upstream(move |_| {
        let waiting = waiting.clone();
        async move {
            let waiting = waiting.lock().await.take().unwrap();
            let events = stream::unfold(waiting, async |mut waiting| {
                let event = waiting.recv().await?;
                Some((Ok(Frame::data(event.into())), waiting))
            });
            let body = BodyExt::boxed(StreamBody::new(events));
            Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
        }
    })
    .await;
    let host = Host::start(&probe(LOOPBACK));
    let url = host.url(&format!("/forward?http://{address}/events"));
    let request = Request::get(url).body(crate::harness::full(Bytes::new())).unwrap();
    let response = host.send(request).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    // The next event is sent when the previous one has arrived.
    for event in ["data: one\n\n", "data: two\n\n", "data: three\n\n"] {
        events.send(event).unwrap();
        let frame = tokio::time::timeout(PATIENCE, body.frame()).await.unwrap();
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), event);
    }
    drop(events);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_client_disconnect_ends_the_upstream_stream() {
    let (gone, left) = oneshot::channel::<()>();
    let gone = std::sync::Arc::new(std::sync::Mutex::new(Some(gone)));
    let address = upstream(move |_| {
        // Dropped with the body, when its reader is gone.
        let gone = gone.lock().unwrap().take();
        async move {
            let chunk = Bytes::from(vec![b'x'; 16 * 1024]);
            let endless = stream::repeat_with(move || Ok(Frame::data(chunk.clone())));
            let body = endless.map(move |frame| {
                let _held = &gone;
                frame
            });
            Response::new(BodyExt::boxed(StreamBody::new(body)))
        }
    })
    .await;
    let host = Host::start(&probe(LOOPBACK));
    let mut client = TcpStream::connect(&host.address).await.unwrap();
    let request =
        format!("GET /forward?http://{address}/ HTTP/1.1\r\nhost: {}\r\n\r\n", host.address);
    client.write_all(request.as_bytes()).await.unwrap();
    let mut some = vec![0; 100_000];
    client.read_exact(&mut some).await.unwrap();
    drop(client);
    // An error is expected: the sender was dropped without sending.
    assert!(tokio::time::timeout(PATIENCE, left).await.unwrap().is_err());
    host.get("/instance").await.json();
}

#[tokio::test]
async fn a_client_may_wait_for_100_continue() {
    let host = Host::start(&probe(""));
    let mut client = TcpStream::connect(&host.address).await.unwrap();
    let head = format!(
        "POST /count HTTP/1.1\r\nhost: {}\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\
         connection: close\r\n\r\n",
        host.address
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let mut interim = [0; 25];
    tokio::time::timeout(PATIENCE, client.read_exact(&mut interim)).await.unwrap().unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"hello").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("{\"bytes\":5}"), "{answer}");
}

#[tokio::test]
async fn an_incomplete_request_is_an_error_for_its_guest_only() {
    let host = Host::start(&probe(""));
    let mut client = TcpStream::connect(&host.address).await.unwrap();
    let head =
        format!("POST /count HTTP/1.1\r\nhost: {}\r\ncontent-length: 9\r\n\r\nhal", host.address);
    client.write_all(head.as_bytes()).await.unwrap();
    drop(client);
    host.stderr.wait("path=/count").await;
    host.get("/instance").await.json();
}

#[tokio::test]
async fn http_2_without_tls_is_supported() {
    let host = Host::start(&probe(""));
    let stream = TcpStream::connect(&host.address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(
        hyper_util::rt::TokioExecutor::new(),
        hyper_util::rt::TokioIo::new(stream),
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    let request = Request::get(host.url("/echo")).body(crate::harness::full(Bytes::new())).unwrap();
    let body = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap();
    let echo: serde_json::Value = serde_json::from_slice(&body.to_bytes()).unwrap();
    assert_eq!(echo["uri"], host.url("/echo"));
}
