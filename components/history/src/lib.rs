//! The events, the usage, the calls and the receipts of an integration, the usage and the calls of a workspace, and its
//! audit record.
//!
//! This component only reads, and has no secret. It forwards requests that need the broker to `upkeep`. It
//! must not show the history of another workspace.
#![forbid(unsafe_code)]

mod audit;
mod calls;
mod integration;
mod usage;

use nexus_common::http::{Inbound, forward, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::rpc::Component;
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    match inbound.segments("/api").as_slice() {
        ["audit"] => {
            inbound.require_get()?;
            audit::page(&inbound).await
        }
        ["audit", "heads"] => {
            inbound.require_get()?;
            audit::heads(&inbound).await
        }
        ["audit", "head"] => {
            inbound.require_get()?;
            forward(inbound, Component::Upkeep.name()).await
        }
        ["usage"] => {
            inbound.require_get()?;
            usage::page(&inbound).await
        }
        ["calls"] => {
            inbound.require_get()?;
            calls::of_workspace(&inbound).await
        }
        ["integrations", id, "calls"] => {
            inbound.require_get()?;
            calls::of_integration(&inbound, id).await
        }
        ["integrations", id, "events"] => {
            inbound.require_get()?;
            integration::events(&inbound, id).await
        }
        ["integrations", id, "receipts"] => {
            inbound.require_get()?;
            integration::receipts(&inbound, id).await
        }
        ["integrations", id, "usage"] => {
            inbound.require_get()?;
            integration::usage(&inbound, id).await
        }
        _ => Err(Error::nothing_at(inbound.path())),
    }
}
