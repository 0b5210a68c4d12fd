//! `GET /api/audit/head`: the head of a workspace's audit record. This module must not show the head of
//! another workspace.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{VerifyHeads, WorkspaceScope};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{Audit, close_minutes};
use nexus_common::{Result, access};
use serde_json::json;

/// The head of the chain, for the client to keep elsewhere. With `verify=true`, also the broker's
/// verification of the heads that it has signed.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn show(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let verify = inbound.choice("verify")? == Some(true);
    close_minutes().await?;
    let mut body = Audit::of(&caller.workspace).head().await?;
    if verify {
        let broker = Client::new(Component::Upkeep, &inbound.request_id);
        let verified = broker
            .call::<VerifyHeads>(&WorkspaceScope { workspace: caller.workspace.clone() })
            .await?;
        body.pop();
        body.push_str(&format!(",\"verified\":{}}}", json!(verified)));
    }
    Ok(json_response(StatusCode::OK, body))
}
