//! The health of an integration.

use super::words;

words! {
    /// The health of the connection to the provider.
    Health {
        /// The authorization at the provider was never finished, or a person has still to choose what the integration
        /// is connected to.
        Pending = "pending",
        /// The provider was not asked yet, or has no request that verifies a credential.
        Unknown = "unknown",
        /// The provider accepted the credential.
        Healthy = "healthy",
        /// The provider, or the way to it, is in trouble.
        Failing = "failing",
        /// The provider rejected the credential. A person must connect again.
        Reauthorize = "reauthorize",
    }
}
