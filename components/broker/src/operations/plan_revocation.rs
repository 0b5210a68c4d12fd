//! `plan-revocation`: plans the revocation of an integration's tokens.
//!
//! This module must not change anything. It only refreshes an access token, if the revocation needs a live
//! one.

use nexus_common::broker::{Plan, RevocationScope, Stored};
use nexus_common::domain::{GivenUp, TokenState};
use nexus_common::store::Integrations;
use nexus_common::{Error, Result};
use nexus_manifests::{Manifest, Revoke, RevokeAuth};
use nexus_vault::credential::{self, Usable};
use nexus_vault::source;

use super::forward;
use crate::ending::{plan, receipts};
use crate::oauth::{self, IntegrationContext};

/// Plans the revocation of a stored integration's tokens. If the credential cannot be opened, or its manifest
/// is missing, the receipt says so, and the integration can still be deleted. With `force`, all tokens that
/// the integration gave up earlier are revoked too.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(scope: RevocationScope, request_id: &str) -> Result<Plan> {
    let (stored, force) = scope.into_parts();
    forward::forget(&stored.workspace, &stored.integration_id);
    let key = stored.key();
    let found = Integrations::of(key.workspace).connection(key.id).await?;
    let found = found.ok_or_else(|| Error::no_such("integration", key.id))?;
    let version = found.version;
    let kept = plan::kept_for(key, force).await?;
    let without_entries = |receipts| {
        let (entries, shared, kept) = (Vec::new(), Vec::new(), kept.clone());
        Plan { receipts, entries, kept, shared, version }
    };
    if version == 0 {
        return Ok(without_entries(Vec::new()));
    }
    let manifest = match source::of_stored(&found.manifest_id, &found.manifest_hash).await {
        Ok(sourced) => sourced.manifest,
        Err(Error::Unreadable(_)) => {
            let words =
                "the manifest that describes the revocation is missing: revoke it at the provider";
            return Ok(without_entries(vec![receipts::receipt(
                "unknown",
                TokenState::Failed,
                words,
            )]));
        }
        Err(other) => return Err(other),
    };
    if let Some(receipts) = receipts::without_call(&manifest, &found.params) {
        return Ok(without_entries(receipts));
    }
    let usable = match fresh_enough(&stored, request_id, &manifest).await {
        Ok(usable) => usable,
        Err(Error::Unreadable(_)) => {
            let words = "the credential cannot be opened (its key is missing, or its row was \
                         changed): revoke it at the provider";
            return Ok(without_entries(vec![receipts::receipt(
                "unknown",
                TokenState::Failed,
                words,
            )]));
        }
        Err(other) => return Err(other),
    };
    let GivenUp { entries, failed, .. } = plan::give_up(key.workspace, &usable).await?;
    let receipts = receipts::receipts(&usable, &entries, failed);
    let shared = plan::siblings(key, &entries).await?;
    Ok(Plan { receipts, entries, kept, shared, version: usable.version })
}

/// The credential. It is refreshed first if the revocation needs a live access token.
async fn fresh_enough(stored: &Stored, request_id: &str, manifest: &Manifest) -> Result<Usable> {
    let needs_live = match &manifest.revoke {
        Revoke::Request { tokens, request, .. } => {
            request.auth == RevokeAuth::Token || !tokens.iter().any(|one| one == "refresh_token")
        }
        Revoke::Rfc7009 { tokens, .. } => !tokens.iter().any(|one| one == "refresh_token"),
        Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => false,
    };
    if needs_live && manifest.auth_method.has_tokens() {
        match oauth::live(&IntegrationContext::of(stored, request_id)).await {
            Ok(usable) => return Ok(usable),
            Err(
                error @ (Error::NotFound(_)
                | Error::Unreadable(_)
                | Error::Storage { .. }
                | Error::Unconfirmed { .. }),
            ) => {
                return Err(error);
            }
            // An expired token is sent too. The provider decides.
            Err(_) => {}
        }
    }
    credential::load(stored.key()).await
}
