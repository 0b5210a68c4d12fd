//! The calls, one file per group. To add a call, add a tuple of path, method and operation.

mod agents;
mod audit;
mod callback;
mod connected_apps;
mod integrations;
mod manifests;
mod mcp;
mod oauth_clients;
mod people;
mod proxy;
mod service;

use serde_json::{Value, json};

use crate::operation::Operation;

/// A path, a method in lower case, and the operation.
type Call = (&'static str, &'static str, Operation);

/// All calls.
pub(crate) fn all() -> Vec<Call> {
    [
        integrations::calls(),
        manifests::calls(),
        oauth_clients::calls(),
        agents::calls(),
        people::calls(),
        connected_apps::calls(),
        callback::calls(),
        proxy::calls(),
        mcp::calls(),
        audit::calls(),
        service::calls(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The groups.
pub(crate) fn tags() -> Value {
    json!([
        {"name": "integrations", "description": "Connections of a workspace to providers"},
        {"name": "manifests", "description": "The catalogue: built-in manifests, and the workspace's own"},
        {"name": "oauth-clients", "description": "The OAuth apps that the workspace connects with, and the callback from a provider"},
        {"name": "agents", "description": "The agents of a workspace, and their keys"},
        {"name": "people", "description": "The people of a workspace, how they sign in, and emergency stops"},
        {"name": "connected-apps", "description": "The programs that signed themselves in for a person, and the server where they do"},
        {"name": "proxy", "description": "The entry points for agents: calls to providers, with the credential added"},
        {"name": "audit", "description": "The record of every change and every denied attempt"},
        {"name": "service", "description": "The deployment itself"},
    ])
}
