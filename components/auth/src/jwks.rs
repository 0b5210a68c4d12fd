//! The issuer's keys. They are fetched from its JWKS document, cached per instance, and shared through the
//! key-value store.
//!
//! If an instance has the key of a token, it asks nobody. Every [`FRESH`], it looks for a newer document. An
//! unknown `kid` is looked up at once, but all instances together fetch at most once every [`PAUSE`]: only
//! the instance that swaps the entry in the store from "tried then" to "trying now" fetches. So a key that
//! the issuer removes from its document is rejected after at most 11 minutes, as long as the issuer responds.
//! While it does not, the last keys stay valid.
//!
//! This module must not fetch from any URL but the configured one, and must not follow a redirect.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use http::{StatusCode, header};
use nexus_common::log::Line;
use nexus_common::platform::http::{call, full};
use nexus_common::platform::{clock, kv};
use nexus_common::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::Key;
use crate::key_set::{self, KeySet};

/// The key of the entry in the store. The entry names the URL that it comes from.
const ENTRY: &str = "jwks";
/// The key of the counter of instances that found no entry.
const FIRST_TURN: &str = "jwks/first";
/// How long a document is used before a newer one is looked for, in ms.
const FRESH: u64 = 10 * 60 * 1000;
/// The minimum time between two fetches, in ms.
const PAUSE: u64 = 60 * 1000;
/// The minimum time between two fetches while there is no document, in ms. It is shorter, because no token
/// can be verified then.
const FIRST_PAUSE: u64 = 10 * 1000;
/// The time limit for the issuer's whole response.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long a fetch can be in progress, in ms: the deadline, and time to write the result.
const UNDER_WAY: u64 = 8 * 1000;
/// How often the entry is read while another instance fetches.
const POLL: Duration = Duration::from_millis(100);
/// The maximum size of a document, in bytes.
const MAX_DOCUMENT: usize = 256 * 1024;

/// The URL of the keys, and the keys that this instance has.
pub(crate) struct Jwks {
    url: String,
    // This is configuration, like the variables, and not data of a request.
    held: RefCell<Rc<StoredKeySet>>,
}

/// An entry and the keys in it.
#[derive(Default)]
struct StoredKeySet {
    entry: Entry,
    keys: KeySet,
}

/// The entry in the store. Times are in ms since the Unix epoch.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Entry {
    url: String,
    /// When the document was fetched. `None` if it never was.
    fetched: Option<u64>,
    /// When the last fetch began.
    attempted: u64,
    /// Whether the last fetch has ended.
    ended: bool,
    /// The keys of the document.
    keys: Vec<Value>,
}

impl Entry {
    /// How long until the document may be fetched again, in ms. Zero means now.
    fn pause(&self, now: u64) -> u64 {
        let pause = if self.fetched.is_some() { PAUSE } else { FIRST_PAUSE };
        // The absolute difference, because the clocks of two machines may differ a little.
        pause.saturating_sub(now.abs_diff(self.attempted))
    }

    fn is_fresh(&self, now: u64) -> bool {
        self.fetched.is_some_and(|fetched| now.abs_diff(fetched) < FRESH)
    }

    fn under_way(&self, now: u64) -> bool {
        !self.ended && now.abs_diff(self.attempted) < UNDER_WAY
    }

    fn is_newer_than(&self, other: &Self) -> bool {
        (self.attempted, self.ended) > (other.attempted, other.ended)
    }
}

impl Jwks {
    /// The keys at `url`.
    pub(crate) fn at(url: String) -> Self {
        Self { url, held: RefCell::default() }
    }

    /// The key for a token with this header.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if the issuer has no such key, [`Error::KeysUnavailable`] if its keys
    /// cannot be fetched.
    pub(crate) async fn key(&self, kid: Option<&str>, algorithm: &str) -> Result<Rc<Key>> {
        let held = Rc::clone(&self.held.borrow());
        let found = held.keys.find(kid, algorithm);
        let now = clock::now_ms();
        let settled = match &found {
            Some(_) => held.entry.is_fresh(now) || held.entry.pause(now) > 0,
            None => held.entry.ended && held.entry.pause(now) > 0,
        };
        if settled {
            return found.ok_or_else(|| unknown(&held.entry, kid, now));
        }
        match (self.look(kid, algorithm).await, found) {
            // An error of the store must not make a known key invalid.
            (Err(Error::Storage { .. }), Some(key)) => Ok(key),
            (result, _) => result,
        }
    }

    /// Looks the key up in the store and, if a fetch is due, at the issuer.
    async fn look(&self, kid: Option<&str>, algorithm: &str) -> Result<Rc<Key>> {
        let begun = clock::now_ms();
        loop {
            let stored = kv::get(ENTRY).await?;
            let held = self.hold(stored.as_deref().and_then(|bytes| self.read(bytes)));
            let found = held.keys.find(kid, algorithm);
            let now = clock::now_ms();
            let late = now.abs_diff(begun) >= UNDER_WAY;
            let current =
                held.entry.pause(now) > 0 || (found.is_some() && held.entry.is_fresh(now));
            if found.is_none() && held.entry.under_way(now) && !late {
                clock::sleep(POLL).await;
            } else if current {
                return found.ok_or_else(|| unknown(&held.entry, kid, now));
            } else if let Some(claim) = self.claim(stored.as_deref(), &held.entry, late).await? {
                let held = self.fetch_as(claim).await?;
                let found = held.keys.find(kid, algorithm);
                return found.ok_or_else(|| unknown(&held.entry, kid, clock::now_ms()));
            } else {
                clock::sleep(POLL).await;
            }
        }
    }

    /// Checks that there are keys. The issuer is asked only if no document was ever fetched. Fetched keys
    /// stay valid while the issuer does not respond.
    ///
    /// # Errors
    /// [`Error::KeysUnavailable`], [`Error::Storage`].
    pub(crate) async fn ready(&self) -> Result<()> {
        let known = || self.held.borrow().entry.fetched.is_some();
        if !known() {
            let stored = kv::get(ENTRY).await?;
            self.hold(stored.as_deref().and_then(|bytes| self.read(bytes)));
        }
        if known() {
            return Ok(());
        }
        match self.look(None, "").await {
            Err(Error::InvalidToken(_)) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Claims the next fetch. `None` if another instance has just claimed it. The first claim of all has
    /// nothing to compare with, so a counter decides. `late` is whether the winner of that counter seems to
    /// have failed.
    async fn claim(
        &self,
        stored: Option<&[u8]>,
        entry: &Entry,
        late: bool,
    ) -> Result<Option<Entry>> {
        let attempted = clock::now_ms();
        let next = Entry { url: self.url.clone(), attempted, ended: false, ..entry.clone() };
        let bytes = bytes_of(&next)?;
        let mine = match stored {
            Some(seen) => kv::swap(ENTRY, seen, &bytes)?,
            None => {
                let first = late || kv::increment(FIRST_TURN)? == 1;
                if first {
                    kv::set(ENTRY, &bytes).await?;
                }
                first
            }
        };
        Ok(mine.then_some(next))
    }

    /// Fetches the document for all instances that wait for this `claim`.
    async fn fetch_as(&self, claim: Entry) -> Result<Rc<StoredKeySet>> {
        let mut entry = Entry { ended: true, ..claim.clone() };
        match self.fetch().await {
            Ok(keys) => {
                entry.keys = keys;
                entry.fetched = Some(entry.attempted);
            }
            Err(why) => {
                Line::error("no keys from `jwt_jwks_origin`").with("why", &why).write();
            }
        }
        let bytes = bytes_of(&entry)?;
        let held = self.hold(Some(entry));
        // If the claim is gone, another instance has fetched later. If it cannot be replaced, it expires by
        // itself.
        if let Err(Error::Storage { detail }) = kv::swap(ENTRY, &bytes_of(&claim)?, &bytes) {
            Line::error("the issuer's keys cannot be stored").with("why", &detail).write();
        }
        Ok(held)
    }

    async fn fetch(&self) -> Result<Vec<Value>, String> {
        let request = http::Request::get(&self.url)
            .header(header::ACCEPT, "application/json")
            .body(full(Vec::new()))
            .map_err(|_| "the request cannot be built".to_owned())?;
        let answer =
            call(request, DEADLINE, MAX_DOCUMENT).await.map_err(|error| error.to_string())?;
        match answer.status() {
            StatusCode::OK => Ok(key_set::parse(answer.body())?),
            status => Err(format!("status {}", status.as_u16())),
        }
    }

    fn read(&self, bytes: &[u8]) -> Option<Entry> {
        let entry: Entry = serde_json::from_slice(bytes).ok()?;
        (entry.url == self.url).then_some(entry)
    }

    /// Stores `entry` in this instance unless it has a newer one. Returns the newer one.
    fn hold(&self, entry: Option<Entry>) -> Rc<StoredKeySet> {
        let held = Rc::clone(&self.held.borrow());
        match entry {
            Some(entry) if entry.is_newer_than(&held.entry) => {
                let keys = KeySet::of(&entry.keys);
                let held = Rc::new(StoredKeySet { entry, keys });
                self.held.replace(Rc::clone(&held));
                held
            }
            _ => held,
        }
    }
}

fn bytes_of(entry: &Entry) -> Result<Vec<u8>> {
    serde_json::to_vec(entry)
        .map_err(|_| Error::Internal("the issuer's keys cannot be serialised".into()))
}

fn unknown(entry: &Entry, kid: Option<&str>, now: u64) -> Error {
    if entry.fetched != Some(entry.attempted) {
        return Error::KeysUnavailable { retry_after: entry.pause(now).div_ceil(1000).max(1) };
    }
    Error::InvalidToken(match kid {
        Some(_) => "the issuer has no usable key with the token's `kid`".into(),
        None => "the token has no `kid`, and the issuer does not have exactly one key for its \
                 algorithm. Send a token with a `kid`"
            .into(),
    })
}
