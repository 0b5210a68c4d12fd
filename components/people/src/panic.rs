//! `/api/panic`: emergency stops. From the response on, nothing in scope is used or signed in.
//!
//! A stop of the whole workspace does not stop these calls for an ADMIN, who could not lift it otherwise.

use http::StatusCode;
use nexus_common::auth::{Caller, Role};
use nexus_common::domain::StopScope;
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{NewStop, RequestContext, Stops};
use nexus_common::{Error, Result, access, id};
use nexus_printable::{RULE, is_printable};
use serde::Deserialize;

/// `POST /api/panic`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StopIn {
    /// The scope of the stop.
    scope: StopScope,
    /// The agent, person, integration or manifest. Missing for the workspace.
    #[serde(default)]
    id: Option<String>,
    /// Why, for people: 1–200 printable characters.
    reason: String,
}

/// The caller, an ADMIN, even if the workspace is stopped.
async fn require_admin(inbound: &Inbound, action: &str) -> Result<Caller> {
    let caller = Caller::of_stopped_workspace(inbound).await?;
    access::permit(&caller, Role::Admin, (action, None), &inbound.request_id)?;
    Ok(caller)
}

/// `GET /api/panic`.
///
/// # Errors
/// 401, 403.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let caller = require_admin(inbound, "panic.list").await?;
    inbound.query(&[])?;
    Ok(json_response(StatusCode::OK, Stops::of(&caller.workspace).all().await?))
}

/// `GET /api/panic/preview?scope=…&id=…`: what a stop would cover.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn preview(inbound: &Inbound) -> Result<Response> {
    let caller = require_admin(inbound, "panic.list").await?;
    let (mut scope, mut target) = (None, None);
    for (name, value) in inbound.query(&["scope", "id"])? {
        match name.as_str() {
            "scope" => scope = Some(scope_of(&value)?),
            _ => target = Some(value),
        }
    }
    let scope = scope.ok_or_else(|| Error::invalid("?scope", "is missing"))?;
    let target = require_target(scope, target, "?id")?;
    let counted = Stops::of(&caller.workspace).preview(scope, target.as_deref()).await?;
    Ok(json_response(StatusCode::OK, counted))
}

/// `POST /api/panic`.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn create(inbound: Inbound) -> Result<Response> {
    let caller = require_admin(&inbound, "panic.stop").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let StopIn { scope, id: target, reason } = inbound.json().await?;
    let reason = reason.trim();
    if !(1..=200).contains(&reason.chars().count()) || !is_printable(reason) {
        return Err(Error::invalid(
            "/reason",
            format!("must have 1 to 200 characters, and {RULE}"),
        ));
    }
    let target = require_target(scope, target, "/id")?;
    let stops = Stops::of(&caller.workspace);
    let target = stops.resolve(scope, target.as_deref()).await?;
    let stop_id = id::stop(clock::now_ms());
    let new = NewStop { id: &stop_id, scope, target: target.as_deref(), reason };
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let doc = stops.insert(&new, &by).await?;
    Ok(json_response(StatusCode::CREATED, doc))
}

/// `DELETE /api/panic/{id}`.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = require_admin(inbound, "panic.lift").await?;
    inbound.query(&[])?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Stops::of(&caller.workspace).delete(id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn scope_of(text: &str) -> Result<StopScope> {
    StopScope::from_word(text).ok_or_else(|| {
        let known = StopScope::WORDS.join(", ");
        Error::invalid("?scope", format!("must be one of {known}, but is {text:?}"))
    })
}

/// The target, which every scope has but the workspace.
fn require_target(scope: StopScope, id: Option<String>, pointer: &str) -> Result<Option<String>> {
    match (scope, id) {
        (StopScope::Workspace, Some(_)) => {
            Err(Error::invalid(pointer, "must be missing: the workspace is the caller's"))
        }
        (StopScope::Workspace, None) => Ok(None),
        (_, Some(id)) => Ok(Some(id)),
        (_, None) => Err(Error::invalid(pointer, format!("must name the {scope}"))),
    }
}
