//! `POST /api/manifests/draft`: a manifest made from what an MCP server says of its authorization. Nothing is saved.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{Discover, ServerAddress};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::wire::DraftIn;
use nexus_common::{Error, Result, access};

/// The maximum length of an address, in bytes.
const MAX: usize = 2048;

/// Makes the draft. It has the form of `POST /api/manifests`, which checks every rule.
///
/// # Errors
/// 401, 403, 422, 502 (`provider_error`, `egress_denied`).
pub(crate) async fn make(inbound: Inbound) -> Result<Response> {
    let caller = access::require(&inbound, Role::Admin, "manifest.draft").await?;
    drop(caller);
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let DraftIn { url } = inbound.json().await?;
    if url.len() > MAX {
        return Err(Error::invalid("/url", format!("must have at most {MAX} bytes")));
    }
    let broker = Client::new(Component::Catalog, &request_id);
    let draft = broker.call::<Discover>(&ServerAddress { url }).await?;
    Ok(json_response(StatusCode::OK, draft.to_string()))
}
