//! What a workspace's own manifest may leave out because the rest of it says so.

use crate::model::Manifest;
use crate::pins;

/// The manifest with the hosts that it left out: the host of its base URL.
pub(crate) fn completed(mut manifest: Manifest) -> Manifest {
    let host = pins::authority(&manifest.api.base_url);
    if manifest.api.hosts.is_empty() && !host.is_empty() {
        manifest.api.hosts = vec![host.to_owned()];
    }
    manifest
}
