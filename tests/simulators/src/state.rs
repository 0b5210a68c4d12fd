//! What a simulated provider remembers: its keys, its OAuth side, and what was posted to it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::oauth::OAuth;

/// What the provider thinks of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyState {
    /// Accepted everywhere.
    Accepted,
    /// Known, but without the permission for what is asked.
    Restricted,
    /// Was accepted once.
    Revoked,
}

/// A provider's memory.
#[derive(Debug)]
pub(crate) struct State {
    /// Clients, codes, grants and tokens; unused by providers of API keys.
    pub(crate) oauth: OAuth,
    keys: BTreeMap<String, KeyState>,
    /// What was posted, oldest first.
    pub(crate) messages: Vec<Value>,
    serial: u64,
}

impl State {
    /// The memory of a new provider with this OAuth side.
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth, keys: BTreeMap::new(), messages: Vec::new(), serial: 0 }
    }

    /// What is known of `key`; `None` for a key never seen.
    pub(crate) fn key(&self, key: &str) -> Option<KeyState> {
        self.keys.get(key).copied()
    }

    /// Whether a key that is accepted or restricted fits.
    pub(crate) fn any_key(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.keys.iter().any(|(key, state)| *state != KeyState::Revoked && fits(key))
    }

    /// From now on `key` is `state`.
    pub(crate) fn set_key(&mut self, key: &str, state: KeyState) {
        self.keys.insert(key.to_owned(), state);
    }

    /// Every accepted key becomes a revoked one.
    pub(crate) fn revoke_all(&mut self) {
        self.keys.values_mut().for_each(|state| *state = KeyState::Revoked);
    }

    /// A number never given before.
    pub(crate) fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}
