//! The network between an application and its database server. It can delay requests, lose requests or the responses to
//! them, and be cut. It can also have the server stop a statement, because no server can be told to do so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
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
    /// The exchanges that are lost or stopped next.
    lose: Mutex<Option<Loss>>,
    lost: AtomicUsize,
    /// Whether new connections wait, and the answers to stopped statements.
    held: watch::Sender<bool>,
    /// The texts that requests are counted for, each with its count.
    counted: Mutex<Vec<(&'static [&'static str], Arc<AtomicUsize>)>>,
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

/// What happens to an exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The request is lost.
    Request,
    /// The answer is lost.
    Answer,
    /// The server runs this statement instead, if there is one, and the answer says that it has stopped a statement.
    Stopped(Option<&'static str>),
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
            counted: Mutex::new(Vec::new()),
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

    /// The next change with `text` is stopped. SQLite then rolls back its transaction
    /// (<https://www.sqlite.org/c3ref/interrupt.html>).
    pub(crate) fn stop_change(&self, text: &str) {
        self.lose(text, Part::Stopped(Some("ROLLBACK")), 0, 1, false);
    }

    /// As [`Self::stop_change`]. The answer waits until [`Self::release`].
    pub(crate) fn stop_change_and_hold(&self, text: &str) {
        self.lose(text, Part::Stopped(Some("ROLLBACK")), 0, 1, true);
    }

    /// The next `times` requests with `text` are stopped. They change nothing, so their transaction goes on.
    pub(crate) fn stop(&self, text: &str, times: usize) {
        self.lose(text, Part::Stopped(Some("SELECT 1")), 0, times, false);
    }

    /// The next request with `text` is stopped after it was done: SQLite looks for a reason to stop once more at its end.
    pub(crate) fn stop_late(&self, text: &str) {
        self.lose(text, Part::Stopped(None), 0, 1, false);
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

    /// Counts the requests that have all of `texts`, from now on.
    pub(crate) fn count_requests_with(&self, texts: &'static [&'static str]) -> Arc<AtomicUsize> {
        let count = Arc::new(AtomicUsize::new(0));
        self.state.counted.lock().unwrap().push((texts, Arc::clone(&count)));
        count
    }

    /// The number of requests and responses that were lost, and of statements that were stopped.
    pub(crate) fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }
}

impl State {
    fn lose(&self) -> std::sync::MutexGuard<'_, Option<Loss>> {
        self.lose.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, request: &[u8]) {
        for (texts, count) in self.counted.lock().unwrap().iter() {
            let has = |text: &&str| memchr::memmem::find(request, text.as_bytes()).is_some();
            if texts.iter().all(has) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }
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
    let chosen = Mutex::new(None);
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
    chosen: &Mutex<Option<Part>>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..count];
        state.count(bytes);
        let part = state.loses(bytes);
        let changed = match part {
            Some(Part::Request) => {
                state.lost.fetch_add(1, Ordering::SeqCst);
                return;
            }
            Some(Part::Stopped(Some(sql))) => Some(with_statement(bytes, sql)),
            Some(Part::Stopped(None) | Part::Answer) | None => None,
        };
        if part.is_some() {
            *chosen.lock().unwrap() = part;
        }
        let delay = state.delay.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if to.write_all(changed.as_deref().unwrap_or(bytes)).await.is_err() {
            return;
        }
    }
}

async fn answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    state: &State,
    chosen: &Mutex<Option<Part>>,
) {
    let (mut buffer, mut whole) = (vec![0; 64 * 1024], Vec::new());
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..count];
        let part = *chosen.lock().unwrap();
        let Some(part) = part else {
            if to.write_all(bytes).await.is_err() {
                return;
            }
            continue;
        };
        whole.extend_from_slice(bytes);
        // Once the response is complete, the server has executed the request.
        if !whole.ends_with(END) {
            continue;
        }
        state.lost.fetch_add(1, Ordering::SeqCst);
        if !matches!(part, Part::Stopped(_)) {
            return;
        }
        *chosen.lock().unwrap() = None;
        let _ = state.held.subscribe().wait_for(|held| !held).await;
        if to.write_all(&stopped(&std::mem::take(&mut whole))).await.is_err() {
            return;
        }
    }
}

/// The request (Hrana 3, `POST /v3/cursor`) with another statement.
fn with_statement(request: &[u8], sql: &str) -> Vec<u8> {
    let text = str::from_utf8(request).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("the head of a request");
    let mut body: Value = serde_json::from_str(body).expect("a request in one piece");
    let statement = &mut body["batch"]["steps"][0]["stmt"];
    (statement["sql"], statement["args"]) = (json!(sql), json!([]));
    let body = body.to_string();
    let is_length = |line: &&str| line.to_ascii_lowercase().starts_with("content-length:");
    let mut head: Vec<&str> = head.lines().filter(|line| !is_length(line)).collect();
    let length = format!("content-length: {}", body.len());
    head.push(&length);
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}

/// The response with the error of a statement that SQLite has stopped, in place of its rows.
fn stopped(response: &[u8]) -> Vec<u8> {
    let text = str::from_utf8(response).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("the head of a response");
    // The name of the connection comes first, in a line and a chunk of its own.
    let state = body.lines().nth(1).expect("a chunk");
    let error = json!({"type": "step_error", "step": 0, "error":
        {"message": "SQLite error: interrupted", "code": "SQLITE_INTERRUPT"}});
    let body = format!("{state}\n{error}\n");
    format!("{head}\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).into_bytes()
}
