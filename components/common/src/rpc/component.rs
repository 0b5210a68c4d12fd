//! The components of this application, by the names that spin.toml gives them.

/// A component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// Verifies tokens.
    Auth,
    /// Holds the keys, and calls providers.
    Broker,
    /// The catalogue of providers, and their OAuth apps.
    Catalog,
    /// `POST /api/integrations`.
    Create,
    /// `DELETE /api/integrations/{id}`.
    Delete,
    /// The front of `/api/integrations`.
    List,
    /// `/mcp`.
    Mcp,
    /// Health, history and work that is due.
    Monitor,
    /// `/api/oauth/callback`.
    OauthCallback,
    /// `/api/proxy`.
    Proxy,
    /// `PUT /api/integrations/{id}`.
    Update,
}

impl Component {
    const ALL: [Self; 11] = [
        Self::Auth,
        Self::Broker,
        Self::Catalog,
        Self::Create,
        Self::Delete,
        Self::List,
        Self::Mcp,
        Self::Monitor,
        Self::OauthCallback,
        Self::Proxy,
        Self::Update,
    ];

    /// The component's id in spin.toml.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Broker => "broker",
            Self::Catalog => "catalog",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::List => "list",
            Self::Mcp => "mcp",
            Self::Monitor => "monitor",
            Self::OauthCallback => "oauth-callback",
            Self::Proxy => "proxy",
            Self::Update => "update",
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
