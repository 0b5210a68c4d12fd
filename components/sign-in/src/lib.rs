//! `/sign-in`: signs people in, by the identity provider, a passkey, an invitation, or a link from the machine.
//!
//! This component must not decide what a person may do. It has no secret of the application: `auth` verifies
//! what the identity provider and the machine sign.
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
