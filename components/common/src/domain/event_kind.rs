//! The kinds of events in an integration's history.

use super::words;

words! {
    /// The kind of an event of an integration.
    EventKind {
        /// A person added the integration.
        Created = "integration.created",
        /// A person changed the integration.
        Updated = "integration.updated",
        /// A person deleted the integration.
        Deleted = "integration.deleted",
        /// The first authorization at the provider was finished.
        Connected = "integration.connected",
        /// A later authorization at the provider was finished.
        Reconnected = "integration.reconnected",
        /// The state of a token that was given up has changed.
        Revocation = "integration.revocation",
        /// The health has changed.
        Health = "integration.health",
        /// A revocation for another connection ended this one.
        EndedByRevocation = "integration.ended_by_revocation",
        /// A rule denied a call of an agent.
        CallDenied = "call.denied",
    }
}
