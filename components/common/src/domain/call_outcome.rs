//! How a call of an agent ended.

use super::words;

words! {
    /// How a call ended, in the word that the metrics and the list of calls have. The words are few and fixed, because each is
    /// a time series.
    CallOutcome {
        /// The provider responded with a status below 400.
        Succeeded = "succeeded",
        /// The provider responded with 4xx.
        ClientError = "client_error",
        /// The provider responded with 5xx.
        ServerError = "server_error",
        /// The provider did not respond in time.
        Timeout = "timeout",
        /// The provider could not be reached, or its response broke off.
        Unreachable = "unreachable",
        /// A policy, the manifest, an emergency stop or the guard of egress denied the call.
        Denied = "denied",
        /// A limit rejected the call.
        Limited = "limited",
        /// The integration cannot be used until a person has done something.
        Unusable = "unusable",
        /// The call itself is wrong: an unknown integration, a malformed path, a token that has expired.
        Invalid = "invalid",
        /// The application failed.
        Failed = "failed",
    }
}
