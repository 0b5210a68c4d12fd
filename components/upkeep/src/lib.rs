//! Upkeep of the stored data: the tick, the check of a connection, what a connection can be made to, and the head of the
//! audit record, which the broker compares with the record.
//!
//! This component must not open a ciphertext or call a provider. The broker does both.
#![forbid(unsafe_code)]

mod audit_head;
mod check;
mod choices;
mod tick;

use nexus_common::http::{Inbound, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    match inbound.segments("/api").as_slice() {
        ["tick"] => {
            inbound.require_post()?;
            tick::run(&inbound).await
        }
        ["integrations", id, "check"] => {
            inbound.require_post()?;
            check::run(&inbound, id).await
        }
        ["integrations", id, "choices"] => {
            inbound.require_get()?;
            choices::show(&inbound, id).await
        }
        ["audit", "head"] => {
            inbound.require_get()?;
            audit_head::show(&inbound).await
        }
        _ => Err(Error::nothing_at(inbound.path())),
    }
}
