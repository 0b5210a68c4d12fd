//! What a verified caller may still do: until the proof expires, while nothing stops the caller.

use super::LEEWAY;
use crate::domain::Caller;
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::policy::PolicyAgent;
use crate::store::require_standing;

impl Caller {
    /// Whether the proof has expired.
    #[must_use]
    pub fn has_expired(&self) -> bool {
        clock::now_ms() / 1000 > self.expires_at.saturating_add(LEEWAY)
    }

    /// Checks again that the caller may act: for a step of a request that came some time after the first.
    ///
    /// # Errors
    /// [`Error::TokenExpired`], [`Error::InvalidToken`], [`Error::Stopped`], [`Error::Storage`].
    pub async fn require_still_active(&self) -> Result<()> {
        if self.has_expired() {
            return Err(Error::TokenExpired);
        }
        require_standing(&self.workspace, &self.basis).await
    }

    /// The caller, as policies name agents.
    #[must_use]
    pub fn as_policy_agent(&self) -> PolicyAgent<'_> {
        PolicyAgent { subject: &self.subject, id: self.agent_id() }
    }
}
