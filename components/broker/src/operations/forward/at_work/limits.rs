//! The limits of concurrent calls, from the deployment's variables. This module must not count calls.

use std::rc::Rc;

use nexus_common::kept::{Once, once};
use nexus_common::platform::variables;
use nexus_common::store::CallSums;
use nexus_common::{Error, Result};

/// A kind of limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The calls of one agent in its workspace.
    Agent,
    /// The calls to one integration.
    Integration,
    /// The calls of one workspace.
    Workspace,
}

impl Limit {
    /// All limits, the narrowest first.
    pub(super) const ALL: [Self; 3] = [Self::Agent, Self::Integration, Self::Workspace];

    /// The variable that sets the limit.
    pub(super) const fn variable(self) -> &'static str {
        match self {
            Self::Agent => "max_calls_per_agent",
            Self::Integration => "max_calls_per_integration",
            Self::Workspace => "max_calls_per_workspace",
        }
    }

    /// The subject of the limit, for error messages.
    pub(super) const fn subject(self) -> &'static str {
        match self {
            Self::Agent => "this agent",
            Self::Integration => "this integration",
            Self::Workspace => "this workspace",
        }
    }

    /// The number of calls that the limit counts.
    pub(super) const fn of(self, sums: &CallSums) -> i64 {
        match self {
            Self::Agent => sums.agent,
            Self::Integration => sums.integration,
            Self::Workspace => sums.workspace,
        }
    }

    const fn default(self) -> i64 {
        match self {
            Self::Agent => 256,
            Self::Integration => 384,
            Self::Workspace => 512,
        }
    }
}

thread_local! {
    static LIMITS: Once<CallSums> = const { Once::new(None) };
}

/// The limits of this deployment. They are read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn limits() -> Result<Rc<CallSums>> {
    let read = async {
        Ok(CallSums {
            agent: one(Limit::Agent).await?,
            integration: one(Limit::Integration).await?,
            workspace: one(Limit::Workspace).await?,
        })
    };
    once(&LIMITS, read).await
}

async fn one(limit: Limit) -> Result<i64> {
    let Some(text) = variables::get(limit.variable()).await else { return Ok(limit.default()) };
    let rule = "must be a whole number from 1 to 1000000";
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.ok_or_else(|| Error::misconfigured(limit.variable(), rule))
}
