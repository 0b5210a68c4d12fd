//! The limits of calls per minute: of an agent, and of an agent at one integration.
//!
//! A call that a rule denies is not counted. This module must not limit concurrent calls, which `at_work` does.

use std::rc::Rc;

use nexus_common::auth::Caller;
use nexus_common::kept::{Once, once};
use nexus_common::limits::{Limit, StoreLedger, Subject, spend};
use nexus_common::policy::Policy;
use nexus_common::{Result, config};

const VARIABLE: &str = "agent_calls_per_minute";

thread_local! {
    static LIMIT: Once<u32> = const { Once::new(None) };
}

/// Counts a call of `caller` to an integration.
///
/// # Errors
/// [`nexus_common::Error::RateLimited`], [`nexus_common::Error::Misconfigured`].
pub(super) async fn require_within_limits(
    caller: &Caller,
    integration_id: &str,
    policy: &Policy,
) -> Result<()> {
    let agent = caller.agent_id().unwrap_or(&caller.subject);
    let workspace = caller.workspace.as_str();
    if let Some(limits) = &policy.limits {
        let limit = Limit {
            per_minute: limits.calls_per_minute,
            subject: "calls of this agent to this integration",
            set_by: "`limits` of the integration's policy",
        };
        let subject = Subject::new("integration", &[workspace, integration_id, agent]);
        spend::<StoreLedger>(subject, &limit).await?;
    }
    let per_minute: Rc<u32> = once(&LIMIT, config::per_minute(VARIABLE, 600)).await?;
    let limit = Limit { per_minute: *per_minute, subject: "calls of this agent", set_by: VARIABLE };
    spend::<StoreLedger>(Subject::new("agent", &[workspace, agent]), &limit).await
}
