//! Documents that are fetched or composed: of a client, and of a provider for an agent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The request of [`FetchClientMetadata`](super::FetchClientMetadata): which document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientDocument {
    /// The URL, which anybody may have chosen.
    pub url: String,
}

/// The response of [`FetchClientMetadata`](super::FetchClientMetadata).
#[derive(Debug, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// The document: a JSON object.
    pub document: Map<String, Value>,
    /// For how many seconds it may be cached, by HTTP's rules.
    pub fresh_seconds: u32,
}

/// The request of [`Discover`](super::Discover): the address of a server.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerAddress {
    /// The URL, which a person has typed.
    pub url: String,
}

/// The response of [`Discover`](super::Discover).
#[derive(Debug, Serialize, Deserialize)]
pub struct Discovered {
    /// The authorization server that the server names: its issuer, a URL.
    pub authorization_server: String,
    /// The draft of a manifest.
    pub draft: Value,
}

/// The response of [`Describe`](super::Describe): an integration's provider, for an agent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Described {
    /// The provider's name.
    pub provider: String,
    /// The purpose of the provider.
    pub description: String,
    /// The documentation of its API.
    pub docs_url: Option<String>,
    /// The URL at the provider that paths are relative to.
    pub base_url: String,
    /// All hosts that can be called.
    pub hosts: Vec<String>,
    /// Headers that are sent unless the agent sends its own.
    pub headers: BTreeMap<String, String>,
    /// Calls that agents may not make.
    pub deny: Vec<Denied>,
    /// The content types that agents may send. Every type if the list is empty.
    pub body_types: Vec<String>,
}

/// A call that a manifest denies to agents.
#[derive(Debug, Serialize, Deserialize)]
pub struct Denied {
    /// The method, or `*`.
    pub method: String,
    /// The path, with a query parameter or a member of the body where that is what is denied.
    pub path: String,
    /// The reason.
    pub why: String,
}
