//! `POST /api/manifests`, `PUT` and `DELETE /api/manifests/{id}`: the workspace's own providers.

use http::{StatusCode, header};
use nexus_common::auth::{Caller, Role};
use nexus_common::http::{Inbound, empty, set};
use nexus_common::platform::http::Response;
use nexus_common::platform::variables;
use nexus_common::store::{By, Manifests, NewManifest};
use nexus_common::{Error, FieldError, Result, access, config};
use nexus_manifests::guard::{OwnHosts, PrivateHosts};
use nexus_manifests::{Finding, Manifest, Origin, catalog, lint, parse};
use url::Url;

use crate::show::{saved, summarise};

/// Largest document, in bytes.
const MAX: usize = 32 * 1024;

/// Saves a new one.
///
/// # Errors
/// 401, 403, 409 (`manifest_exists`, `too_many_manifests`), 422 with every rule it breaks.
pub(crate) async fn create(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "manifest.create").await?;
    inbound.query(&[])?;
    save(&caller, inbound, None).await
}

/// Saves a new version of `id`; live integrations keep the version they were made with.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn replace(inbound: Inbound, id: &str) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "manifest.replace").await?;
    inbound.query(&[])?;
    writable(id)?;
    save(&caller, inbound, Some(id)).await
}

/// Deletes `id`.
///
/// # Errors
/// 401, 403, 404, 409 (`manifest_in_use`).
pub(crate) async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "manifest.delete").await?;
    inbound.query(&[])?;
    writable(id)?;
    let by = By { caller: &caller, request_id: &inbound.request_id };
    Manifests::of(&caller.workspace).delete(id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

async fn save(caller: &Caller, inbound: Inbound, expected: Option<&str>) -> Result<Response> {
    let request_id = inbound.request_id.clone();
    let text = inbound.json_text().await?;
    let manifest = parse(&text).map_err(|finding| Error::Invalid(vec![field_error(finding)]))?;
    if expected.is_some_and(|id| id != manifest.id) {
        return Err(Error::invalid("/id", "must be the id in the path"));
    }
    check(&caller.workspace, &manifest).await?;
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
    };
    let by = By { caller, request_id: &request_id };
    let hash = Manifests::of(&caller.workspace).save(&new, &by).await?;
    let value = serde_json::to_value(&manifest).map_err(internal)?;
    let status = if expected.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = saved(status, &value, &hash);
    set(&mut response, header::LOCATION, &format!("/api/manifests/{}", manifest.id));
    Ok(response)
}

async fn check(workspace: &str, manifest: &Manifest) -> Result<()> {
    let entry = variables::get("private_hosts").await.unwrap_or_default();
    let workspaces = variables::get("private_hosts_workspaces").await.unwrap_or_default();
    let private = PrivateHosts::parse(&entry)
        .map_err(|_| Error::misconfigured("private_hosts", PrivateHosts::RULE))?
        .for_workspaces(&workspaces);
    let public_url = config::public_url().await?;
    let own_hosts = variables::get("own_hosts").await.unwrap_or_default();
    let own = OwnHosts::parse(public_url.as_str(), &own_hosts)
        .map_err(|_| Error::misconfigured("own_hosts", OwnHosts::RULE))?;
    let private = |url: &Url| private.cover(workspace, url);
    let findings = lint::check_with(manifest, Origin::Workspace, &own, &private);
    if !findings.is_empty() {
        return Err(Error::Invalid(findings.into_iter().map(field_error).collect()));
    }
    Ok(())
}

fn field_error(finding: Finding) -> FieldError {
    FieldError::new(finding.pointer, format!("{}: {}", finding.rule, finding.detail))
}

fn writable(id: &str) -> Result<()> {
    if catalog::find(id).is_some() {
        let detail = format!("{id} is built in; a workspace's own manifests are named custom-…");
        return Err(Error::Forbidden(detail));
    }
    Ok(())
}
