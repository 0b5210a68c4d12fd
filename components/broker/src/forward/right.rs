//! The right to a call that goes on: a stream ends when it does.
//!
//! It must not look at the credential, nor decide about a call that has not begun: `rules` does.

use nexus_common::auth::LEEWAY;
use nexus_common::call::{CallMethod, CallPath};
use nexus_common::platform::clock;
use nexus_common::policy::PolicyCall;
use nexus_common::wire::Policy;
use nexus_common::{Error, Result};

use super::opened;
use super::usage::Whose;

/// By what right a call goes on.
pub(super) struct Right {
    /// Whose call it is.
    pub(super) whose: Whose,
    /// The `exp` of the caller's token, in seconds since the Unix epoch.
    pub(super) expires_at: u64,
    /// The policy by which it was let through, as it is stored.
    pub(super) policy: String,
    /// The methods that the provider may read.
    pub(super) methods: Vec<CallMethod>,
    /// The host, with a port that is not the scheme's own.
    pub(super) host: String,
    /// The path below the base URL, read.
    pub(super) path: CallPath,
}

/// Why a call may not go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The integration was deleted or switched off.
    Gone,
    /// A policy that was changed meanwhile refuses the call, and by which rule.
    Denied(String),
    /// The caller's token has ended.
    Expired,
}

impl Lost {
    /// What the log has of a stream that was cut.
    pub(super) const fn why(&self) -> &'static str {
        match self {
            Self::Gone => "the integration was deleted or switched off",
            Self::Denied(_) => "the integration's policy no longer allows this call",
            Self::Expired => "the caller's token has ended",
        }
    }
}

/// Whether a token with `exp` `expires_at`, in seconds since the Unix epoch, has ended.
pub(super) fn is_over(expires_at: u64) -> bool {
    clock::now_ms() / 1000 > expires_at.saturating_add(LEEWAY)
}

impl Right {
    /// Why the call may not go on; `None` while it may. Where that cannot be seen, it may.
    pub(super) async fn lost(&self) -> Option<Lost> {
        if is_over(self.expires_at) {
            return Some(Lost::Expired);
        }
        // Read again only where something was committed since.
        let found = opened::find(&self.whose.workspace, &self.whose.integration_id).await;
        match found {
            Ok(callable) if !callable.gate.is_active => Some(Lost::Gone),
            Ok(callable) if callable.gate.policy == self.policy => None,
            Ok(callable) => self.refusal(&callable.gate.policy).ok()?.map(Lost::Denied),
            Err(Error::NotFound(_)) => Some(Lost::Gone),
            Err(_) => None,
        }
    }

    /// Why `policy`, as it is stored, refuses the call.
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
