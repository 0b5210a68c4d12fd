//! The key of an agent's calls.

/// The workspace, integration and agent of a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey {
    /// The workspace.
    pub workspace: String,
    /// The integration.
    pub integration_id: String,
    /// The subject of the agent's token.
    pub agent: String,
}
