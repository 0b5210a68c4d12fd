//! How a provider authenticates its callers: one enumeration for the manifests, the database and the API.
//!
//! It is a crate of its own, because the build script of the manifests needs it, and no component gets the table of
//! manifests only to name a method. This crate must not know what a method needs: the rules of the manifests say that.
#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};

/// How a caller authenticates to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A long-lived key that an admin pastes.
    ApiKey,
    /// A user name and a password, or the values that a provider accepts in their place (RFC 7617).
    Basic,
    /// The authorization code grant (RFC 6749 section 4.1).
    Oauth2,
    /// The client credentials grant (RFC 6749 section 4.4): the admin enters `client_id` and `client_secret`.
    Oauth2ClientCredentials,
    /// A long-lived credential that an admin enters, and with which the application obtains short-lived tokens.
    Login,
}

impl AuthMethod {
    /// All methods.
    pub const ALL: [Self; 5] =
        [Self::ApiKey, Self::Basic, Self::Oauth2, Self::Oauth2ClientCredentials, Self::Login];

    /// The name as written in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
            Self::Oauth2 => "oauth2",
            Self::Oauth2ClientCredentials => "oauth2_client_credentials",
            Self::Login => "login",
        }
    }

    /// The method with this name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }

    /// Whether manifests with this method have the `oauth2` member.
    #[must_use]
    pub const fn is_oauth2(self) -> bool {
        matches!(self, Self::Oauth2 | Self::Oauth2ClientCredentials)
    }

    /// Whether new access tokens are obtained with the fields that an admin has entered.
    #[must_use]
    pub const fn mints(self) -> bool {
        matches!(self, Self::Oauth2ClientCredentials | Self::Login)
    }

    /// Whether the provider gets an access token that the application renews.
    #[must_use]
    pub const fn has_tokens(self) -> bool {
        self.is_oauth2() || self.mints()
    }
}
