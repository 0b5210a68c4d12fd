//! The rows on which a caller's right to act depends. `store` checks them.

use serde::{Deserialize, Serialize};

/// The rows on which a caller's right to act depends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The agent: `agt_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The person: `per_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The identity at an outside issuer ([`crate::id::outside`]), if the issuer vouches for the caller. A row is not
    /// needed then. The rows of both its agent and its person count, because one subject may have tokens with
    /// different roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<String>,
    /// The key, token or session that was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialRow>,
    /// For a connected app: the limits that its person agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<GrantLimits>,
}

/// The rights that a person gave to a connected app. It never changes: a new agreement is a new app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantLimits {
    /// The ids of the integrations that the app may use. `None`: all.
    pub integrations: Option<Vec<String>>,
    /// Whether the app may only read.
    pub is_read_only: bool,
    /// How policies name the person, if the policies limit the person: the app may do only what the person
    /// may.
    pub person_subject: Option<String>,
}

impl GrantLimits {
    /// Whether the app may use an integration.
    #[must_use]
    pub fn have(&self, integration_id: &str) -> bool {
        self.integrations.as_ref().is_none_or(|all| all.iter().any(|one| one == integration_id))
    }
}

/// The row of a key, token or session, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialRow {
    /// A row of `agent_keys`.
    AgentKey(String),
    /// A row of `sessions`.
    Session(String),
    /// A row of `app_tokens`.
    AccessToken(String),
}

impl CredentialRow {
    /// The word for the kind of row, which statements compare.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::AgentKey(_) => "agent_key",
            Self::Session(_) => "session",
            Self::AccessToken(_) => "access_token",
        }
    }

    /// The id of the row.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::AgentKey(id) | Self::Session(id) | Self::AccessToken(id) => id,
        }
    }
}
