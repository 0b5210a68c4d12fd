//! The caller, and the end of the caller's own sessions.

use http::StatusCode;
use nexus_common::auth::{Caller, Role, clear_session_cookie, session_cookie, session_hash};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{
    People, RequestContext, end_session as end, end_sessions_of, shown_time,
};
use nexus_common::{Error, Result};
use serde::Deserialize;
use serde_json::json;

/// The caller. A stop of the whole workspace does not count for an ADMIN, who has to see that they may lift it.
async fn caller_of(inbound: &Inbound) -> Result<Caller> {
    match Caller::of(inbound).await {
        Err(stopped @ Error::Stopped(_)) => {
            let lifter = Caller::of_stopped_workspace(inbound).await?;
            if lifter.may(Role::Admin) { Ok(lifter) } else { Err(stopped) }
        }
        found => found,
    }
}

/// `GET /api/me`.
///
/// # Errors
/// 401, 403.
pub(crate) async fn show(inbound: &Inbound) -> Result<Response> {
    let caller = caller_of(inbound).await?;
    inbound.query(&[])?;
    let person = match caller.basis.person.as_deref() {
        Some(id) => People::of(&caller.workspace).find(id).await.ok(),
        None => None,
    };
    let expires_at = match i64::try_from(caller.expires_at) {
        Ok(seconds) => Some(shown_time(seconds).await?),
        // A key that does not expire.
        Err(_) => None,
    };
    let may = json!({
        "call": caller.may(Role::Agent),
        "manage_integrations": caller.may(Role::Manager),
        "manage_agents": caller.may(Role::Manager),
        "manage_people": caller.may(Role::Admin),
        "manage_oauth_clients": caller.may(Role::Admin),
        "manage_manifests": caller.may(Role::Admin),
        "read_audit": caller.may(Role::Admin),
        "stop": caller.may(Role::Admin),
    });
    let body = json!({
        "workspace": caller.workspace, "subject": caller.subject, "kind": caller.kind,
        "role": caller.role.map(Role::name), "agent": caller.agent_id(),
        "person": caller.basis.person, "name": person.map(|person| person.name), "via": caller.via,
        "expires_at": expires_at, "may": may,
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}

/// `POST /api/sessions/end`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndIn {
    /// Whether all sessions of the person end, and not only this one.
    #[serde(default)]
    all: bool,
}

/// Ends the caller's session, or all of them, and deletes the cookie.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn end_session(inbound: Inbound) -> Result<Response> {
    let caller = Caller::of(&inbound).await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let cookie = session_cookie(&inbound).await?;
    let EndIn { all } = inbound.json().await?;
    let own = match cookie {
        Some(cookie) => u32::from(end(session_hash(&cookie)).await?),
        None => 0,
    };
    let others = match (all, caller.basis.person.as_deref()) {
        (true, Some(person)) => {
            let by = RequestContext { caller: &caller, request_id: &request_id };
            end_sessions_of(&caller.workspace, person, &by).await?
        }
        (true, None) => {
            return Err(Error::invalid("/all", "the caller is not a person with sessions"));
        }
        (false, _) => 0,
    };
    let ended = usize::try_from(own).unwrap_or(0) + others;
    let mut response = json_response(StatusCode::OK, json!({ "ended": ended }).to_string());
    clear_session_cookie(&mut response).await?;
    Ok(response)
}
