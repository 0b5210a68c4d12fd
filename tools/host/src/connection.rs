//! One client connection: its requests, and what each of them is waiting for.
//!
//! This module must not look at the transmitted content.

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

/// A client that has sent or read nothing for this long loses its places to other clients that need them.
pub(crate) const STALLED: Duration = Duration::from_secs(5);

/// How long a connection without a request may stay open.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// From the first byte of a head, or from the start of the connection, to the end of the head.
    pub(crate) head: Duration,
    /// Between a response and the next request.
    pub(crate) idle: Duration,
}

/// A connection, as shared by everything that holds a part of it.
pub(crate) struct Connection {
    limits: Limits,
    idle: Mutex<Idle>,
    requests: Mutex<Vec<Arc<Work>>>,
    closing: Notify,
}

/// How long a connection without a request has been waiting, and for what.
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

    /// Begins a request, which ends when the returned value is dropped. `shares` says whether other requests
    /// use the connection at the same time.
    pub(crate) fn begin(self: &Arc<Self>, shares: bool) -> ActiveRequest {
        let work = Arc::new(Work { shares, ..Work::default() });
        lock(&self.requests).push(work.clone());
        ActiveRequest { connection: self.clone(), work }
    }

    /// Resolves when the connection must be closed.
    pub(crate) async fn close_requested(&self) {
        self.closing.notified().await;
    }

    /// Requests that the connection be closed.
    pub(crate) fn close(&self) {
        self.closing.notify_one();
    }

    /// The time since which the connection waits for its client alone; `None` if a component is working.
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

    /// Closes the connection, ends a request, or releases the request's place, if the client has kept it
    /// waiting for too long.
    pub(crate) fn enforce_limits(&self, now: Instant, answer: Duration) {
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
                    work.release_place();
                }
                true
            }
            None => true,
        });
    }

    fn is_busy(&self) -> bool {
        !lock(&self.requests).is_empty()
    }

    /// Records that the client sent something.
    fn bytes_received(&self) {
        let mut idle = lock(&self.idle);
        // The first byte of a head counts, not the last.
        if !idle.in_head && !self.is_busy() {
            *idle = Idle { since: Instant::now(), in_head: true };
        }
    }

    /// Records that the client read something, also of a response whose request has ended.
    fn bytes_sent(&self) {
        let mut idle = lock(&self.idle);
        if !idle.in_head {
            idle.since = Instant::now();
        }
    }
}

/// A request whose response is not complete.
pub(crate) struct ActiveRequest {
    connection: Arc<Connection>,
    pub(crate) work: Arc<Work>,
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        *lock(&self.connection.idle) = Idle { since: Instant::now(), in_head: false };
        lock(&self.connection.requests).retain(|work| !Arc::ptr_eq(work, &self.work));
    }
}

/// What a request is waiting for.
#[derive(Clone, Copy, Default)]
enum WaitingFor {
    /// A component.
    #[default]
    Component,
    /// The client must send more of the body; since this time.
    Body(Instant),
    /// The client must read the part of the response that was handed over; since this time.
    Answer(Instant),
}

/// A request: what it is waiting for, its place, and the rest of its response.
#[derive(Default)]
pub(crate) struct Work {
    shares: bool,
    waits: Mutex<WaitingFor>,
    is_answered: OnceLock<()>,
    pub(crate) place: OnceLock<Arc<Place>>,
    pub(crate) answer: Mutex<Option<WasiBody>>,
}

impl Work {
    /// Records that the component wants more of the body, and the client has sent none.
    pub(crate) fn body_awaited(&self) {
        let mut waits = lock(&self.waits);
        // Once there is a response, only its reading counts.
        if self.is_answered.get().is_none() && !matches!(*waits, WaitingFor::Body(_)) {
            *waits = WaitingFor::Body(Instant::now());
        }
    }

    /// Records that more of the body has arrived.
    pub(crate) fn body_received(&self) {
        let mut waits = lock(&self.waits);
        if matches!(*waits, WaitingFor::Body(_)) {
            *waits = WaitingFor::Component;
        }
    }

    /// Records that the response begins.
    pub(crate) fn begin_response(&self, body: WasiBody) {
        let _ = self.is_answered.set(());
        *lock(&self.answer) = Some(body);
        *lock(&self.waits) = WaitingFor::Component;
    }

    /// Records that a part of the response was handed over.
    pub(crate) fn response_handed_over(&self) {
        *lock(&self.waits) = WaitingFor::Answer(Instant::now());
    }

    /// Records that there is room for more of the response.
    pub(crate) fn response_taken(&self) {
        *lock(&self.waits) = WaitingFor::Component;
    }

    fn waits_since(&self) -> Option<Instant> {
        match *lock(&self.waits) {
            WaitingFor::Component => None,
            WaitingFor::Body(since) | WaitingFor::Answer(since) => Some(since),
        }
    }

    fn unread_since(&self) -> Option<Instant> {
        match *lock(&self.waits) {
            WaitingFor::Answer(since) => Some(since),
            WaitingFor::Component | WaitingFor::Body(_) => None,
        }
    }

    /// Releases its place until the request continues.
    fn release_place(&self) {
        if let Some(place) = self.place.get() {
            place.release();
        }
    }

    /// Drops the rest of the response, and the task that produces it.
    fn give_up(&self) {
        self.release_place();
        lock(&self.answer).take();
    }
}

/// A client's stream, which reports each read and write.
pub(crate) struct Stream {
    pub(crate) stream: TcpStream,
    pub(crate) connection: Arc<Connection>,
}

impl Stream {
    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.connection.bytes_sent();
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
            self.connection.bytes_received();
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

/// Assigns numbers to connections.
pub(crate) fn next_number() -> usize {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}
