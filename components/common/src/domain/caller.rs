//! The caller of a request: who, with which role, by which proof.

use serde::{Deserialize, Serialize};

use super::Basis;

/// The role of a caller. The least powerful role comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// May only call providers, through the proxy and MCP.
    Agent,
    /// May do everything except people, OAuth clients, own manifests, emergency stops and the audit export.
    Manager,
    /// May do everything.
    Admin,
}

impl Role {
    /// The role as a token has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Manager => "MANAGER",
            Self::Admin => "ADMIN",
        }
    }

    /// The role with the name `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::Manager, Self::Admin].into_iter().find(|role| role.name() == text)
    }
}

/// The kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A person.
    Person,
    /// An agent.
    Agent,
    /// A program that is neither: its token names no role.
    Service,
}

/// By which proof the caller was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A JWT of an outside issuer.
    IssuerToken,
    /// A key of an agent.
    AgentKey,
    /// An access token of this application.
    AccessToken,
    /// A JWT that an agent signed with its own key.
    SignedToken,
    /// A session of a browser.
    Session,
}

/// A verified caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The workspace, to which every request is bound: 1–128 printable characters.
    pub workspace: String,
    /// The subject that records name: the `sub` of an outside token, else the id of the agent or person.
    pub subject: String,
    /// The kind of caller.
    pub kind: CallerKind,
    /// The role. `None` if the token has no known role; then the caller may do nothing.
    pub role: Option<Role>,
    /// Which claim an issuer's token has its role in, and its value, as a sentence. It is shown to a caller
    /// without the role that a request needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_source: Option<String>,
    /// When the proof expires, in seconds since the Unix epoch.
    pub expires_at: u64,
    /// By which proof the caller was identified.
    pub via: Via,
    /// The rows on which the caller's right to act depends.
    pub basis: Basis,
}

impl Caller {
    /// Whether the caller has at least `role`.
    #[must_use]
    pub fn may(&self, role: Role) -> bool {
        self.role >= Some(role)
    }

    /// The role as a token has it. `none` if the token has no known role.
    #[must_use]
    pub fn role_name(&self) -> &'static str {
        self.role.map_or("none", Role::name)
    }

    /// The id of the agent, if the caller is one: `agt_…`.
    #[must_use]
    pub fn agent_id(&self) -> Option<&str> {
        self.basis.agent.as_deref()
    }
}
