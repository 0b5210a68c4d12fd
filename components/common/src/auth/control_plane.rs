//! The limit of requests to the control plane.
//!
//! The ADMINs of a workspace share a limit, and so do its MANAGERs. Any other caller has a limit of their own.
//! So nobody can use up the requests of those who can end their access. `auth` keeps the counts, because it may
//! use the key-value store. A component that only counts must not get the right to write other values of that
//! store, such as the keys of tokens.

use std::rc::Rc;

use super::verifier::{Counting, count};
use super::{Caller, Role};
use crate::config;
use crate::error::Result;
use crate::kept::{Once, once};
use crate::limits::{Ledger, Limit, Minute, Subject, SubjectName, spend};

const VARIABLE: &str = "workspace_calls_per_minute";

thread_local! {
    static LIMIT: Once<u32> = const { Once::new(None) };
}

/// Counts one request of `caller` to the control plane.
///
/// # Errors
/// [`crate::Error::RateLimited`], [`crate::Error::Misconfigured`].
pub async fn require_within_limit(caller: &Caller) -> Result<()> {
    let limit: Rc<u32> = once(&LIMIT, config::per_minute(VARIABLE, 600)).await?;
    let workspace = caller.workspace.as_str();
    let (counted, subject) = match caller.role {
        Some(role @ (Role::Admin | Role::Manager)) => {
            let subject = match role {
                Role::Admin => "requests of the ADMINs of this workspace",
                _ => "requests of the MANAGERs of this workspace",
            };
            (Subject::new("workspace", &[workspace, role.name()]), subject)
        }
        Some(Role::Agent) | None => {
            let id = caller.agent_id().unwrap_or(&caller.subject);
            (Subject::new("caller", &[workspace, id]), "requests of this caller")
        }
    };
    let limit = Limit { per_minute: *limit, subject, set_by: VARIABLE };
    spend::<AuthLedger>(counted, &limit).await
}

/// The ledger of a component that may not use the key-value store.
enum AuthLedger {}

impl Ledger for AuthLedger {
    async fn sum(subject: &SubjectName, minute: Minute) -> Result<i64> {
        let counting = Counting { subject: subject.clone(), minute, calls: 0 };
        Ok(count(&counting).await?.sum)
    }

    fn add(
        subject: &SubjectName,
        minute: Minute,
        calls: u32,
    ) -> impl Future<Output = Result<i64>> + 'static {
        let counting = Counting { subject: subject.clone(), minute, calls };
        async move { Ok(count(&counting).await?.sum) }
    }
}
