//! The HTTP/1.1 server of every simulator: listens, records, holds back, and passes requests on.
//!
//! This module must not know any provider. The behaviour or `Kind` makes the response.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::behaviour::Behaviour;
use crate::oauth::OAuth;
use crate::providers::Kind;
use crate::request::{BODY_KEPT, Request};
use crate::state::State;
use crate::wire::{Body, Delivery};

/// The state that the server's tasks and the simulator's handle share.
pub(crate) struct Shared {
    pub(crate) kind: Kind,
    pub(crate) behaviour: watch::Sender<Behaviour>,
    pub(crate) recorded: watch::Sender<usize>,
    /// Whether responses of the token endpoint are held back.
    pub(crate) gate: watch::Sender<bool>,
    /// The number of responses that are held back.
    pub(crate) held: watch::Sender<usize>,
    state: Mutex<State>,
    requests: Mutex<Vec<Request>>,
}

impl Shared {
    pub(crate) fn new(kind: Kind, origin: &str) -> Self {
        let oauth = OAuth::new(origin, kind.default_account(), kind.default_options());
        Self {
            kind,
            behaviour: watch::Sender::new(Behaviour::Ok),
            recorded: watch::Sender::new(0),
            gate: watch::Sender::new(false),
            held: watch::Sender::new(0),
            state: Mutex::new(State::new(oauth)),
            requests: Mutex::default(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command for the accept loop. It is acknowledged when it is done.
pub(crate) enum Command {
    /// Close the listener and every connection.
    Close(oneshot::Sender<io::Result<()>>),
    /// Listen again on the same port. No effect while listening.
    Open(oneshot::Sender<io::Result<()>>),
}

/// Binds `port` on loopback. 0 stands for any port.
pub(crate) async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Serves until the handle drops its end of `commands`.
pub(crate) async fn run(
    shared: Arc<Shared>,
    listener: TcpListener,
    port: u16,
    mut commands: tokio::sync::mpsc::Receiver<Command>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            command = commands.recv() => match command {
                None => return,
                Some(Command::Close(done)) => {
                    listener = None;
                    connections.shutdown().await;
                    let _ = done.send(Ok(()));
                }
                Some(Command::Open(done)) => {
                    let result = match &listener {
                        Some(_) => Ok(()),
                        None => bind(port).await.map(|bound| listener = Some(bound)),
                    };
                    let _ = done.send(result);
                }
            },
            stream = accepted => if let Ok((stream, _)) = stream {
                let _ = stream.set_nodelay(true);
                connections.spawn(connection(Arc::clone(&shared), stream));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(shared: Arc<Shared>, stream: tokio::net::TcpStream) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { handle(&shared, request).await }
    });
    // A client that disconnects, and a body that is cut on purpose, are errors here.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn handle(shared: &Shared, incoming: hyper::Request<Incoming>) -> io::Result<Response<Body>> {
    let request = record(shared, incoming).await;
    let mut behaviour = shared.behaviour.subscribe();
    let now = match behaviour.wait_for(|behaviour| *behaviour != Behaviour::Hang).await {
        Ok(behaviour) => behaviour.clone(),
        Err(_) => Behaviour::Ok,
    };
    if let Some(response) = now.answer(&request) {
        return Ok(response);
    }
    let (reply, delivery) = {
        let mut state = shared.state();
        let reply = shared.kind.answer(&mut state, &request);
        (reply, state.oauth.faults.take_delivery())
    };
    if delivery == Delivery::Gated {
        pass_the_gate(shared).await;
    }
    delivery.carry(reply)
}

/// Waits while the gate is closed, and counts as held back. The response is already decided.
async fn pass_the_gate(shared: &Shared) {
    struct Held<'a>(&'a watch::Sender<usize>);
    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.send_modify(|count| *count = count.saturating_sub(1));
        }
    }
    let mut gate = shared.gate.subscribe();
    if !*gate.borrow() {
        return;
    }
    shared.held.send_modify(|count| *count += 1);
    let _held = Held(&shared.held);
    let _ = gate.wait_for(|shut| !shut).await;
}

/// Reads the whole request, records it and returns it.
async fn record(shared: &Shared, incoming: hyper::Request<Incoming>) -> Request {
    let (parts, mut body) = incoming.into_parts();
    let mut request = Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        ..Request::default()
    };
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(data) = frame.data_ref() {
            request.body_len += data.len() as u64;
            let room = BODY_KEPT.saturating_sub(request.body.len()).min(data.len());
            request.body.extend(data.iter().take(room));
        }
    }
    shared.requests().push(request.clone());
    shared.recorded.send_modify(|count| *count += 1);
    request
}
