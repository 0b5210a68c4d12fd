//! `GET /api/integrations/{id}/choices`: what the integration can be connected to, as its provider lists it now.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{ListChoices, Stored};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::Integrations;
use nexus_common::{Result, access};
use serde_json::json;

/// Lists the choices.
///
/// # Errors
/// 401, 403, 404, 409 (`nothing_to_choose`), 422 (`nothing_found`, `credential_refused`), 502, 504.
pub(crate) async fn show(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.choices").await?;
    inbound.query(&[])?;
    let id = Integrations::of(&caller.workspace).find(id).await?.id;
    let stored = Stored::of(&caller, &id);
    let broker = Client::new(Component::Upkeep, &inbound.request_id);
    let choices = broker.call::<ListChoices>(&stored).await?;
    Ok(json_response(StatusCode::OK, json!(choices).to_string()))
}
