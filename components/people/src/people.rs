//! `/api/people`: the list, roles, and switching people off.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::domain::AccountStatus;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{People, PersonChange, RequestContext, end_sessions_of};
use nexus_common::{Error, Result, access, wire};
use serde::Deserialize;
use serde_json::json;

/// `PUT /api/people/{id}`. A missing member stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonPatch {
    /// `ADMIN` or `MANAGER`.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    role: Option<String>,
    /// Whether the person may sign in.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    status: Option<AccountStatus>,
}

/// `GET /api/people`.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "person.list").await?;
    let (mut limit, mut cursor) = (50, None);
    for (name, value) in inbound.query(&["limit", "cursor"])? {
        match name.as_str() {
            "limit" => limit = wire::limit(&value)?,
            _ => cursor = Some(wire::id_cursor("per_", value)?),
        }
    }
    let page = People::of(&caller.workspace).page(limit, cursor.as_deref()).await?;
    Ok(json_response(StatusCode::OK, page))
}

/// `PUT /api/people/{id}`.
///
/// # Errors
/// 401, 403, 404, 409 (`role_managed_elsewhere`, `last_admin`), 422.
pub(crate) async fn change(inbound: Inbound, id: &str) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "person.update").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: PersonPatch = inbound.json().await?;
    let role = input.role.as_deref().map(role_of_person).transpose()?;
    let change = PersonChange { role, status: input.status };
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let doc = People::of(&caller.workspace).change(id, &change, &by).await?;
    Ok(json_response(StatusCode::OK, doc))
}

/// `POST /api/people/{id}/sessions/end`.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn end_sessions(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "person.sessions_end").await?;
    inbound.query(&[])?;
    People::of(&caller.workspace).find(id).await?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    let ended = end_sessions_of(&caller.workspace, id, &by).await?;
    Ok(json_response(StatusCode::OK, json!({ "ended": ended }).to_string()))
}

/// The role that a person can be given. AGENT is a role of programs: only an identity provider gives it to people.
///
/// # Errors
/// [`Error::Invalid`].
pub(crate) fn role_of_person(text: &str) -> Result<Role> {
    let role = Role::parse(text).filter(|role| *role >= Role::Manager);
    role.ok_or_else(|| {
        let shown = nexus_printable::shortened(text);
        Error::invalid("/role", format!("must be ADMIN or MANAGER, but is {shown:?}"))
    })
}
