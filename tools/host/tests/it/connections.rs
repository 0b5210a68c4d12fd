//! Clients that send nothing, or not to its end, and what is left for the others.

use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Host, PATIENCE, probe};

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
async fn bodies_that_do_not_come_take_nobodys_place() {
    let host = Host::start(&probe(LOOPBACK));
    host.get("/bytes/1").await;
    let mut held = Vec::new();
    for _ in 0..1_030 {
        let head = "POST /count HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nx";
        held.push(sent(&host, head).await);
    }
    assert_eq!(host.get("/bytes/1").await.status, StatusCode::OK);
    // One of them goes on, and is answered.
    let mut one = held.pop().unwrap();
    one.write_all(&[b'x'; 999]).await.unwrap();
    let mut begin = [0; 15];
    tokio::time::timeout(PATIENCE, one.read_exact(&mut begin)).await.unwrap().unwrap();
    assert_eq!(&begin, b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_and_an_idle_connection_is_not() {
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
async fn a_head_without_end_is_not_kept_for_ever() {
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
