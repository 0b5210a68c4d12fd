//! The state of the deployment (`/api/health`, `/api/metrics`), the OpenAPI document, and the 404 of `/api`.
//!
//! This component must not show details of the deployment, except to an ADMIN or the holder of the tick
//! secret.
#![forbid(unsafe_code)]

mod health;
mod metrics;
mod openapi;

use nexus_common::http::{Inbound, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    match inbound.segments("/api").as_slice() {
        ["health"] => {
            inbound.require_get()?;
            health::show(&inbound).await
        }
        ["metrics"] => {
            inbound.require_get()?;
            metrics::show(&inbound).await
        }
        ["openapi.json"] => {
            inbound.require_get()?;
            openapi::show(&inbound)
        }
        _ => Err(Error::nothing_at(inbound.path())),
    }
}
