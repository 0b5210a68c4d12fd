//! `GET /api/audit` and `GET /api/audit/head`: the record of every change and denied attempt.
//!
//! It must not show a workspace another's record.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{Audit, close_minutes};
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

/// The head of the chain, to be kept elsewhere.
///
/// # Errors
/// 401, 403.
pub(crate) async fn head(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    inbound.query(&[])?;
    close_minutes().await?;
    let body = Audit::of(&caller.workspace).head().await?;
    Ok(json_response(StatusCode::OK, body))
}
