//! `POST /api/manifests`, `PUT` and `DELETE /api/manifests/{id}`: the workspace's own manifests. This module
//! must not change a built-in manifest.

use http::{StatusCode, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::http::{Inbound, empty, set};
use nexus_common::platform::http::Response;
use nexus_common::quota::Quota;
use nexus_common::store::{Manifests, NewManifest, RequestContext};
use nexus_common::{Error, FieldError, Result, access, config};
use nexus_manifests::guard::Guard;
use nexus_manifests::{Finding, Manifest, Origin, catalog, faults};
use url::Url;

use crate::show::{saved, summarise};

/// The maximum size of a document, in bytes.
const MAX: usize = 32 * 1024;
/// The parameter with which an ADMIN confirms `revoke.effect_source`.
const BELIEVE: &str = "believe_effect";

/// Saves a new manifest.
///
/// # Errors
/// 401, 403, 409 (`manifest_exists`, `too_many_manifests`, `quota_exceeded`, `effect_unconfirmed`), 422
/// with every rule that it breaks.
pub(crate) async fn create(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "manifest.create").await?;
    save(&caller, inbound, None).await
}

/// Saves a new version of `id`. Existing integrations keep the version that they were created with.
///
/// # Errors
/// 401, 403, 404, 409 (`quota_exceeded`, `effect_unconfirmed`), 422 with every rule that it breaks.
pub(crate) async fn replace(inbound: Inbound, id: &str) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "manifest.replace").await?;
    require_own(id)?;
    save(&caller, inbound, Some(id)).await
}

/// Deletes `id`.
///
/// # Errors
/// 401, 403, 404, 409 (`manifest_in_use`).
pub(crate) async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "manifest.delete").await?;
    inbound.query(&[])?;
    require_own(id)?;
    let context = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Manifests::of(&caller.workspace).delete(id, &context).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

async fn save(caller: &Caller, inbound: Inbound, expected: Option<&str>) -> Result<Response> {
    let request_id = inbound.request_id.clone();
    let believes = inbound.choice(BELIEVE)?;
    let text = inbound.json_text().await?;
    let manifest = read(&caller.workspace, &text).await?;
    if expected.is_some_and(|id| id != manifest.id) {
        return Err(Error::invalid("/id", "must be the id in the path"));
    }
    let believes_effect = require_belief(&manifest, believes)?;
    let internal = |error: serde_json::Error| Error::Internal(error.to_string());
    let document = serde_json::to_vec(&manifest).map_err(internal)?;
    if document.len() > MAX {
        return Err(Error::TooLarge(MAX));
    }
    let summary = summarise(&manifest).to_string();
    let new = NewManifest {
        id: &manifest.id,
        document: &document,
        summary: &summary,
        replace: expected.is_some(),
        believes_effect,
    };
    let context = RequestContext { caller, request_id: &request_id };
    let quota = Quota::of_manifest_versions().await?;
    let hash = Manifests::of(&caller.workspace).save(&new, &context, &quota).await?;
    let value = serde_json::to_value(&manifest).map_err(internal)?;
    let status = if expected.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = saved(status, &value, &hash);
    set(&mut response, header::LOCATION, &format!("/api/manifests/{}", manifest.id));
    Ok(response)
}

/// Whether the ADMIN confirms the effect of revocation that the manifest declares. `None` if it declares
/// nothing that needs a confirmation.
///
/// # Errors
/// [`Error::Conflict`] (`effect_unconfirmed`) if the parameter is missing.
fn require_belief(manifest: &Manifest, believes: Option<bool>) -> Result<Option<bool>> {
    if !manifest.revoke.claims_token_alone() {
        return Ok(None);
    }
    let Some(believes) = believes else {
        let (id, source) = (&manifest.id, manifest.revoke.effect().and_then(|(_, source)| source));
        let detail = format!(
            "{id} says that a revocation ends only one token (`revoke.effect` is `token`, \
             `effect_source` is {source}). If that is wrong, each reconnect and each deletion can break \
             other connections of the same account while agents use them. Read that page, test it, and \
             save again with ?{BELIEVE}=true. With ?{BELIEVE}=false, the manifest is saved but this \
             statement is not trusted: a token is revoked only when no connection of its account is in use",
            source = source.unwrap_or_default(),
        );
        return Err(Error::Conflict { code: "effect_unconfirmed", detail });
    };
    Ok(Some(believes))
}

/// Reads a manifest, and fills in what it may leave out.
///
/// # Errors
/// [`Error::Invalid`] with every wrong member and every broken rule.
async fn read(workspace: &str, text: &str) -> Result<Manifest> {
    let hosts = config::hosts().await?;
    let public_url = hosts.public_url.as_str();
    let guard = Guard::of(public_url, &hosts.own, &hosts.private, &hosts.private_workspaces)
        .map_err(|(variable, rule)| Error::misconfigured(variable, rule))?;
    let private = |url: &Url| guard.private.cover(workspace, url);
    faults::read(text, Origin::Workspace, &guard.own, &private)
        .map_err(|found| Error::Invalid(found.into_iter().map(field_error).collect()))
}

fn field_error(finding: Finding) -> FieldError {
    FieldError::new(finding.pointer, format!("{}: {}", finding.rule, finding.detail))
}

/// Checks that `id` is not a built-in manifest.
fn require_own(id: &str) -> Result<()> {
    if catalog::find(id).is_some() {
        let detail = format!(
            "{id} is built in and cannot be changed. Use an id of a workspace's own manifest: custom-…"
        );
        return Err(Error::Forbidden(detail));
    }
    Ok(())
}
