//! `GET /api/audit` and `GET /api/audit/heads`: the record of every change and denied attempt.
//!
//! This module must not show the record of another workspace.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{Audit, Heads, close_minutes};
use nexus_common::{Result, access, wire};

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
