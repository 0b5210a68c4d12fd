//! What a client asks of a user, and the account that the user has.

use crate::oauth::Params;

/// An account at the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What the provider calls it by.
    pub id: String,
    /// What people call it by.
    pub label: String,
}

/// An authorization request that the provider has found good.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) client: String,
    /// Where the browser goes back to.
    pub(crate) redirect_uri: String,
    /// Whether the request named it, or it is the registered one.
    pub(crate) redirect_sent: bool,
    pub(crate) scopes: Vec<String>,
    /// Everything that was sent.
    pub(crate) params: Params,
}
