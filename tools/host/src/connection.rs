//! What one client may hold: a connection, for as long as it sends a request or waits for an answer;
//! a place among the requests, except while the request's own body is waited for.
//!
//! It must not look at what is sent.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{AcquireError, Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use wasmtime_wasi_http::Error;

/// From the first byte of a head, or from the connection on, to the end of the head.
const HEAD: Duration = Duration::from_secs(10);
/// Between an answer and the next request of a connection.
const IDLE: Duration = Duration::from_secs(75);
/// Most connections at once, where the process may have as many files open twice over.
const MOST: usize = 4096;

/// One connection, as it is seen by all who hold a part of it.
pub(crate) struct Connection {
    /// Requests that have not been answered whole.
    busy: AtomicUsize,
    idle: Mutex<Idle>,
    kicked: Notify,
}

/// Since when a connection without a request waits, and for what.
struct Idle {
    since: Instant,
    limit: Duration,
}

impl Connection {
    fn new() -> Self {
        let idle = Idle { since: Instant::now(), limit: HEAD };
        Self { busy: AtomicUsize::new(0), idle: Mutex::new(idle), kicked: Notify::new() }
    }

    fn waits(&self, limit: Duration) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // The first byte of a head counts, not the last.
        if limit == IDLE || idle.limit == IDLE {
            *idle = Idle { since: Instant::now(), limit };
        }
    }

    fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed) > 0
    }

    /// Since when it waits, and until when it may.
    fn idle(&self) -> (Instant, Instant) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        (idle.since, idle.since + idle.limit)
    }

    /// Resolves when the connection is to be closed.
    pub(crate) async fn is_over(&self) {
        loop {
            let until = match self.is_busy() {
                true => Instant::now() + HEAD,
                false => self.idle().1,
            };
            tokio::select! {
                () = self.kicked.notified() => return,
                () = tokio::time::sleep_until(until) => {}
            }
            if !self.is_busy() && self.idle().1 <= Instant::now() {
                return;
            }
        }
    }

    /// A request of it has begun; it ends with what is returned.
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }
}

/// A request that has not been answered whole.
pub(crate) struct Busy(Arc<Connection>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.waits(IDLE);
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All connections.
#[derive(Clone)]
pub(crate) struct Connections {
    all: Arc<Mutex<HashMap<usize, Arc<Connection>>>>,
    most: usize,
}

/// A connection that is open; it is forgotten when this is dropped.
pub(crate) struct Open {
    all: Connections,
    number: usize,
    pub(crate) connection: Arc<Connection>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.all.lock().remove(&self.number);
    }
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self { all: Arc::default(), most: MOST.min(open_files() / 2) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<usize, Arc<Connection>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for one more. Where there is not, the one that has waited longest
    /// without a request is closed for it.
    pub(crate) fn have_room(&self) -> bool {
        let all = self.lock();
        if all.len() < self.most {
            return true;
        }
        let idle = all.values().filter(|connection| !connection.is_busy());
        if let Some(oldest) = idle.min_by_key(|connection| connection.idle().0) {
            oldest.kicked.notify_one();
        }
        false
    }

    /// Adds one.
    pub(crate) fn open(&self) -> Open {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let (number, connection) =
            (NUMBER.fetch_add(1, Ordering::Relaxed), Arc::new(Connection::new()));
        self.lock().insert(number, connection.clone());
        Open { all: self.clone(), number, connection }
    }
}

/// How many files this process may have open, as far as the system tells.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(1024)
}

/// A client's stream, which tells when a head begins to come.
pub(crate) struct Stream {
    pub(crate) stream: TcpStream,
    pub(crate) connection: Arc<Connection>,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before && !self.connection.is_busy() {
            self.connection.waits(HEAD);
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
        Pin::new(&mut self.stream).poll_write(cx, bytes)
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
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }
}

/// A place among the requests that are worked on.
pub(crate) struct Place {
    free: Arc<Semaphore>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Place {
    /// Waits for one.
    pub(crate) async fn take(free: &Arc<Semaphore>) -> Arc<Self> {
        // An error: the semaphore is closed, which it never is.
        let held = free.clone().acquire_owned().await.ok();
        Arc::new(Self { free: free.clone(), held: Mutex::new(held) })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Acquiring = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

/// The body of a request. Its place is somebody else's while it does not come, and taken again
/// before what came is passed on.
pub(crate) struct Coming {
    body: Incoming,
    place: Arc<Place>,
    come: Option<Option<Result<Frame<Bytes>, hyper::Error>>>,
    acquiring: Option<Acquiring>,
}

impl Coming {
    pub(crate) fn new(body: Incoming, place: Arc<Place>) -> Self {
        Self { body, place, come: None, acquiring: None }
    }
}

impl Body for Coming {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if this.come.is_none() {
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Pending => {
                    this.place.lock().take();
                    return Poll::Pending;
                }
                Poll::Ready(frame) => this.come = Some(frame),
            }
        }
        if this.place.lock().is_none() {
            let free = &this.place.free;
            let acquiring =
                this.acquiring.get_or_insert_with(|| Box::pin(free.clone().acquire_owned()));
            match acquiring.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(held) => *this.place.lock() = held.ok(),
            }
            this.acquiring = None;
        }
        let frame = this.come.take().flatten();
        Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.come.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.come {
            None => self.body.size_hint(),
            Some(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_that_has_waited_longest_makes_room() {
        let all = Connections { all: Arc::default(), most: 2 };
        let (first, second) = (all.open(), all.open());
        assert!(!all.have_room());
        tokio::time::timeout(Duration::from_secs(1), first.connection.is_over()).await.unwrap();
        drop(first);
        assert!(all.have_room());
        // One that is at work is left alone.
        let busy = second.connection.begin();
        let third = all.open();
        assert!(!all.have_room());
        tokio::time::timeout(Duration::from_secs(1), third.connection.is_over()).await.unwrap();
        let waits = tokio::time::timeout(Duration::from_millis(50), second.connection.is_over());
        assert!(waits.await.is_err());
        drop(busy);
    }
}
