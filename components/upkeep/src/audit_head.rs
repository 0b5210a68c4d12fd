//! `GET /api/audit/head`: the head of a workspace's audit record.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{OfWorkspace, VerifyHeads};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{Audit, close_minutes};
use nexus_common::{Result, access};
use serde_json::json;

/// The head of the chain, to be kept elsewhere; with `verify=true` also what the broker says of the
/// heads that it has signed.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn show(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let is_asked = inbound.choice("verify")? == Some(true);
    close_minutes().await?;
    let mut body = Audit::of(&caller.workspace).head().await?;
    if is_asked {
        let broker = Client::new(Component::Upkeep, &inbound.request_id);
        let verified = broker
            .call::<VerifyHeads>(&OfWorkspace { workspace: caller.workspace.clone() })
            .await?;
        body.pop();
        body.push_str(&format!(",\"verified\":{}}}", json!(verified)));
    }
    Ok(json_response(StatusCode::OK, body))
}
