//! `GET /api/usage`: the usage of the whole workspace in the last 90 days, and the periods that usage is asked for.
//!
//! This module must not show the usage of another workspace.

use nexus_common::auth::Role;
use nexus_common::http::{Inbound, large_json};
use nexus_common::platform::http::Response;
use nexus_common::store::{By, Per, Span, workspace_usage};
use nexus_common::{Error, Result, access, wire};

/// A page of usage, the newest hour (or day) first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn page(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "usage.read").await?;
    let query = inbound.query(&["by", "from", "to", "per", "cursor", "limit"])?;
    let page = wire::page(&query)?;
    let span = span(&query, Per::Day)?;
    if span.per == Per::Minute {
        return Err(Error::invalid("?per", "must be hour or day"));
    }
    let by = query.iter().find(|(name, _)| name == "by").map(|(_, value)| by(value)).transpose()?;
    let body = workspace_usage(&caller.workspace, &span, by.unwrap_or_default(), &page).await?;
    Ok(large_json(inbound, body))
}

/// The times and the period that a query asks for. `per` is the period if it names none.
///
/// # Errors
/// 422.
pub(crate) fn span(query: &[(String, String)], per: Per) -> Result<Span> {
    let mut span = Span { per, ..Span::default() };
    for (name, value) in query {
        match name.as_str() {
            "from" => span.from = Some(wire::time(name, value)?),
            "to" => span.to = Some(wire::time(name, value)?),
            "per" => span.per = period(value)?,
            _ => {}
        }
    }
    Ok(span)
}

fn period(value: &str) -> Result<Per> {
    match value {
        "minute" => Ok(Per::Minute),
        "hour" => Ok(Per::Hour),
        "day" => Ok(Per::Day),
        _ => Err(Error::invalid("?per", format!("must be minute, hour or day, but is {value:?}"))),
    }
}

fn by(value: &str) -> Result<By> {
    match value {
        "integration" => Ok(By::Integration),
        "agent" => Ok(By::Agent),
        _ => Err(Error::invalid("?by", format!("must be integration or agent, but is {value:?}"))),
    }
}
