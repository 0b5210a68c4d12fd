//! `POST /api/integrations/{id}/check`: makes the manifest's verify request now.

use http::{StatusCode, header};
use nexus_common::auth::Role;
use nexus_common::broker::{Check, Stored};
use nexus_common::http::{Inbound, json_response, set};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::store::Integrations;
use nexus_common::{Result, access};

/// Runs the check. The response is the integration with its new health.
///
/// # Errors
/// 401, 403, 404. If the provider is down, that is not an error here, but the health `failing`.
pub(crate) async fn run(inbound: &Inbound, id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "integration.check").await?;
    inbound.query(&[])?;
    let integrations = Integrations::of(&caller.workspace);
    let id = integrations.find(id).await?.id;
    let stored = Stored::of(&caller, &id);
    Client::new(Component::Upkeep, &inbound.request_id).call::<Check>(&stored).await?;
    let found = integrations.find(&id).await?;
    let mut response = json_response(StatusCode::OK, found.doc);
    set(&mut response, header::ETAG, &format!("\"{}\"", found.version));
    Ok(response)
}
