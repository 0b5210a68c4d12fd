//! A client's request to a user, and the user's account.

use crate::oauth::Params;

/// An account at the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The provider's id of the account.
    pub id: String,
    /// The name that people use for the account.
    pub label: String,
}

/// An authorization request that the provider has accepted.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) client: String,
    /// The URI to which the browser is redirected.
    pub(crate) redirect_uri: String,
    /// Whether the request has the redirect URI. Otherwise it is the registered one.
    pub(crate) redirect_sent: bool,
    pub(crate) scopes: Vec<String>,
    /// All parameters of the request.
    pub(crate) params: Params,
}
