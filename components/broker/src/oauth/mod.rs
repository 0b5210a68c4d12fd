//! OAuth 2.0 (RFC 6749): the flow that connects, the tokens, the refresh that happens once.
//!
//! Client secrets, verifiers and tokens are opened here and nowhere else in the application. No
//! function of this module decides by a provider's name: what differs is in the manifest.

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
    For, Found, after_judgement, after_refusal, after_refusal_or_refreshing, keep_alive, live,
    live_or_refreshing, pending, tried,
};
pub(crate) use token::{End, basic};

use serde::{Deserialize, Serialize};

/// With which OAuth app a connection was made. Sealed with its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientRef {
    /// The client id at the provider.
    pub(crate) client_id: String,
    /// Where the provider sent the browser back to, exactly.
    pub(crate) redirect_uri: String,
}
