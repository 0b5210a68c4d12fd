//! `/api/manifests/{id}/findings`: revocations of this workspace that ended more than their own token,
//! although the manifest says otherwise. This module must not show the findings of another workspace.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{Findings, RequestContext};
use nexus_common::{Result, access};

use crate::show::require_manifest;

/// The findings of the workspace.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn list(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "manifest.findings_read").await?;
    inbound.query(&[])?;
    require_manifest(&caller.workspace, id).await?;
    let found = Findings { workspace: &caller.workspace, manifest_id: id }.list().await?;
    Ok(json_response(StatusCode::OK, found))
}

/// Deletes the findings. The manifest is trusted again.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn clear(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "manifest.findings_clear").await?;
    inbound.query(&[])?;
    require_manifest(&caller.workspace, id).await?;
    let context = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Findings { workspace: &caller.workspace, manifest_id: id }.clear(&context).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}
