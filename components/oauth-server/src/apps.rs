//! `/api/connected-apps`: a person's connected apps. An ADMIN sees and ends those of everybody.

use http::StatusCode;
use nexus_common::auth::{Caller, Role};
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{ConnectedApps, RequestContext};
use nexus_common::{Error, Result, access, wire};

/// A page of apps, newest first.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Agent, "app.list").await?;
    let query = inbound.query(&["cursor", "limit"])?;
    let (mut limit, mut cursor) = (50, None);
    for (name, value) in &query {
        match name.as_str() {
            "limit" => limit = wire::limit(value)?,
            _ => cursor = Some(value.as_str()),
        }
    }
    if cursor.is_some_and(|id| !id.starts_with("agt_")) {
        return Err(wire::no_cursor());
    }
    let Some(apps) = of(&caller) else {
        return Ok(json_response(StatusCode::OK, "{\"items\":[],\"next_cursor\":null}"));
    };
    Ok(json_response(StatusCode::OK, apps.page(limit, cursor).await?))
}

/// Ends an app: its tokens are dead from the next call on.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn end(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Agent, "app.end").await?;
    inbound.query(&[])?;
    let apps = of(&caller).ok_or_else(|| Error::no_such("connected app", id))?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    apps.end(id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// The apps that the caller may see and end. `None` if the caller is neither an ADMIN nor a person.
fn of(caller: &Caller) -> Option<ConnectedApps<'_>> {
    let workspace = caller.workspace.as_str();
    if caller.may(Role::Admin) {
        return Some(ConnectedApps { workspace, person_id: None });
    }
    let person_id = Some(caller.basis.person.as_deref()?);
    Some(ConnectedApps { workspace, person_id })
}
