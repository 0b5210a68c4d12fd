//! An identity provider that publishes a JWKS document, well-formed or not.
//!
//! It writes HTTP/1.1 by hand, so that a test controls every byte of the response.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A response of the issuer.
#[derive(Clone)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    /// Whether the connection stays open after the response.
    held: bool,
}

impl Answer {
    /// `status` with `body` and the headers that belong to it.
    pub(crate) fn of(status: &str, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::raw(format!(
            "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        ))
    }

    /// Exactly these bytes, followed by the end of the connection.
    pub(crate) fn raw(text: String) -> Self {
        Self { bytes: text.into_bytes(), held: false }
    }

    /// The same response on a connection that stays open.
    pub(crate) fn held(self) -> Self {
        Self { held: true, ..self }
    }

    /// A document with these keys.
    pub(crate) fn keys(keys: &[Value]) -> Self {
        Self::of("200 OK", "application/json", &json!({ "keys": keys }).to_string())
    }
}

/// A running issuer; dropping it stops it.
pub(crate) struct Issuer {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    answer: Mutex<Answer>,
    /// Responses for certain paths.
    routes: Mutex<HashMap<String, Answer>>,
    paths: Mutex<Vec<String>>,
}

impl Issuer {
    /// Starts an issuer that publishes `keys`.
    pub(crate) async fn start(keys: &[Value]) -> Self {
        Self::answering(Answer::keys(keys)).await
    }

    /// Starts an issuer with this response.
    pub(crate) async fn answering(answer: Answer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Mutex::new(answer);
        let state = State { answer, routes: Mutex::default(), paths: Mutex::default() };
        let state = Arc::new(state);
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Self { address, state, task }
    }

    /// `http://127.0.0.1:port`.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Publishes other keys from now on.
    pub(crate) fn publish(&self, keys: &[Value]) {
        *self.state.answer.lock().unwrap() = Answer::keys(keys);
    }

    /// Responds in this way at `path` from now on.
    pub(crate) fn route(&self, path: &str, answer: Answer) {
        self.state.routes.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// The requested paths so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.paths.lock().unwrap().clone()
    }

    /// Stops listening and closes every connection.
    pub(crate) async fn stop(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(answer(stream, Arc::clone(&state)));
    }
}

async fn answer(mut stream: TcpStream, state: Arc<State>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let line = String::from_utf8_lossy(&request);
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let routed = state.routes.lock().unwrap().get(&path).cloned();
    state.paths.lock().unwrap().push(path);
    let answer = routed.unwrap_or_else(|| state.answer.lock().unwrap().clone());
    let _ = stream.write_all(&answer.bytes).await;
    if answer.held {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}
