//! OAuth 2.0 (RFC 6749): the flow that connects, the tokens, the refresh that happens once.
//!
//! Client secrets, verifiers and tokens are opened here and nowhere else in the application. No
//! function of this module decides by a provider's name: what differs is in the manifest.

mod authorize;
mod clients;
mod exchange;
mod refresh;
mod token;

pub(crate) use authorize::begin;
pub(crate) use clients::{Client, check_variable, of_usable, seal as seal_client};
pub(crate) use exchange::{exchange, mint};
pub(crate) use refresh::{For, after_refusal, keep_alive, live};
pub(crate) use token::basic;

use nexus_common::{Result, config};
use nexus_manifests::Manifest;
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

/// Where the provider sends the browser back to. A workspace's own manifest has an address of its
/// own, so that one authorization server cannot be taken for another (RFC 9700, 4.4).
pub(crate) async fn redirect_uri(manifest: &Manifest) -> Result<String> {
    let url = config::public_url().await?;
    let base = url.as_str().trim_end_matches('/');
    Ok(match manifest.id.starts_with("custom-") {
        true => format!("{base}/api/oauth/callback/{}", manifest.id),
        false => format!("{base}/api/oauth/callback"),
    })
}
