//! One connection of a client: which requests it has, and for what each of them waits.
//!
//! It must not look at what is sent.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;
use wasmtime_wasi_http::WasiBody;

use crate::place::Place;

/// A client that has sent or taken nothing for this long gives its places to others who need them.
pub(crate) const STALLED: Duration = Duration::from_secs(5);

/// How long a connection without a request may stay.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// From the first byte of a head, or from the connection on, to the end of the head.
    pub(crate) head: Duration,
    /// Between an answer and the next request.
    pub(crate) idle: Duration,
}

/// A connection, as all see it who hold a part of it.
pub(crate) struct Connection {
    limits: Limits,
    idle: Mutex<Idle>,
    requests: Mutex<Vec<Arc<Work>>>,
    closing: Notify,
}

/// Since when a connection without a request waits, and for what.
#[derive(Clone, Copy)]
struct Idle {
    since: Instant,
    in_head: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connection {
    pub(crate) fn new(limits: Limits, now: Instant) -> Arc<Self> {
        let idle = Mutex::new(Idle { since: now, in_head: true });
        Arc::new(Self { limits, idle, requests: Mutex::default(), closing: Notify::new() })
    }

    /// A request of it begins; it has ended when what is returned is dropped. `shares` says whether
    /// other requests use the connection at the same time.
    pub(crate) fn begin(self: &Arc<Self>, shares: bool) -> Busy {
        let work = Arc::new(Work { shares, ..Work::default() });
        lock(&self.requests).push(work.clone());
        Busy { connection: self.clone(), work }
    }

    /// Resolves when the connection is to be closed.
    pub(crate) async fn is_over(&self) {
        self.closing.notified().await;
    }

    /// Has the connection closed.
    pub(crate) fn close(&self) {
        self.closing.notify_one();
    }

    /// Since when nothing but the client is waited for; none where a component is at work.
    pub(crate) fn waits_since(&self, now: Instant) -> Option<Instant> {
        let requests = lock(&self.requests);
        if requests.is_empty() {
            return Some(lock(&self.idle).since);
        }
        let mut latest = None;
        for work in requests.iter() {
            let since = work.waits_since().filter(|since| now >= *since + STALLED)?;
            latest = latest.max(Some(since));
        }
        latest
    }

    /// Closes the connection, ends a request, or takes its place from it, where its client has been
    /// waited for long enough.
    pub(crate) fn look(&self, now: Instant, answer: Duration) {
        let mut requests = lock(&self.requests);
        if requests.is_empty() {
            let Idle { since, in_head } = *lock(&self.idle);
            if now >= since + if in_head { self.limits.head } else { self.limits.idle } {
                self.close();
            }
        }
        requests.retain(|work| match work.unread_since() {
            Some(since) if now >= since + answer => {
                work.give_up();
                if !work.shares {
                    self.close();
                }
                false
            }
            Some(since) => {
                if now >= since + STALLED {
                    work.leave();
                }
                true
            }
            None => true,
        });
    }

    fn is_busy(&self) -> bool {
        !lock(&self.requests).is_empty()
    }

    /// Something came from the client.
    fn heard(&self) {
        let mut idle = lock(&self.idle);
        // The first byte of a head counts, not the last.
        if !idle.in_head && !self.is_busy() {
            *idle = Idle { since: Instant::now(), in_head: true };
        }
    }

    /// The client took something, also of an answer whose request is over.
    fn taken(&self) {
        let mut idle = lock(&self.idle);
        if !idle.in_head {
            idle.since = Instant::now();
        }
    }
}

/// A request that has not been answered whole.
pub(crate) struct Busy {
    connection: Arc<Connection>,
    pub(crate) work: Arc<Work>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        *lock(&self.connection.idle) = Idle { since: Instant::now(), in_head: false };
        lock(&self.connection.requests).retain(|work| !Arc::ptr_eq(work, &self.work));
    }
}

/// For what a request waits.
#[derive(Clone, Copy, Default)]
enum Waits {
    /// For a component.
    #[default]
    Component,
    /// For the client to send more of the body, since then.
    Body(Instant),
    /// For the client to take what was handed out of the answer, since then.
    Answer(Instant),
}

/// A request: for what it waits, its place, and the rest of its answer.
#[derive(Default)]
pub(crate) struct Work {
    shares: bool,
    waits: Mutex<Waits>,
    is_answered: OnceLock<()>,
    pub(crate) place: OnceLock<Arc<Place>>,
    pub(crate) answer: Mutex<Option<WasiBody>>,
}

impl Work {
    /// The component wants more of the body, and the client has sent none.
    pub(crate) fn body_waits(&self) {
        let mut waits = lock(&self.waits);
        // Once there is an answer, whether it is taken is what counts.
        if self.is_answered.get().is_none() && !matches!(*waits, Waits::Body(_)) {
            *waits = Waits::Body(Instant::now());
        }
    }

    /// More of the body has come.
    pub(crate) fn body_came(&self) {
        let mut waits = lock(&self.waits);
        if matches!(*waits, Waits::Body(_)) {
            *waits = Waits::Component;
        }
    }

    /// The answer begins.
    pub(crate) fn begin_answer(&self, body: WasiBody) {
        let _ = self.is_answered.set(());
        *lock(&self.answer) = Some(body);
        *lock(&self.waits) = Waits::Component;
    }

    /// A piece of the answer was handed out.
    pub(crate) fn answer_waits(&self) {
        *lock(&self.waits) = Waits::Answer(Instant::now());
    }

    /// There is room for more of the answer.
    pub(crate) fn answer_was_taken(&self) {
        *lock(&self.waits) = Waits::Component;
    }

    fn waits_since(&self) -> Option<Instant> {
        match *lock(&self.waits) {
            Waits::Component => None,
            Waits::Body(since) | Waits::Answer(since) => Some(since),
        }
    }

    fn unread_since(&self) -> Option<Instant> {
        match *lock(&self.waits) {
            Waits::Answer(since) => Some(since),
            Waits::Component | Waits::Body(_) => None,
        }
    }

    /// Lets others have its place until it goes on.
    fn leave(&self) {
        if let Some(place) = self.place.get() {
            place.leave();
        }
    }

    /// Drops the rest of the answer, and what makes it.
    fn give_up(&self) {
        self.leave();
        lock(&self.answer).take();
    }
}

/// A client's stream, which tells what comes and goes.
pub(crate) struct Stream {
    pub(crate) stream: TcpStream,
    pub(crate) connection: Arc<Connection>,
}

impl Stream {
    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.connection.taken();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.connection.heard();
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(&polled);
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.wrote(&polled);
        polled
    }
}

/// Numbers of connections.
pub(crate) fn next_number() -> usize {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}
