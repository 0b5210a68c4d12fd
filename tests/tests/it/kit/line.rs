//! The network between an application and its database server. It can delay requests, lose requests or the responses to
//! them, and be cut.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A connection to one server. Dropping this value cuts it.
pub(crate) struct Line {
    /// The address to which the application connects.
    pub(crate) at: SocketAddr,
    state: Arc<State>,
    _tasks: JoinSet<()>,
}

struct State {
    /// How long a request takes to arrive, in milliseconds.
    delay: AtomicU64,
    /// The exchanges that are lost next.
    lose: Mutex<Option<Loss>>,
    lost: AtomicUsize,
    /// Whether new connections wait.
    held: watch::Sender<bool>,
    /// The number of transactions that were begun over this line.
    began: AtomicUsize,
    /// Whether the line is cut.
    cut: watch::Sender<bool>,
}

/// The exchanges that a line loses.
struct Loss {
    text: String,
    part: Part,
    /// How many requests pass before.
    after: usize,
    /// How many are lost then.
    times: usize,
    /// Whether new connections wait from then on.
    holds: bool,
}

/// The part of an exchange that is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Request,
    Answer,
}

/// The end of a chunked response.
const END: &[u8] = b"0\r\n\r\n";

impl Line {
    /// A line to the server at `to`.
    pub(crate) async fn to(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = Arc::new(State {
            delay: AtomicU64::new(0),
            lose: Mutex::new(None),
            lost: AtomicUsize::new(0),
            held: watch::Sender::new(false),
            began: AtomicUsize::new(0),
            cut: watch::Sender::new(false),
        });
        let mut tasks = JoinSet::new();
        let shared = Arc::clone(&state);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                connections.spawn(async move {
                    let _ = state.held.subscribe().wait_for(|held| !held).await;
                    // If the server is down, the line refuses connections too.
                    if let Ok(server) = TcpStream::connect(to).await {
                        carry(client, server, state).await;
                    }
                });
            }
        });
        Self { at, state, _tasks: tasks }
    }

    /// Delays each request by this time.
    pub(crate) fn delay(&self, delay: Duration) {
        self.state.delay.store(u64::try_from(delay.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// The next request with `text` arrives, but the connection is cut before its response.
    pub(crate) fn lose_answer_to(&self, text: &str) {
        self.lose(text, Part::Answer, 0, 1, false);
    }

    /// As [`Self::lose_answer_to`]. New connections then wait until [`Self::release`].
    pub(crate) fn lose_answer_and_hold(&self, text: &str) {
        self.lose(text, Part::Answer, 0, 1, true);
    }

    /// The next request with `text` does not arrive, and its connection is cut.
    pub(crate) fn lose_request_with(&self, text: &str) {
        self.lose(text, Part::Request, 0, 1, false);
    }

    /// All responses to requests with `text` are lost, except to the first `after` ones, until [`Self::release`].
    pub(crate) fn lose_answers_to(&self, text: &str, after: usize) {
        self.lose(text, Part::Answer, after, usize::MAX, false);
    }

    /// Loses nothing more, and holds nothing.
    pub(crate) fn release(&self) {
        *self.state.lose() = None;
        self.state.held.send_replace(false);
    }

    fn lose(&self, text: &str, part: Part, after: usize, times: usize, holds: bool) {
        let text = text.to_owned();
        *self.state.lose() = Some(Loss { text, part, after, times, holds });
    }

    /// Cuts all connections, and each new one at once, until the line is mended.
    pub(crate) fn cut(&self, cut: bool) {
        self.state.cut.send_replace(cut);
    }

    /// The number of transactions that were begun over this line.
    pub(crate) fn began(&self) -> usize {
        self.state.began.load(Ordering::SeqCst)
    }

    /// The number of requests and responses that were lost.
    pub(crate) fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }
}

impl State {
    fn lose(&self) -> std::sync::MutexGuard<'_, Option<Loss>> {
        self.lose.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of this exchange to lose.
    fn loses(&self, request: &[u8]) -> Option<Part> {
        let mut lose = self.lose();
        let loss = lose.as_mut()?;
        memchr::memmem::find(request, loss.text.as_bytes())?;
        if loss.after > 0 {
            loss.after -= 1;
            return None;
        }
        let part = loss.part;
        if loss.holds {
            self.held.send_replace(true);
        }
        loss.times -= 1;
        if loss.times == 0 {
            *lose = None;
        }
        Some(part)
    }
}

async fn carry(client: TcpStream, server: TcpStream, state: Arc<State>) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let chosen = AtomicBool::new(false);
    let mut cut = state.cut.subscribe();
    tokio::select! {
        _ = cut.wait_for(|cut| *cut) => {}
        () = requests(from_client, to_server, &state, &chosen) => {}
        () = answers(from_server, to_client, &state, &chosen) => {}
    }
}

async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &State,
    chosen: &AtomicBool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..count];
        if memchr::memmem::find(bytes, b"BEGIN IMMEDIATE").is_some() {
            state.began.fetch_add(1, Ordering::SeqCst);
        }
        match state.loses(bytes) {
            Some(Part::Answer) => chosen.store(true, Ordering::SeqCst),
            Some(Part::Request) => {
                state.lost.fetch_add(1, Ordering::SeqCst);
                return;
            }
            None => {}
        }
        let delay = state.delay.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &State,
    chosen: &AtomicBool,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..count];
        if chosen.load(Ordering::SeqCst) {
            // The response is complete, so the server has executed the request.
            if bytes.ends_with(END) {
                state.lost.fetch_add(1, Ordering::SeqCst);
                return;
            }
        } else if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
