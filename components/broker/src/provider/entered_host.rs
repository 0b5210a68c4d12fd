//! Who may name the host of a provider that customers run themselves, and which hosts they may name.
//!
//! The person who names a host decides who gets the credential, and what agents read. This module must not be asked about
//! a host that a manifest fixes, or about one of its choices.

use nexus_common::domain::manifest_id;
use nexus_common::{Error, Result};
use nexus_manifests::{Manifest, is_host_name};
use serde_json::{Map, Value as Json};
use url::Url;

use super::egress;

/// Checks the hosts among `entered`, which are unchecked parameters. `stored` are the parameters of an integration that
/// exists: a host that stays the same is not named again.
///
/// # Errors
/// [`Error::Forbidden`] if somebody other than an ADMIN names a host. [`Error::EgressDenied`] for a host that is not
/// public, if the manifest is built in. [`Error::Misconfigured`].
pub(crate) async fn require_may_name(
    manifest: &Manifest,
    entered: &Map<String, Json>,
    stored: Option<&Map<String, Json>>,
    is_admin: bool,
) -> Result<()> {
    for param in manifest.params.iter().filter(|param| param.whole_host) {
        let Some(host) = entered.get(&param.name) else { continue };
        if stored.is_some_and(|stored| stored.get(&param.name) == Some(host)) {
            continue;
        }
        if !is_admin {
            return Err(Error::Forbidden(format!(
                "only an ADMIN may name the host that gets the credential (`params.{}`). Ask an ADMIN of the \
                 workspace to connect it",
                param.name
            )));
        }
        // The check of the parameters rejects anything else.
        let name = host.as_str().filter(|host| is_host_name(host));
        let url = name.and_then(|name| Url::parse(&format!("https://{name}/")).ok());
        if let Some(url) = url.filter(|_| !manifest_id::is_own(&manifest.id)) {
            egress::guard().await?.check_public(&url)?;
        }
    }
    Ok(())
}
