//! Requires a decision before a credential is replaced that connections of other workspaces use too.
//! [`nexus_common::store`] finds those connections. They have the same token, or a grant of the same account
//! to the same OAuth app.
//!
//! This module compares digests and names, and must not open a ciphertext. A connection of another workspace
//! counts only if its provider has accepted its credential. Otherwise, a holder of a leaked secret could
//! prevent its revocation by saving it under any manifest.

use nexus_common::domain::IntegrationKey;
use nexus_common::store::is_held_elsewhere;
use nexus_common::{Error, Result};
use nexus_manifests::Manifest;

/// Requires a decision from the caller that replaces a credential of the integration `id`, if a connection of
/// another workspace holds one of its tokens too. `force` is the decision, if the caller gave one.
///
/// # Errors
/// [`Error::GrantShared`], [`Error::Storage`].
pub(crate) async fn require_decision(
    key: IntegrationKey<'_>,
    manifest: &Manifest,
    force: Option<bool>,
) -> Result<()> {
    let can_end = manifest.revoke.effect().is_some();
    if force.is_none() && can_end && is_held_elsewhere(key).await? {
        return Err(Error::GrantShared(
            "the credential that you replace is also in use by a connection of another workspace. \
             Use ?force=true to revoke it at the provider anyway, for example because it has leaked. \
             Use ?force=false to keep it until no connection uses it any more"
                .into(),
        ));
    }
    Ok(())
}
