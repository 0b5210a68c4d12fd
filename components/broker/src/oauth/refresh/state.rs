//! What the stored state of a refresh means: whether a token is due, who asks the provider, and who waits.

use nexus_common::domain::{Health, IntegrationKey};
use nexus_common::store::RefreshState;
use nexus_common::{Error, Result};
use nexus_vault::credential::Usable;

use super::{FORCED_MS, RefreshReason};

/// The minimum time between two refreshes by checks if the new token was rejected too, in milliseconds.
const IN_VAIN_MS: i64 = 60_000;

/// The stored state of a credential's refresh, and what it means.
pub(super) struct State(RefreshState);

impl State {
    pub(super) async fn read(key: IntegrationKey<'_>) -> Result<Self> {
        RefreshState::read(key).await.map(Self)
    }

    pub(super) fn version(&self) -> i64 {
        self.0.version
    }

    pub(super) fn now(&self) -> i64 {
        self.0.now
    }

    /// Whether the token should be refreshed.
    pub(super) fn wants(&self, reason: RefreshReason, usable: &Usable) -> bool {
        let is_due = usable.times.refresh_at.is_some_and(|at| at <= self.0.now);
        // If another request has just begun a refresh, this one waits for its result.
        let may_be_forced = match reason {
            RefreshReason::Due => false,
            RefreshReason::Check => self.is_dead(),
            RefreshReason::CallRejected(version) => {
                usable.version == version && (self.may_be_forced() || self.is_leased())
            }
            RefreshReason::VerifyRejected(version) => {
                usable.version == version && !self.was_in_vain()
            }
        };
        is_due || may_be_forced
    }

    /// Whether the provider has rejected the refresh token.
    pub(super) fn is_dead(&self) -> bool {
        self.0.health == Health::Reauthorize
    }

    pub(super) fn dead() -> Error {
        let words = "the provider no longer accepts the connection: connect it again";
        Error::ReauthorizationRequired(words.into())
    }

    /// The error for a call that waited long enough. By then the refresh is done, or its lease has expired.
    pub(super) fn pending(&self) -> Error {
        let left = self.0.lease_until.saturating_sub(self.0.now).max(0) as u64;
        Error::RefreshPending { retry_after: left.div_ceil(1000).max(1) }
    }

    /// Whether a request is asking the provider now.
    pub(super) fn is_leased(&self) -> bool {
        self.0.has_attempt && !self.may_be_taken()
    }

    pub(super) fn may_be_taken(&self) -> bool {
        self.0.lease_until < self.0.now
    }

    /// Whether the lease of an attempt has expired whose holder may live, and cannot reach the database.
    pub(super) fn holder_may_live(&self) -> bool {
        self.0.holder_may_live && self.may_be_taken()
    }

    /// Whether no request is asking the provider, and none may yet.
    pub(super) fn backing_off(&self) -> bool {
        !self.0.has_attempt && self.0.lease_until > self.0.now
    }

    /// Whether a token that was obtained a moment ago was rejected too.
    fn was_in_vain(&self) -> bool {
        self.0.health == Health::Failing && self.0.forced_at > self.0.now - IN_VAIN_MS
    }

    fn may_be_forced(&self) -> bool {
        self.0.forced_at <= self.0.now - FORCED_MS
    }
}
