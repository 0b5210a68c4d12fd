//! The keys of the issuers. They are fetched from JWKS documents, cached per instance, and shared through the
//! key-value store, one entry per document.
//!
//! If an instance has the key of a token, it asks nobody. Every [`FRESH`], it looks for a newer document. An
//! unknown `kid` is looked up at once, but all instances together fetch a document at most once every
//! [`PAUSE`]: each fetch follows an earlier one, and only the instance that is the first to count the turn after
//! that one fetches. So a key that the issuer removes from its document is rejected after at most 11 minutes, as
//! long as the issuer responds. While it does not, the last keys stay valid. Issuers do not wait for each other.
//!
//! This module must not fetch from any URL but the configured one and, with discovery, the one that the issuer
//! names. It must not follow a redirect.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use http::{StatusCode, Uri, header};
use nexus_common::encoding::sha256_hex;
use nexus_common::log::Line;
use nexus_common::origin::Origin;
use nexus_common::platform::http::{call, full};
use nexus_common::platform::{clock, kv};
use nexus_common::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::Key;
use crate::key_set::{self, KeySet};

/// How long a document is used before a newer one is looked for, in ms.
const FRESH: u64 = 10 * 60 * 1000;
/// The minimum time between two fetches, in ms.
const PAUSE: u64 = 60 * 1000;
/// The minimum time between two fetches while there is no document, in ms. It is shorter, because no token
/// can be verified then.
const FIRST_PAUSE: u64 = 10 * 1000;
/// The time limit for all responses of the issuer to one fetch, in ms.
const DEADLINE: u64 = 5 * 1000;
/// How long a fetch can be in progress, in ms: the deadline, and time to write the result.
const UNDER_WAY: u64 = 8 * 1000;
/// How often the entry is read while another instance fetches.
const POLL: Duration = Duration::from_millis(100);
/// The maximum size of a document, in bytes.
const MAX_DOCUMENT: usize = 256 * 1024;

thread_local! {
    /// The documents of this instance. Entries of the configuration with the same source share one.
    static SHARED: RefCell<Vec<Rc<Jwks>>> = const { RefCell::new(Vec::new()) };
}

/// Where the keys of an issuer are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the JWKS document at this URL.
    Document(String),
    /// In the JWKS document that the issuer's own document names (OpenID Connect Discovery, 4).
    Discovery {
        /// The exact name of the issuer.
        issuer: String,
        /// The URL of the issuer's document.
        url: String,
    },
}

/// The part of an issuer's own document that counts here.
#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
}

impl Source {
    /// The keys that `issuer` names in its own document. `None` if the issuer is not a URL without a query.
    pub(crate) fn of_issuer(issuer: &str) -> Option<Self> {
        let base = issuer.strip_suffix('/').unwrap_or(issuer);
        let url = format!("{base}/.well-known/openid-configuration");
        let is_source = !issuer.contains('?') && is_keys_url(&url);
        is_source.then(|| Self::Discovery { issuer: issuer.to_owned(), url })
    }

    fn url(&self) -> &str {
        match self {
            Self::Document(url) | Self::Discovery { url, .. } => url,
        }
    }

    /// The keys, from the issuer. The error says why there are none.
    async fn fetch(&self) -> Result<Vec<Value>, String> {
        let begun = clock::now_ms();
        let document = match self {
            Self::Document(url) => fetch(url, begun).await?,
            Self::Discovery { issuer, url } => {
                let found: Discovered = serde_json::from_slice(&fetch(url, begun).await?)
                    .map_err(|_| "the discovery document has no `issuer` and `jwks_uri`")?;
                if found.issuer != *issuer {
                    return Err("the discovery document names another issuer".to_owned());
                }
                if !is_keys_url(&found.jwks_uri) {
                    return Err(
                        "the `jwks_uri` of the discovery document is not an https URL".to_owned()
                    );
                }
                fetch(&found.jwks_uri, begun).await?
            }
        };
        Ok(key_set::parse(&document)?)
    }
}

/// The document at `url`, as a part of a fetch that began at `begun`.
async fn fetch(url: &str, begun: u64) -> Result<Vec<u8>, String> {
    let request = http::Request::get(url)
        .header(header::ACCEPT, "application/json")
        .body(full(Vec::new()))
        .map_err(|_| "the request cannot be built".to_owned())?;
    let left = DEADLINE.saturating_sub(clock::now_ms().saturating_sub(begun));
    let answer = call(request, Duration::from_millis(left), MAX_DOCUMENT)
        .await
        .map_err(|error| error.to_string())?;
    match answer.status() {
        StatusCode::OK => Ok(answer.into_body().to_vec()),
        status => Err(format!("status {}", status.as_u16())),
    }
}

/// The keys from one source, as far as this instance has them.
pub(crate) struct Jwks {
    source: Source,
    /// The variable that names the source.
    variable: &'static str,
    /// The part of the keys in the store that is the source's own.
    id: String,
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
    /// When the fetch before it began.
    #[serde(default)]
    previous: u64,
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
    /// The keys from `source`, which the variable `variable` names.
    pub(crate) fn shared(source: Source, variable: &'static str) -> Rc<Self> {
        SHARED.with_borrow_mut(|shared| {
            if let Some(known) = shared.iter().find(|known| known.source == source) {
                return Rc::clone(known);
            }
            let id = sha256_hex(source.url().as_bytes());
            let id = id.get(..32).unwrap_or(&id).to_owned();
            let new = Rc::new(Self { source, variable, id, held: RefCell::default() });
            shared.push(Rc::clone(&new));
            new
        })
    }

    /// The key of the entry in the store. The entry names the URL that it comes from.
    fn entry_key(&self) -> String {
        format!("jwks:{}", self.id)
    }

    /// The key of the counter of instances that want to fetch after the fetch of the time `attempted`.
    fn turn_key(&self, attempted: u64) -> String {
        format!("jwks-turn:{}:{attempted}", self.id)
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
            let stored = kv::get(&self.entry_key()).await?;
            let read = stored.as_deref().map(|bytes| self.read(bytes));
            let is_broken = matches!(read, Some(None));
            let held = self.hold(read.flatten());
            let found = held.keys.find(kid, algorithm);
            let now = clock::now_ms();
            let waited = now.abs_diff(begun);
            let late = waited >= UNDER_WAY;
            let current =
                held.entry.pause(now) > 0 || (found.is_some() && held.entry.is_fresh(now));
            if found.is_none() && held.entry.under_way(now) && !late {
                clock::sleep(POLL).await;
            } else if current || waited >= 2 * UNDER_WAY {
                return found.ok_or_else(|| unknown(&held.entry, kid, now));
            } else if let Some(claim) = self.claim(&held.entry, late || is_broken).await? {
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
            let stored = kv::get(&self.entry_key()).await?;
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

    /// Claims the fetch after `entry`. `None` if another instance has just claimed it. `again` is whether the
    /// winner of that turn seems to have failed, or its entry cannot be read. Then there is one more turn a
    /// minute.
    async fn claim(&self, entry: &Entry, again: bool) -> Result<Option<Entry>> {
        let attempted = clock::now_ms();
        let mut turn = self.turn_key(entry.attempted);
        if again {
            turn = format!("{turn}:{}", attempted / PAUSE);
        }
        if kv::increment(&turn).await? != 1 {
            return Ok(None);
        }
        let next = Entry {
            url: self.source.url().to_owned(),
            attempted,
            previous: entry.attempted,
            ended: false,
            ..entry.clone()
        };
        kv::set(&self.entry_key(), &bytes_of(&next)?).await?;
        if entry.attempted > 0 {
            // An instance may still see the entry that was there a moment ago, but not the one before it.
            kv::delete(&self.turn_key(entry.previous)).await?;
        }
        Ok(Some(next))
    }

    /// Fetches the document for all instances that wait for this `claim`.
    async fn fetch_as(&self, claim: Entry) -> Result<Rc<StoredKeySet>> {
        let mut entry = Entry { ended: true, ..claim };
        match self.source.fetch().await {
            Ok(keys) => {
                entry.keys = keys;
                entry.fetched = Some(entry.attempted);
            }
            Err(why) => {
                let text = format!("no keys from `{}`", self.variable);
                Line::error(&text).with("url", &self.source.url()).with("why", &why).write();
            }
        }
        let bytes = bytes_of(&entry)?;
        let held = self.hold(Some(entry));
        // Nobody else fetches at the same time, because the pause is longer than a fetch. If the entry cannot be
        // replaced, the claim expires by itself.
        if let Err(Error::Storage { detail }) = kv::set(&self.entry_key(), &bytes).await {
            Line::error("the issuer's keys cannot be stored").with("why", &detail).write();
        }
        Ok(held)
    }

    fn read(&self, bytes: &[u8]) -> Option<Entry> {
        let entry: Entry = serde_json::from_slice(bytes).ok()?;
        (entry.url == self.source.url()).then_some(entry)
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

/// Whether keys may be fetched from this URL: https, or http on a loopback address, without a fragment.
pub(crate) fn is_keys_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let clean = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    let has_origin = Origin::parse(&format!("{scheme}://{authority}")).is_some();
    has_origin && clean && url.parse::<Uri>().is_ok()
}
