//! The components of this application, by the names that spin.toml gives them.

/// A component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// `/api/agents`.
    Agents,
    /// Verifies tokens, keys and sessions.
    Auth,
    /// Holds the keys, and calls providers.
    Broker,
    /// The catalogue of providers, and their OAuth apps.
    Catalog,
    /// `POST /api/integrations`.
    Create,
    /// `DELETE /api/integrations/{id}`.
    Delete,
    /// Events, usage and the audit record.
    History,
    /// The front of `/api/integrations`.
    List,
    /// `/mcp`.
    Mcp,
    /// `/api/oauth/callback`.
    OauthCallback,
    /// The authorization server, `/oauth`.
    OauthServer,
    /// `/api/people`, `/api/me` and `/api/panic`.
    People,
    /// `/api/proxy`.
    Proxy,
    /// `/sign-in`.
    SignIn,
    /// `/api/health`, `/api/openapi.json`, and the 404 of `/api`.
    Status,
    /// `PUT /api/integrations/{id}`.
    Update,
    /// `/api/tick`, and the check of a connection.
    Upkeep,
}

impl Component {
    const ALL: [Self; 17] = [
        Self::Agents,
        Self::Auth,
        Self::Broker,
        Self::Catalog,
        Self::Create,
        Self::Delete,
        Self::History,
        Self::List,
        Self::Mcp,
        Self::OauthCallback,
        Self::OauthServer,
        Self::People,
        Self::Proxy,
        Self::SignIn,
        Self::Status,
        Self::Update,
        Self::Upkeep,
    ];

    /// The component's id in spin.toml.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Auth => "auth",
            Self::Broker => "broker",
            Self::Catalog => "catalog",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::History => "history",
            Self::List => "list",
            Self::Mcp => "mcp",
            Self::OauthCallback => "oauth-callback",
            Self::OauthServer => "oauth-server",
            Self::People => "people",
            Self::Proxy => "proxy",
            Self::SignIn => "sign-in",
            Self::Status => "status",
            Self::Update => "update",
            Self::Upkeep => "upkeep",
        }
    }

    /// The component with the id `name`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_component_is_in_the_application() {
        let application = include_str!("../../../../spin.toml");
        for component in Component::ALL {
            let table = format!("[component.{}]", component.name());
            assert!(application.contains(&table), "{table}");
            assert_eq!(Component::parse(component.name()), Some(component));
        }
        assert_eq!(Component::parse("Create"), None);
        assert_eq!(Component::parse(""), None);
    }
}
