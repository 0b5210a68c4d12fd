//! The right to a call that has begun. A stream is cut when its call loses this right.
//!
//! This module must not look at the credential, and must not decide about a call that has not begun, which
//! `rules` does.

use nexus_common::auth::LEEWAY;
use nexus_common::call::{CallMethod, CallPath};
use nexus_common::domain::Status;
use nexus_common::platform::clock;
use nexus_common::policy::PolicyCall;
use nexus_common::wire::Policy;
use nexus_common::{Error, Result};

use super::opened;
use nexus_common::domain::CallKey;

/// The facts on which the right to a call depends.
pub(super) struct Right {
    /// The workspace, integration and agent of the call.
    pub(super) whose: CallKey,
    /// The `exp` of the caller's token, in seconds since the Unix epoch.
    pub(super) expires_at: u64,
    /// The stored policy that allowed the call.
    pub(super) policy: String,
    /// The methods as which the provider may read the call.
    pub(super) methods: Vec<CallMethod>,
    /// The host, with the port unless it is the default port of the scheme.
    pub(super) host: String,
    /// The path below the base URL, parsed.
    pub(super) path: CallPath,
}

/// The reason why a call may not go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The integration was deleted or switched off.
    Gone,
    /// The policy was changed meanwhile, and denies the call. Holds the rule.
    Denied(String),
    /// The caller's token has expired.
    Expired,
}

impl Lost {
    /// The reason that the log has for a stream that was cut.
    pub(super) const fn why(&self) -> &'static str {
        match self {
            Self::Gone => "the integration was deleted or switched off",
            Self::Denied(_) => "the integration's policy no longer allows this call",
            Self::Expired => "the caller's token has expired",
        }
    }
}

/// Whether a token whose `exp` is `expires_at`, in seconds since the Unix epoch, has expired.
pub(super) fn is_over(expires_at: u64) -> bool {
    clock::now_ms() / 1000 > expires_at.saturating_add(LEEWAY)
}

impl Right {
    /// Why the call may not go on. `None` while it may, and if that cannot be found out.
    pub(super) async fn lost(&self) -> Option<Lost> {
        if is_over(self.expires_at) {
            return Some(Lost::Expired);
        }
        // The row is read again only if something was committed since.
        let found = opened::find(&self.whose.workspace, &self.whose.integration_id).await;
        match found {
            Ok(callable) if callable.admission.status == Status::Inactive => Some(Lost::Gone),
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
        Ok(policy.refusal(&PolicyCall {
            subject: &self.whose.agent,
            methods: &self.methods,
            host: &self.host,
            path: &self.path,
        }))
    }
}
