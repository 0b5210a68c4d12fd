//! The right to a call that has begun. A stream is cut when its call loses this right.
//!
//! This module must not look at the credential, and must not decide about a call that has not begun, which
//! `rules` does.

use std::rc::Rc;

use nexus_common::auth::Caller;
use nexus_common::call::{CallMethod, CallPath};
use nexus_common::domain::Status;
use nexus_common::policy::{Policy, PolicyCall};
use nexus_common::store::{Watched, revision};
use nexus_common::{Error, Result};

use super::opened;
use super::record::Recording;
use super::rules::policy_refusal;
use nexus_common::domain::CallKey;

/// The facts on which the right to a call depends.
pub(super) struct Right {
    /// The workspace, integration and agent of the call.
    pub(super) whose: CallKey,
    /// The caller.
    pub(super) caller: Caller,
    /// The network address of the client.
    pub(super) address: Option<String>,
    /// The stored policy that allowed the call.
    pub(super) policy: String,
    /// The methods as which the provider may read the call.
    pub(super) methods: Vec<CallMethod>,
    /// The host, with the port unless it is the default port of the scheme.
    pub(super) host: String,
    /// The path below the base URL, parsed.
    pub(super) path: CallPath,
    /// The record of the call.
    pub(super) record: Rc<Recording>,
}

/// The reason why a call may not go on.
#[derive(Debug, PartialEq)]
pub(super) enum Lost {
    /// The integration was deleted or switched off.
    Gone,
    /// The policy was changed meanwhile, and denies the call. Holds the rule.
    Denied(String),
    /// The caller's token has expired.
    Expired,
    /// The caller was switched off or stopped, its key was revoked, or the integration was stopped. Holds the error.
    Revoked(Box<Error>),
}

impl Lost {
    /// The reason that the log has for a stream that was cut.
    pub(super) const fn why(&self) -> &'static str {
        match self {
            Self::Gone => "the integration was deleted or switched off",
            Self::Denied(_) => "the integration's policy no longer allows this call",
            Self::Expired => "the caller's token has expired",
            Self::Revoked(_) => "the caller or the integration was switched off or stopped",
        }
    }

    /// The rule that denies the call now, or the reason why it was cut.
    pub(super) fn rule(&self) -> &str {
        match self {
            Self::Denied(rule) => rule,
            other => other.why(),
        }
    }
}

impl Right {
    /// Why the call may not go on. `None` while it may, and if that cannot be found out.
    pub(super) async fn lost(&self) -> Option<Lost> {
        if self.caller.has_expired() {
            return Some(Lost::Expired);
        }
        let now = revision(Watched::Rights).await.ok()?;
        // The rows are read again only if they may have changed since.
        let grounds = opened::look(now, &self.caller, &self.whose.integration_id).await.ok()?;
        match grounds.standing {
            Ok(())
            | Err(
                Error::Storage { .. } | Error::DatabaseNewer { .. } | Error::SchemaBehind { .. },
            ) => {}
            Err(error) => return Some(Lost::Revoked(Box::new(error))),
        }
        match grounds.callable {
            Ok(callable) if callable.admission.status == Status::Inactive => Some(Lost::Gone),
            Ok(callable) if callable.admission.stopped.is_some() => {
                let refused = callable.admission.require_not_stopped().err();
                refused.map(|error| Lost::Revoked(Box::new(error)))
            }
            Ok(callable) if callable.admission.policy == self.policy => None,
            Ok(callable) => self.refusal(&callable.admission.policy).ok()?.map(Lost::Denied),
            Err(Error::NotFound(_)) => Some(Lost::Gone),
            Err(_) => None,
        }
    }

    /// Why the stored `policy` denies the call. `None` if it does not.
    fn refusal(&self, policy: &str) -> Result<Option<String>> {
        let policy: Policy = serde_json::from_str(policy).map_err(|_| {
            Error::Unreadable(format!("the policy of {}", self.whose.integration_id))
        })?;
        let call = PolicyCall {
            agent: self.caller.as_policy_agent(),
            methods: &self.methods,
            host: &self.host,
            path: &self.path,
        };
        Ok(policy_refusal(&policy, &self.caller, &call))
    }
}
