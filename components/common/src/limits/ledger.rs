//! Where the sums of a minute are: in the key-value store, whose `increment` is atomic on every backend.
//!
//! A key holds the minute and a hash, so that the store shows no names. Keys of past minutes are deleted by
//! the tick.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoding::to_hex;
use crate::error::Result;
use crate::platform::kv;

/// The start of each key.
const PREFIX: &str = "limit/";
/// How old a minute must be before its keys are deleted. The clocks of two machines may differ.
const KEPT_MINUTES: u64 = 5;

/// A minute, counted from the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minute(u64);

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

/// Who or what is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject(String);

impl Subject {
    /// The subject of `kind` with these parts, which are hashed with their lengths.
    #[must_use]
    pub fn new(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let hash = hash.finalize();
        Self(format!("{kind}/{}", to_hex(hash.get(..16).unwrap_or_default())))
    }

    fn key(&self, minute: Minute) -> String {
        format!("{PREFIX}{}/{}", minute.0, self.0)
    }
}

/// The sums that all instances share.
pub trait Ledger {
    /// The sum of `subject` in `minute`.
    ///
    /// # Errors
    /// [`crate::Error::Storage`], [`crate::Error::Unavailable`].
    fn sum(subject: &Subject, minute: Minute) -> impl Future<Output = Result<i64>>;

    /// Adds `calls`, and returns the new sum.
    ///
    /// # Errors
    /// [`crate::Error::Storage`], [`crate::Error::Unavailable`].
    fn add(
        subject: &Subject,
        minute: Minute,
        calls: u32,
    ) -> impl Future<Output = Result<i64>> + 'static;
}

/// The ledger of a component that may use the key-value store.
pub enum StoreLedger {}

impl Ledger for StoreLedger {
    async fn sum(subject: &Subject, minute: Minute) -> Result<i64> {
        kv::number(&subject.key(minute)).await
    }

    fn add(
        subject: &Subject,
        minute: Minute,
        calls: u32,
    ) -> impl Future<Output = Result<i64>> + 'static {
        let key = subject.key(minute);
        async move { kv::add(&key, i64::from(calls)) }
    }
}

/// Deletes at most `most` keys of past minutes. Returns how many there were.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn forget_minutes(now_ms: u64, most: usize) -> Result<u32> {
    let oldest = Minute::at(now_ms).0.saturating_sub(KEPT_MINUTES);
    let is_past = |key: &String| {
        let minute = key.strip_prefix(PREFIX).and_then(|rest| rest.split('/').next());
        minute.and_then(|minute| minute.parse::<u64>().ok()).is_some_and(|minute| minute < oldest)
    };
    let mut forgotten = 0;
    for key in kv::keys().await?.into_iter().filter(is_past).take(most) {
        kv::delete(&key).await?;
        forgotten += 1;
    }
    Ok(forgotten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_nobody_and_differs_for_each_subject() {
        let minute = Minute::at(120_000);
        let key = Subject::new("workspace", &["acme"]).key(minute);
        assert!(key.starts_with("limit/2/workspace/") && !key.contains("acme"), "{key}");
        assert_ne!(Subject::new("a", &["ab", "c"]), Subject::new("a", &["a", "bc"]));
    }

    #[test]
    fn a_minute_is_over_in_at_most_sixty_seconds() {
        for (now, left) in [(0, 60), (1, 60), (59_001, 1), (59_999, 1), (60_000, 60)] {
            assert_eq!(Minute::at(now).seconds_left(now), left, "{now}");
        }
    }
}
