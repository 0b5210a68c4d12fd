//! `GET /api/audit` and `GET /api/audit/heads`: the record of every change and denied attempt.
//!
//! This module must not show the record of another workspace.

use nexus_common::auth::Role;
use nexus_common::http::{Inbound, large_json};
use nexus_common::platform::http::Response;
use nexus_common::store::{Audit, AuditFilter, Heads, close_minutes};
use nexus_common::{Error, Result, access, wire};

use crate::usage::milliseconds;

/// A page of the record, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn page(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let names = ["actor", "action", "target", "outcome", "from", "to", "cursor", "limit"];
    let query = inbound.query(&names)?;
    let page = wire::page(&query)?;
    let filter = filter(query)?;
    close_minutes().await?;
    let body = Audit::of(&caller.workspace).page(&filter, &page).await?;
    Ok(large_json(inbound, body))
}

fn filter(query: Vec<(String, String)>) -> Result<AuditFilter> {
    let mut filter = AuditFilter::default();
    for (name, value) in query {
        match name.as_str() {
            "actor" => filter.actor = Some(wire::typed(&name, value)?),
            "action" => filter.action = Some(wire::typed(&name, value)?),
            "target" => filter.target = Some(wire::typed(&name, value)?),
            "outcome" => match value.as_str() {
                "done" | "denied" => filter.outcome = Some(value),
                _ => {
                    let detail = format!("must be done or denied, but is {value:?}");
                    return Err(Error::invalid("?outcome", detail));
                }
            },
            "from" => filter.from = Some(milliseconds(&name, &value)?),
            "to" => filter.to = Some(milliseconds(&name, &value)?),
            _ => {}
        }
    }
    Ok(filter)
}

/// A page of the heads that the broker has signed, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn heads(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "audit.read").await?;
    let page = wire::page(&inbound.query(&["cursor", "limit"])?)?;
    let body = Heads::of(&caller.workspace).page(&page).await?;
    Ok(large_json(inbound, body))
}
