//! OAuth 2.0 (RFC 6749): the flow that connects an integration, the token endpoint, and the refresh.
//!
//! Client secrets, verifiers and tokens are opened here and nowhere else in the application. No function of
//! this module may depend on a provider's name: the manifest describes the differences between providers.

mod authorize;
mod clients;
mod exchange;
mod refresh;
mod refusal;
mod scopes;
mod token;

pub(crate) use authorize::begin;
pub(crate) use clients::{
    Client, check_variable, of_connection, of_usable, place as client_place, seal as seal_client,
};
pub(crate) use exchange::{exchange, mint};
pub(crate) use refresh::{
    Found, IntegrationContext, after_judgement, after_refusal, after_refusal_or_refreshing,
    keep_alive, live, live_or_refreshing, pending, tried,
};
pub(crate) use token::{End, basic};

use serde::{Deserialize, Serialize};

/// The OAuth app that a connection was made with. It is sealed with the tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientRef {
    /// The client id at the provider.
    pub(crate) client_id: String,
    /// The exact redirect URI of the flow.
    pub(crate) redirect_uri: String,
}
