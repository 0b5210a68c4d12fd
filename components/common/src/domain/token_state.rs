//! The state of a token that an integration no longer uses.

use super::words;

words! {
    /// The state of a token in its receipt.
    TokenState {
        /// The provider has revoked the token, or no longer knew it.
        Revoked = "revoked",
        /// The revocation is being sent to the provider.
        Pending = "pending",
        /// A connection in use may end with the token. The revocation waits for it.
        Superseded = "superseded",
        /// The token cannot be revoked, and will not be tried again.
        Failed = "failed",
        /// The provider has no such request, but a page where a person can revoke the token.
        NotRevocable = "not_revocable",
        /// The manifest describes no revocation.
        Unsupported = "unsupported",
    }
}

impl TokenState {
    /// Whether the provider is not going to be asked again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Revoked | Self::Failed)
    }
}
