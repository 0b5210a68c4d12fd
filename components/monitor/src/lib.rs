//! Monitoring: health, checks, events and usage of an integration, the audit record, the tick, the OpenAPI
//! document, and the 404 of `/api`.
//!
//! This component must not show details of the deployment, except to an ADMIN or the holder of the tick
//! secret. It must not call a provider.
#![forbid(unsafe_code)]

mod audit;
mod check;
mod guesses;
mod health;
mod history;
mod openapi;
mod tick;

use http::Method;
use nexus_common::http::{Inbound, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let path = inbound.path();
    let get = inbound.method() == Method::GET;
    let post = inbound.method() == Method::POST;
    match inbound.segments("/api").as_slice() {
        ["health"] if get => return health::show(&inbound).await,
        ["openapi.json"] if get => return openapi::show(&inbound),
        ["audit"] if get => return audit::page(&inbound).await,
        ["audit", "head"] if get => return audit::head(&inbound).await,
        ["audit", "heads"] if get => return audit::heads(&inbound).await,
        ["tick"] if post => return tick::run(&inbound).await,
        ["integrations", id, "check"] if post => return check::run(&inbound, id).await,
        ["integrations", id, "events"] if get => return history::events(&inbound, id).await,
        ["integrations", id, "usage"] if get => return history::usage(&inbound, id).await,
        ["health"] | ["openapi.json"] | ["audit"] | ["audit", "head" | "heads"] => {
            return Err(Error::MethodNotAllowed("GET"));
        }
        ["tick"] => return Err(Error::MethodNotAllowed("POST")),
        _ => {}
    }
    Err(Error::NotFound(format!("there is nothing at {path}")))
}
