//! All connections: the limit on their number, and the choice of the one that is closed for a new one. A few
//! connections are kept in reserve. They are told to retry later, unless they ask for the application's
//! health.
//!
//! This module must not look at the transmitted content.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::connection::{Connection, Limits, next_number};

/// The maximum number of connections, if the process may open twice as many files.
const MOST: usize = 4096;

/// Additional connections, which may ask for the application's health.
pub(crate) const RESERVE: usize = 16;

const ORDINARY: Limits = Limits { head: Duration::from_secs(10), idle: Duration::from_secs(75) };
const RESERVED: Limits = Limits { head: Duration::from_secs(2), idle: Duration::from_secs(1) };

/// How often to check for clients that have kept us waiting for too long.
const LOOK: Duration = Duration::from_secs(1);

/// All connections.
#[derive(Clone)]
pub(crate) struct Connections {
    all: Arc<Mutex<Registry>>,
    most: usize,
}

#[derive(Default)]
struct Registry {
    ordinary: HashMap<usize, Arc<Connection>>,
    reserved: HashMap<usize, Arc<Connection>>,
}

impl Registry {
    fn of(&mut self, kind: Kind) -> &mut HashMap<usize, Arc<Connection>> {
        match kind {
            Kind::Ordinary => &mut self.ordinary,
            Kind::Reserved => &mut self.reserved,
        }
    }
}

/// What a connection may be used for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Any request.
    Ordinary,
    /// One request for the application's health, because the limit is reached.
    Reserved,
}

/// An open connection. It is removed from the list when this is dropped.
pub(crate) struct OpenConnection {
    all: Connections,
    number: usize,
    pub(crate) kind: Kind,
    pub(crate) connection: Arc<Connection>,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.all.lock().of(self.kind).remove(&self.number);
    }
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self { all: Arc::default(), most: MOST.min(open_files() / 2) }
    }

    fn lock(&self) -> MutexGuard<'_, Registry> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kind of the next connection. `None`: no room yet; another connection is being closed for it.
    ///
    /// If the limit is reached, closes the connection that has waited longest for its client: for a request,
    /// or, for at least five seconds, for a body or for its response to be read.
    pub(crate) fn room(&self, now: Instant) -> Option<Kind> {
        let all = self.lock();
        if all.ordinary.len() < self.most {
            return Some(Kind::Ordinary);
        }
        if close_one(&all.ordinary, now) {
            return None;
        }
        if all.reserved.len() < RESERVE {
            return Some(Kind::Reserved);
        }
        close_one(&all.reserved, now);
        None
    }

    /// Adds a connection.
    pub(crate) fn open(&self, kind: Kind) -> OpenConnection {
        let limits = match kind {
            Kind::Ordinary => ORDINARY,
            Kind::Reserved => RESERVED,
        };
        let (number, connection) = (next_number(), Connection::new(limits, Instant::now()));
        self.lock().of(kind).insert(number, connection.clone());
        OpenConnection { all: self.clone(), number, kind, connection }
    }

    /// Checks the connections forever. `answer`: how long a client may stop reading its response.
    pub(crate) async fn enforce_limits_forever(self, answer: Duration) {
        loop {
            tokio::time::sleep(LOOK).await;
            self.enforce_limits(Instant::now(), answer);
        }
    }

    fn enforce_limits(&self, now: Instant, answer: Duration) {
        let all = self.lock();
        let every: Vec<_> = all.ordinary.values().chain(all.reserved.values()).cloned().collect();
        // Giving up a response may end a connection, which then locks `all` to remove itself.
        drop(all);
        every.iter().for_each(|connection| connection.enforce_limits(now, answer));
    }
}

/// Closes the connection that has waited longest for its client. Returns false if none is waiting.
fn close_one(connections: &HashMap<usize, Arc<Connection>>, now: Instant) -> bool {
    let waiting = connections
        .values()
        .filter_map(|connection| connection.waits_since(now).map(|since| (since, connection)));
    match waiting.min_by_key(|(since, _)| *since) {
        Some((_, connection)) => {
            connection.close();
            true
        }
        None => false,
    }
}

/// How many files this process may open, as far as the system reports it.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::STALLED;

    const ANSWER: Duration = Duration::from_secs(60);

    fn connections(most: usize) -> Connections {
        Connections { all: Arc::default(), most }
    }

    async fn is_closed(open: &OpenConnection) -> bool {
        let closing = open.connection.close_requested();
        tokio::time::timeout(Duration::from_millis(20), closing).await.is_ok()
    }

    fn later(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn the_connection_that_has_waited_longest_is_closed() {
        let all = connections(2);
        let (first, second) = (all.open(Kind::Ordinary), all.open(Kind::Ordinary));
        assert_eq!(all.room(Instant::now()), None);
        assert!(is_closed(&first).await && !is_closed(&second).await);
        drop(first);
        assert_eq!(all.room(Instant::now()), Some(Kind::Ordinary));
        // A connection that a component works for is not closed.
        let busy = second.connection.begin(false);
        let third = all.open(Kind::Ordinary);
        assert_eq!(all.room(Instant::now()), None);
        assert!(is_closed(&third).await && !is_closed(&second).await);
        drop(busy);
    }

    #[tokio::test]
    async fn stalled_bodies_and_unread_responses_make_room_after_five_seconds() {
        let all = connections(2);
        let (first, second) = (all.open(Kind::Ordinary), all.open(Kind::Ordinary));
        let (upload, download) = (first.connection.begin(false), second.connection.begin(false));
        upload.work.body_awaited();
        download.work.response_handed_over();
        assert_eq!(all.room(Instant::now()), Some(Kind::Reserved));
        assert_eq!(all.room(Instant::now() + STALLED), None);
        assert!(is_closed(&first).await);
        drop((first, upload));
        let _third = all.open(Kind::Ordinary).connection.begin(false);
        let full = connections(1);
        assert_eq!(full.room(later(0)), Some(Kind::Ordinary));
        // A connection that makes progress is not closed.
        download.work.response_taken();
        let third = all.open(Kind::Ordinary);
        let _busy = third.connection.begin(false);
        assert_eq!(all.room(later(60)), Some(Kind::Reserved));
    }

    #[tokio::test]
    async fn silent_clients_never_fill_the_reserve() {
        let all = connections(0);
        let reserve: Vec<_> = (0..RESERVE).map(|_| all.open(Kind::Reserved)).collect();
        assert_eq!(all.room(Instant::now()), None);
        assert!(is_closed(&reserve[0]).await);
        drop(reserve);
        assert_eq!(all.room(Instant::now()), Some(Kind::Reserved));
    }

    #[tokio::test]
    async fn only_an_unread_response_ends_after_a_minute() {
        let all = connections(9);
        let (unread, read) = (all.open(Kind::Ordinary), all.open(Kind::Ordinary));
        let (slow, quick) = (unread.connection.begin(false), read.connection.begin(false));
        slow.work.response_handed_over();
        quick.work.response_handed_over();
        quick.work.response_taken();
        all.enforce_limits(later(59), ANSWER);
        assert!(!is_closed(&unread).await);
        all.enforce_limits(later(60), ANSWER);
        assert!(is_closed(&unread).await && !is_closed(&read).await);
    }

    #[tokio::test]
    async fn on_a_shared_connection_only_the_unread_response_ends() {
        let all = connections(9);
        let open = all.open(Kind::Ordinary);
        let (unread, other) = (open.connection.begin(true), open.connection.begin(true));
        unread.work.response_handed_over();
        all.enforce_limits(later(60), ANSWER);
        assert!(!is_closed(&open).await);
        drop((unread, other));
        all.enforce_limits(later(74), ANSWER);
        assert!(!is_closed(&open).await);
        all.enforce_limits(later(76), ANSWER);
        assert!(is_closed(&open).await);
    }

    #[tokio::test]
    async fn a_head_has_ten_seconds() {
        let all = connections(9);
        let open = all.open(Kind::Ordinary);
        all.enforce_limits(later(9), ANSWER);
        assert!(!is_closed(&open).await);
        all.enforce_limits(later(11), ANSWER);
        assert!(is_closed(&open).await);
    }
}
