//! OAuth: apps, and the flow that connects an integration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::reads::Reads;
use crate::secret::{SecretJson, expose_to};

/// The request of [`SealClient`](super::SealClient): an OAuth app that an admin entered.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct NewClient {
    /// The workspace.
    pub workspace: String,
    /// The manifest that the app is for.
    pub manifest_id: String,
    /// The client id at the provider.
    pub client_id: String,
    /// The client secret, a text.
    #[serde(serialize_with = "expose_to")]
    pub client_secret: SecretJson,
    /// The values that parameters may have if this app is used. A parameter that is not listed may have any
    /// value.
    #[serde(default)]
    pub params: BTreeMap<String, Vec<String>>,
}

/// The response of [`SealClient`](super::SealClient).
#[derive(Debug, Serialize, Deserialize)]
pub struct SealedClient {
    /// The ciphertext in base64.
    pub sealed: String,
    /// The key that sealed it.
    pub key_id: String,
    /// The redirect URI to register at the provider.
    pub redirect_uri: String,
}

/// The request of [`RegisterClient`](super::RegisterClient): the connection that needs an OAuth app.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppScope {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The manifest. `None` for an existing integration, which keeps its version of the manifest.
    pub manifest_id: Option<String>,
    /// Unchecked parameters. Empty for an existing integration.
    pub params: Map<String, Value>,
}

/// The request of [`BeginAuthorization`](super::BeginAuthorization).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The manifest. `None` for an existing integration, which keeps its version of the manifest and its
    /// parameters.
    pub manifest_id: Option<String>,
    /// Unchecked parameters. Empty for an existing integration.
    pub params: Map<String, Value>,
    /// The scopes to request. `None` for the manifest's default, or for the scopes that were requested before.
    pub scopes: Option<Vec<String>>,
    /// Whether a different account than before may be connected.
    pub accept_account_change: bool,
    /// Whether an ADMIN asks, who alone may name the whole host of a provider.
    pub is_admin: bool,
    /// Whether to revoke the replaced tokens even if another workspace uses them. `None` if the caller has
    /// not decided. Then the operation fails with `grant_shared` if another workspace uses them.
    pub force: Option<bool>,
}

/// The response of [`BeginAuthorization`](super::BeginAuthorization).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// The browser continues at the provider.
    Flow(Authorization),
    /// The provider is not connected by OAuth. A person enters its credentials.
    NotOauth,
}

/// An authorization in progress.
#[derive(Debug, Serialize, Deserialize)]
pub struct Authorization {
    /// The URL at which the browser continues.
    pub authorization_url: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// The data with which the broker finishes the flow: sealed, in base64.
    pub sealed: String,
    /// Checked parameters.
    pub params: Map<String, Value>,
    /// The requested scopes.
    pub scopes: Vec<String>,
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
    /// The calls of the provider that only read.
    pub reads: Reads,
}

/// The request of [`FinishAuthorization`](super::FinishAuthorization): a browser has come back.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Exchange {
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// The data that [`BeginAuthorization`](super::BeginAuthorization) sealed, in base64.
    pub sealed: String,
    /// The decoded query of the callback.
    #[serde(serialize_with = "expose_to")]
    pub query: SecretJson,
    /// The manifest whose own callback address the browser came to. `None` for the common address.
    pub callback: Option<String>,
}
