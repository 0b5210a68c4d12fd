//! `/oauth`: the authorization server for programs that sign themselves in (OAuth 2.1), above all MCP clients.
//!
//! A token of this server is an agent's, and opens no path of an admin. This component must not see a provider's
//! credential.
#![forbid(unsafe_code)]

use nexus_common::http::{Inbound, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    Err(Error::NotFound(format!("there is nothing at {}", inbound.path())))
}
