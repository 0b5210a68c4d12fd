//! `/api/agents`: the agents of a workspace, their keys, and what each may call.
//!
//! A key is in the answer that makes it, and nowhere else. This component must not verify a key, which `auth`
//! does.
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
