//! The memory of a simulated provider: its keys, its OAuth side, and the posted messages.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::oauth::OAuth;

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyState {
    /// The key is accepted everywhere.
    Accepted,
    /// The key is known, but lacks the permission for this call.
    Restricted,
    /// The key was revoked.
    Revoked,
}

/// A provider's memory.
#[derive(Debug)]
pub(crate) struct State {
    /// Clients, codes, grants and tokens; unused by providers of API keys.
    pub(crate) oauth: OAuth,
    keys: BTreeMap<String, KeyState>,
    /// The posted messages, oldest first.
    pub(crate) messages: Vec<Value>,
    /// The spaces that an account may reach: id and name.
    pub(crate) spaces: Vec<(String, String)>,
    serial: u64,
}

impl State {
    /// The memory of a new provider with this OAuth side.
    pub(crate) fn new(oauth: OAuth) -> Self {
        Self { oauth, keys: BTreeMap::new(), messages: Vec::new(), spaces: Vec::new(), serial: 0 }
    }

    /// The state of `key`. `None` for an unknown key.
    pub(crate) fn key(&self, key: &str) -> Option<KeyState> {
        self.keys.get(key).copied()
    }

    /// Whether a key that is accepted or restricted satisfies the condition.
    pub(crate) fn any_key(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.keys.iter().any(|(key, state)| *state != KeyState::Revoked && fits(key))
    }

    /// Sets the state of `key`.
    pub(crate) fn set_key(&mut self, key: &str, state: KeyState) {
        self.keys.insert(key.to_owned(), state);
    }

    /// Revokes every accepted key.
    pub(crate) fn revoke_all(&mut self) {
        self.keys.values_mut().for_each(|state| *state = KeyState::Revoked);
    }

    /// A number that was not used before.
    pub(crate) fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}
