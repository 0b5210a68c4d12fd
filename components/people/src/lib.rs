//! `/api/people`, `/api/me`, `/api/sessions` and `/api/panic`: the people of a workspace, and emergency stops.
//!
//! This component must not sign anybody in, which `sign-in` does.
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
