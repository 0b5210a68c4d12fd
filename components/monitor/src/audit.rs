//! `GET /api/audit`, `GET /api/audit/head` and `GET /api/audit/heads`: the record of every change and
//! denied attempt.
//!
//! It must not show a workspace another's record.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{OfWorkspace, VerifyHeads};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{Audit, Heads, close_minutes};
use nexus_common::{Error, Result, access, wire};
use serde_json::json;

/// A page of the record, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn page(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let page = wire::page(&inbound.query(&["cursor", "limit"])?)?;
    close_minutes().await?;
    let body = Audit::of(&caller.workspace).page(&page).await?;
    Ok(json_response(StatusCode::OK, body))
}

/// The head of the chain, to be kept elsewhere; with `verify=true` also what the broker says of the
/// heads that it has signed.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn head(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let mut is_asked = false;
    for (name, value) in inbound.query(&["verify"])? {
        is_asked = match value.as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(Error::invalid(format!("?{name}"), "must be true or false")),
        };
    }
    close_minutes().await?;
    let mut body = Audit::of(&caller.workspace).head().await?;
    if is_asked {
        let broker = Client::new(Component::Monitor, &inbound.request_id);
        let verified = broker
            .call::<VerifyHeads>(&OfWorkspace { workspace: caller.workspace.clone() })
            .await?;
        body.pop();
        body.push_str(&format!(",\"verified\":{}}}", json!(verified)));
    }
    Ok(json_response(StatusCode::OK, body))
}

/// A page of the heads that the broker has signed, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn heads(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let page = wire::page(&inbound.query(&["cursor", "limit"])?)?;
    let body = Heads::of(&caller.workspace).page(&page).await?;
    Ok(json_response(StatusCode::OK, body))
}
