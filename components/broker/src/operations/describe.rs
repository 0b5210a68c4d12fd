//! `describe`: describes an integration's provider for an agent.

use nexus_common::Result;
use nexus_common::broker::{Denied, Described, Stored};
use nexus_manifests::params;

use nexus_vault::credential;

/// Describes the provider of an integration.
///
/// # Errors
/// The errors of [`credential::load`].
pub(crate) async fn run(stored: &Stored) -> Result<Described> {
    let usable = credential::load(stored.key()).await?;
    let manifest = &usable.sourced.manifest;
    let base = params::base_url(manifest, &usable.params).map_err(credential::broken)?;
    let hosts = usable.credential.pins.api.iter().filter_map(|pin| pin.split("://").nth(1));
    let deny = manifest.api.deny.iter().map(|deny| Denied {
        method: deny.method.clone(),
        path: deny.path.clone(),
        why: deny.why.clone(),
    });
    let queries = manifest.api.deny_query.iter().map(|deny| Denied {
        method: deny.method.clone(),
        path: format!("{}?{}{}", deny.path, deny.name, values(&deny.values)),
        why: deny.why.clone(),
    });
    let bodies = manifest.api.deny_body.iter().map(|deny| Denied {
        method: deny.method.clone(),
        path: format!("{} with the member {} in its body", deny.path, deny.name),
        why: deny.why.clone(),
    });
    Ok(Described {
        provider: manifest.name.clone(),
        description: manifest.description.clone(),
        docs_url: Some(manifest.docs_url.clone()).filter(|url| !url.is_empty()),
        base_url: base.as_str().trim_end_matches('/').to_owned(),
        hosts: hosts.map(str::to_owned).collect(),
        headers: manifest.api.headers.clone(),
        deny: deny.chain(queries).chain(bodies).collect(),
        body_types: manifest.api.body_types.clone(),
    })
}

/// The denied values of a query parameter, as an agent reads them.
fn values(values: &[String]) -> String {
    if values.is_empty() { String::new() } else { format!("={}", values.join("|")) }
}
