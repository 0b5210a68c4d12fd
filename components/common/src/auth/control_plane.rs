//! The limit of a workspace's requests to the control plane.
//!
//! `auth` keeps the count, because it may use the key-value store. A component that only counts must not get the
//! right to write what else is in that store, such as the keys of tokens.

use std::rc::Rc;

use super::verifier::{Counting, count};
use crate::config;
use crate::error::Result;
use crate::kept::{Once, once};
use crate::limits::{Ledger, Limit, Minute, Subject, spend};

const VARIABLE: &str = "workspace_calls_per_minute";

thread_local! {
    static LIMIT: Once<u32> = const { Once::new(None) };
}

/// Counts one request of `workspace` to the control plane.
///
/// # Errors
/// [`crate::Error::RateLimited`], [`crate::Error::Misconfigured`].
pub(crate) async fn require_within_limit(workspace: &str) -> Result<()> {
    let limit: Rc<u32> = once(&LIMIT, config::per_minute(VARIABLE, 600)).await?;
    let limit =
        Limit { per_minute: *limit, subject: "requests of this workspace", set_by: VARIABLE };
    spend::<AuthLedger>(Subject::workspace(workspace), &limit).await
}

/// The ledger of a component that may not use the key-value store.
enum AuthLedger {}

impl Ledger for AuthLedger {
    async fn sum(subject: &Subject, minute: Minute) -> Result<i64> {
        let counting = Counting { subject: subject.clone(), minute, calls: 0 };
        Ok(count(&counting).await?.sum)
    }

    fn add(
        subject: &Subject,
        minute: Minute,
        calls: u32,
    ) -> impl Future<Output = Result<i64>> + 'static {
        let counting = Counting { subject: subject.clone(), minute, calls };
        async move { Ok(count(&counting).await?.sum) }
    }
}
