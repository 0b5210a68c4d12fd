//! Whose calls are counted in which minute, and the key of their sum in the key-value store.
//!
//! A key holds the minute and a hash, so that the store shows no names. The hash is made only for a read or a write of the
//! store: most calls need none.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoding::to_hex;

/// The start of each key.
pub(super) const PREFIX: &str = "limit/";

/// How many subjects of a kind and name clients share.
const SHARED: u16 = 1024;

/// A minute, counted from the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minute(pub(super) u64);

impl Minute {
    /// The minute of a time in milliseconds since the Unix epoch.
    #[must_use]
    pub const fn at(now_ms: u64) -> Self {
        Self(now_ms / 60_000)
    }

    /// The seconds until the minute is over, at least 1.
    pub(super) fn seconds_left(self, now_ms: u64) -> u64 {
        ((self.0 + 1) * 60_000).saturating_sub(now_ms).div_ceil(1000).max(1)
    }
}

/// The subject whose calls are counted, as the instance that counts them knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    kind: &'static str,
    /// Each part after its length, so that no other parts have the same bytes.
    parts: Vec<u8>,
}

impl Subject {
    /// The subject of `kind` with these parts.
    #[must_use]
    pub fn new(kind: &'static str, parts: &[&str]) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        Self { kind, parts: bytes }
    }

    /// A subject of `kind` and `name` that clients share, of which there may be any number: one of at most 1,024.
    #[must_use]
    pub fn shared(kind: &'static str, name: &str, client: &str) -> Self {
        let [first, second, ..] = <[u8; 32]>::from(Sha256::digest(client));
        let number = u16::from_be_bytes([first, second]) % SHARED;
        Self::new(kind, &[name, &number.to_string()])
    }

    /// The name of the subject in the store.
    pub(super) fn name(&self) -> SubjectName {
        let hash = Sha256::digest(&self.parts);
        SubjectName(format!("{}/{}", self.kind, to_hex(hash.get(..16).unwrap_or_default())))
    }
}

/// The name of a subject in the store, which shows its kind only: `workspace/1f0a…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectName(pub(super) String);

impl SubjectName {
    pub(super) fn key(&self, minute: Minute) -> String {
        format!("{PREFIX}{}/{}", minute.0, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_nobody_and_differs_for_each_subject() {
        let minute = Minute::at(120_000);
        let key = Subject::new("workspace", &["acme"]).name().key(minute);
        assert!(key.starts_with("limit/2/workspace/") && !key.contains("acme"), "{key}");
        let (one, other) = (Subject::new("a", &["ab", "c"]), Subject::new("a", &["a", "bc"]));
        assert!(one != other && one.name() != other.name());
    }

    #[test]
    fn a_minute_is_over_in_at_most_sixty_seconds() {
        for (now, left) in [(0, 60), (1, 60), (59_001, 1), (59_999, 1), (60_000, 60)] {
            assert_eq!(Minute::at(now).seconds_left(now), left, "{now}");
        }
    }
}
