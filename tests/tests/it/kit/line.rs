//! The network between an application and its database server. It can delay requests, lose the response to a
//! request, and be cut.

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
    /// The response to the next request with this text is lost.
    lose: Mutex<Option<String>>,
    lost: AtomicUsize,
    /// The number of transactions that were begun over this line.
    began: AtomicUsize,
    /// Whether the line is cut.
    cut: watch::Sender<bool>,
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
        *self.state.lose() = Some(text.to_owned());
    }

    /// Cuts all connections, and each new one at once, until the line is mended.
    pub(crate) fn cut(&self, cut: bool) {
        self.state.cut.send_replace(cut);
    }

    /// The number of transactions that were begun over this line.
    pub(crate) fn began(&self) -> usize {
        self.state.began.load(Ordering::SeqCst)
    }

    /// The number of responses that were lost.
    pub(crate) fn lost(&self) -> usize {
        self.state.lost.load(Ordering::SeqCst)
    }
}

impl State {
    fn lose(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.lose.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to lose the response to this request.
    fn is_chosen(&self, request: &[u8]) -> bool {
        let mut lose = self.lose();
        let found = lose
            .as_ref()
            .is_some_and(|text| memchr::memmem::find(request, text.as_bytes()).is_some());
        if found {
            *lose = None;
        }
        found
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
        if state.is_chosen(bytes) {
            chosen.store(true, Ordering::SeqCst);
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
