//! A model of the refresh that tries every interleaving: two instances that find the same token expired,
//! leases that expire, late responses, crashes between response and write, a delete, a new connection, and a
//! database server that does not confirm a change, or rolls back a transaction that took too long.
//!
//! The model has the rules that `components/broker/src/oauth/refresh` writes as SQL conditions, one step per
//! transaction or call. The model must not use information that the database does not have.

use std::collections::{BTreeSet, HashSet};

type Token = u8;

/// The time of a lease.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Lease {
    Held,
    /// It has expired a moment ago, and its holder may live.
    Expired,
    /// It has expired so long ago that its holder has given up.
    Old,
}

/// The stored row of the connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Row {
    version: u8,
    token: Token,
    /// The instance that has the lease, and the time of the lease.
    lease: Option<(u8, Lease)>,
    reauthorize: bool,
}

/// An authorization server: the valid tokens, and the used tokens by family.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Provider {
    rotates: bool,
    families: Vec<u8>,
    live: BTreeSet<Token>,
    used: BTreeSet<Token>,
    refreshes: u8,
}

impl Provider {
    fn issue(&mut self, family: u8) -> Token {
        self.families.push(family);
        let token = self.families.len() as Token - 1;
        self.live.insert(token);
        token
    }

    /// A refresh (RFC 6749, 6). The second use of a token revokes its family (RFC 9700, 4.14.2).
    fn refresh(&mut self, token: Token) -> Result<Token, ()> {
        let family = self.families[usize::from(token)];
        if self.used.contains(&token) {
            let families = &self.families;
            self.live.retain(|other| families[usize::from(*other)] != family);
            return Err(());
        }
        if !self.live.contains(&token) {
            return Err(());
        }
        self.refreshes += 1;
        if !self.rotates {
            return Ok(token);
        }
        self.live.remove(&token);
        self.used.insert(token);
        Ok(self.issue(family))
    }
}

/// The state of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Worker {
    /// The instance reads the row for the first time, or again.
    Looking,
    Loaded {
        version: u8,
        token: Token,
    },
    /// The instance has taken over a lease whose holder may live. It waits, and renews the lease, before it sends the
    /// request.
    TakingOver {
        version: u8,
        token: Token,
    },
    /// The instance has the lease and is about to send the request.
    Leased {
        version: u8,
        token: Token,
    },
    /// The provider has responded. The response is not written yet.
    Answered {
        version: u8,
        answer: Result<Token, ()>,
    },
    Done,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct World {
    row: Option<Row>,
    provider: Provider,
    workers: [Worker; 2],
    outbox: BTreeSet<Token>,
    /// The events that may still happen.
    expiries: u8,
    crashes: u8,
    /// Changes that are made, but whose response is lost.
    unconfirmed: u8,
    /// Transactions that the server rolls back.
    stolen: u8,
    /// Attempts that end before they ask, because the database does not say what time it is.
    unread: u8,
    delete: bool,
    reconnect: bool,
    /// Whether a response was lost with its process.
    lost: bool,
    /// Whether an expired lease is waited for. For client credentials it is not.
    waits: bool,
    /// Whether a lease expired while its holder was sending the request. The wait of the one that takes it over is as
    /// long as it takes to store an answer, not as long as a provider takes to answer.
    overtaken: bool,
}

impl World {
    fn new(rotates: bool) -> Self {
        let mut provider = Provider { rotates, ..Provider::default() };
        let token = provider.issue(0);
        Self {
            row: Some(Row { version: 1, token, lease: None, reauthorize: false }),
            provider,
            workers: [Worker::Looking; 2],
            outbox: BTreeSet::new(),
            expiries: 0,
            crashes: 0,
            unconfirmed: 0,
            stolen: 0,
            unread: 0,
            delete: false,
            reconnect: false,
            lost: false,
            waits: true,
            overtaken: false,
        }
    }

    /// The next step of an instance.
    fn step(&self, me: usize) -> Option<Self> {
        let mut next = self.clone();
        next.workers[me] = match self.workers[me] {
            Worker::Looking => match self.row {
                // Only the first version is expired. An instance that finds a later version uses it.
                Some(row) if row.version == 1 && !row.reauthorize => {
                    Worker::Loaded { version: row.version, token: row.token }
                }
                _ => Worker::Done,
            },
            Worker::Loaded { version, token } => match &mut next.row {
                Some(row) if row.version != version => Worker::Looking,
                // The instance has the lease, but the response was lost. The id of the attempt shows it.
                Some(row) if row.lease == Some((me as u8, Lease::Held)) => {
                    Worker::TakingOver { version, token }
                }
                Some(row) if row.lease.is_none_or(|(_, lease)| lease != Lease::Held) => {
                    let holder_may_live =
                        row.lease.is_some_and(|(_, lease)| lease == Lease::Expired);
                    row.lease = Some((me as u8, Lease::Held));
                    match holder_may_live && self.waits {
                        true => Worker::TakingOver { version, token },
                        false => Worker::Leased { version, token },
                    }
                }
                // Another instance has the lease. This one polls, which changes nothing.
                Some(_) => return None,
                None => Worker::Done,
            },
            Worker::TakingOver { version, token } => {
                let other = self.workers[1 - me];
                if matches!(other, Worker::Answered { version: of, answer: Ok(_) } if of == version)
                {
                    // The wait lets the holder before store what it got.
                    return None;
                }
                match &mut next.row {
                    Some(row)
                        if row.version == version
                            && row.lease.is_some_and(|(owner, _)| usize::from(owner) == me) =>
                    {
                        row.lease = Some((me as u8, Lease::Held));
                        Worker::Leased { version, token }
                    }
                    _ => Worker::Looking,
                }
            }
            Worker::Leased { version, token } => {
                Worker::Answered { version, answer: next.provider.refresh(token) }
            }
            Worker::Answered { version, answer: Ok(token) } => {
                match &mut next.row {
                    Some(row) if row.version == version => {
                        let version = version + 1;
                        *row = Row { version, token, lease: None, reauthorize: false };
                    }
                    Some(row) if row.token == token => {}
                    _ => {
                        next.outbox.insert(token);
                    }
                }
                Worker::Done
            }
            Worker::Answered { version, answer: Err(()) } => {
                if let Some(row) = &mut next.row
                    && row.version == version
                    && row.lease.is_some_and(|(owner, _)| usize::from(owner) == me)
                {
                    row.lease = None;
                    row.reauthorize = true;
                }
                Worker::Done
            }
            Worker::Done => return None,
        };
        Some(next)
    }

    /// All possible next states.
    fn nexts(&self) -> Vec<Self> {
        let mut nexts: Vec<_> = (0..2).filter_map(|me| self.step(me)).collect();
        let writes = |me: &usize| {
            matches!(
                self.workers[*me],
                Worker::Loaded { .. } | Worker::TakingOver { .. } | Worker::Answered { .. }
            )
        };
        if self.unconfirmed > 0 {
            // The change is made, but the instance does not know. It repeats the step.
            nexts.extend((0..2).filter(writes).filter_map(|me| {
                let mut next = self.step(me)?;
                next.workers[me] = self.workers[me];
                Some(Self { unconfirmed: self.unconfirmed - 1, ..next })
            }));
        }
        if self.stolen > 0 && (0..2).any(|me| writes(&me)) {
            // Nothing is changed. No statement follows the failed one, so the instance repeats the whole
            // step.
            nexts.push(Self { stolen: self.stolen - 1, ..self.clone() });
        }
        if let (Some(row), true) = (self.row, self.expiries > 0)
            && let Some((owner, Lease::Held)) = row.lease
        {
            let row = Some(Row { lease: Some((owner, Lease::Expired)), ..row });
            let asks = matches!(self.workers[usize::from(owner)], Worker::Leased { .. });
            let overtaken = self.overtaken || asks;
            nexts.push(Self { row, overtaken, expiries: self.expiries - 1, ..self.clone() });
        }
        if let Some(row) = self.row
            && let Some((owner, Lease::Expired)) = row.lease
            && self.workers[usize::from(owner)] == Worker::Done
        {
            // Time passes. A holder that lives would have given up by then.
            let row = Some(Row { lease: Some((owner, Lease::Old)), ..row });
            nexts.push(Self { row, ..self.clone() });
        }
        for me in (0..2).filter(|me| self.crashes > 0 && self.workers[*me] != Worker::Done) {
            let mut next = Self { crashes: self.crashes - 1, ..self.clone() };
            next.lost |= matches!(self.workers[me], Worker::Answered { answer: Ok(_), .. });
            next.workers[me] = Worker::Done;
            nexts.push(next);
        }
        let takes_over = |me: &usize| matches!(self.workers[*me], Worker::TakingOver { .. });
        for me in (0..2).filter(|me| self.unread > 0 && takes_over(me)) {
            // The lease goes on until it expires, so that the next attempt waits for the holder before, too.
            let mut next = Self { unread: self.unread - 1, ..self.clone() };
            next.workers[me] = Worker::Looking;
            nexts.push(next);
        }
        if let (Some(row), true) = (self.row, self.delete) {
            let mut next = Self { row: None, delete: false, ..self.clone() };
            next.outbox.insert(row.token);
            nexts.push(next);
        }
        if let (Some(row), true) = (self.row, self.reconnect) {
            let mut next = Self { reconnect: false, ..self.clone() };
            let token = next.provider.issue(1);
            let version = row.version + 1;
            next.row = Some(Row { version, token, lease: None, reauthorize: false });
            next.outbox.insert(row.token);
            nexts.push(next);
        }
        if let Some(token) = self.outbox.first() {
            let mut next = self.clone();
            next.outbox.remove(token);
            next.provider.live.remove(token);
            nexts.push(next);
        }
        nexts
    }

    /// Checks the invariants in a state where nothing more happens.
    fn at_rest(&self) {
        let stored = self.row.map(|row| row.token);
        let forgotten: Vec<_> =
            self.provider.live.iter().filter(|token| Some(**token) != stored).collect();
        assert!(self.lost || forgotten.is_empty(), "live and kept by nobody: {self:#?}");
        let Some(row) = self.row else { return };
        let lives = self.provider.live.contains(&row.token);
        if row.reauthorize {
            let rotates = self.provider.rotates;
            assert!(!lives && rotates, "a connection that works is called dead: {self:#?}");
        } else if !lives {
            // The next refresh is rejected, and the error says so.
            assert!(self.provider.clone().refresh(row.token).is_err(), "{self:#?}");
            // A strict server revokes the family of a token that two requests use. The times of the lease
            // prevent this while the database's clock goes on. A holder that has its answer is not overtaken at all.
            let excused = self.provider.rotates && (self.lost || self.overtaken);
            assert!(excused, "dead for no reason: {self:#?}");
        }
    }
}

/// Explores every order of events from `start`. Returns the final states.
fn explore(start: World) -> Vec<World> {
    let (mut seen, mut open, mut rest) = (HashSet::new(), vec![start], Vec::new());
    while let Some(world) = open.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        let nexts = world.nexts();
        let working = (0..2).any(|me| world.step(me).is_some());
        if !working && world.outbox.is_empty() {
            world.at_rest();
            rest.push(world.clone());
        }
        open.extend(nexts);
    }
    rest
}

#[test]
fn two_instances_refresh_once() {
    for rotates in [true, false] {
        for world in explore(World::new(rotates)) {
            let row = world.row.unwrap();
            assert_eq!((world.provider.refreshes, row.version), (1, 2), "{world:#?}");
            assert!(world.provider.live.contains(&row.token) && !row.reauthorize, "{world:#?}");
        }
    }
}

#[test]
fn delete_and_reconnect_beside_it_leave_no_token_behind() {
    for (rotates, delete, reconnect) in
        [(true, true, false), (true, false, true), (true, true, true), (false, true, true)]
    {
        let start = World { delete, reconnect, ..World::new(rotates) };
        for world in explore(start) {
            assert!(world.provider.refreshes <= 1, "{world:#?}");
            // In any order, the stored token works.
            if let Some(row) = world.row {
                assert!(!row.reauthorize && world.provider.live.contains(&row.token), "{world:#?}");
            }
        }
    }
}

#[test]
fn changes_of_which_nobody_hears_and_stolen_ones_refresh_once_and_lose_nothing() {
    for (rotates, delete, reconnect) in [
        (true, false, false),
        (false, false, false),
        (true, true, false),
        (true, false, true),
        (true, true, true),
    ] {
        for (unconfirmed, stolen) in [(1, 0), (2, 0), (3, 1), (0, 2)] {
            let start = World { unconfirmed, stolen, delete, reconnect, ..World::new(rotates) };
            for world in explore(start) {
                assert!(world.provider.refreshes <= 1, "{world:#?}");
                if let Some(row) = world.row {
                    let lives = world.provider.live.contains(&row.token);
                    assert!(lives && !row.reauthorize, "{world:#?}");
                }
            }
        }
    }
}

#[test]
fn leases_that_run_out_crashes_and_all_else_at_once() {
    let mut lost = 0;
    for (rotates, waits) in [(true, true), (false, true), (false, false)] {
        for expiries in 0..=2 {
            for crashes in 0..=2 {
                let beside = World { delete: true, reconnect: true, waits, ..World::new(rotates) };
                let rest = explore(World { expiries, crashes, unconfirmed: 1, ..beside });
                lost += rest.iter().filter(|world| world.lost).count();
            }
        }
    }
    assert!(lost > 0, "no answer died with its process: the model does not try it");
}

#[test]
fn an_attempt_that_ends_before_it_asks_leaves_the_lease_that_it_took_over() {
    for expiries in 1..=2 {
        let start = World { expiries, unread: 2, ..World::new(true) };
        for world in explore(start).iter().filter(|world| !world.overtaken) {
            assert_eq!(world.provider.refreshes, 1, "{world:#?}");
            let row = world.row.unwrap();
            assert!(world.provider.live.contains(&row.token) && !row.reauthorize, "{world:#?}");
        }
    }
}
