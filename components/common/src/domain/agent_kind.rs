//! The kinds and states of agents and people.

use super::words;

words! {
    /// Where an agent comes from.
    AgentKind {
        /// A person registered it here. Its keys are ours or its own.
        Registered = "registered",
        /// A program that signed itself in, for a person who agreed.
        ConnectedApp = "connected_app",
        /// An outside issuer signs its tokens.
        Outside = "outside",
    }
}

words! {
    /// Whether an agent or a person may sign in.
    AccountStatus {
        /// The agent or person may sign in.
        Active = "active",
        /// An admin has switched the agent or person off.
        Disabled = "disabled",
    }
}

words! {
    /// Where a person comes from.
    PersonSource {
        /// The deployment's identity provider.
        Oidc = "oidc",
        /// An invitation, or a link from the machine.
        Local = "local",
        /// An outside issuer of tokens.
        Issuer = "issuer",
    }
}

words! {
    /// The scope of an emergency stop.
    StopScope {
        /// One agent.
        Agent = "agent",
        /// One person, and the apps that act for them.
        Person = "person",
        /// One integration.
        Integration = "integration",
        /// All integrations of one provider.
        Provider = "provider",
        /// Everything.
        Workspace = "workspace",
    }
}
