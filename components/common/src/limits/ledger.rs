//! Where the sums of a minute are: in the key-value store, whose `increment` is atomic on every backend. This module
//! must not decide when a key is deleted, which `past` does.

use super::past::turn_over;
use super::subject::{Minute, SubjectName};
use crate::error::Result;
use crate::platform::beside::spawn;
use crate::platform::kv;

/// The sums that all instances share.
pub trait Ledger {
    /// The sum of `subject` in `minute`.
    ///
    /// # Errors
    /// [`crate::Error::Storage`], [`crate::Error::Unavailable`].
    fn sum(subject: &SubjectName, minute: Minute) -> impl Future<Output = Result<i64>>;

    /// Adds `calls`, and returns the new sum.
    ///
    /// # Errors
    /// [`crate::Error::Storage`], [`crate::Error::Unavailable`].
    fn add(
        subject: &SubjectName,
        minute: Minute,
        calls: u32,
    ) -> impl Future<Output = Result<i64>> + 'static;
}

/// The ledger of a component that may use the key-value store.
pub enum StoreLedger {}

impl Ledger for StoreLedger {
    async fn sum(subject: &SubjectName, minute: Minute) -> Result<i64> {
        let sum = kv::number(&subject.key(minute)).await?;
        if sum == 0 {
            // The subject begins a minute, so an old one can go. Nobody waits for that.
            spawn(turn_over(subject.clone(), minute));
        }
        Ok(sum)
    }

    fn add(
        subject: &SubjectName,
        minute: Minute,
        calls: u32,
    ) -> impl Future<Output = Result<i64>> + 'static {
        let key = subject.key(minute);
        async move { kv::add(&key, i64::from(calls)).await }
    }
}
