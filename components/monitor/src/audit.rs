//! `GET /api/audit`, `GET /api/audit/head` and `GET /api/audit/heads`: the record of every change and denied
//! attempt.
//!
//! This module must not show the record of another workspace.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::Broker;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
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

/// The head of the chain, for the client to keep elsewhere. With `verify=true`, also the broker's
/// verification of the heads that it has signed.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn head(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let mut verify = false;
    for (name, value) in inbound.query(&["verify"])? {
        verify = match value.as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(Error::invalid(format!("?{name}"), "must be true or false")),
        };
    }
    close_minutes().await?;
    let mut body = Audit::of(&caller.workspace).head().await?;
    if verify {
        let broker = Broker::new("monitor", &inbound.request_id);
        let verified = broker.verify_heads(&caller.workspace).await?;
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
