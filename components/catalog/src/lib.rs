//! The catalog: `/api/manifests` (the built-in manifests and the workspace's own) and the workspace's OAuth
//! apps.
//!
//! This component must not accept a manifest that breaks a rule of `nexus_manifests::lint`, or that names a
//! host that the egress guard rejects.
#![forbid(unsafe_code)]

mod clients;
mod draft;
mod findings;
mod own;
mod show;
mod suffix;

use http::Method;
use nexus_common::http::{Inbound, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let method = inbound.method().clone();
    if inbound.path().starts_with("/api/oauth-clients") {
        return clients::route(inbound).await;
    }
    let segments = inbound.segments("/api/manifests");
    match segments.as_slice() {
        [] => match method {
            Method::GET => show::list(&inbound).await,
            Method::POST => own::create(inbound).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        ["draft"] => match method {
            Method::POST => draft::make(inbound).await,
            _ => Err(Error::MethodNotAllowed("POST")),
        },
        [id] => match method {
            Method::GET => show::one(&inbound, id).await,
            Method::PUT => {
                let id = (*id).to_owned();
                own::replace(inbound, &id).await
            }
            Method::DELETE => own::delete(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("GET, PUT, DELETE")),
        },
        [id, "findings"] => match method {
            Method::GET => findings::list(&inbound, id).await,
            Method::DELETE => findings::clear(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("GET, DELETE")),
        },
        _ => Err(Error::nothing_at(inbound.path())),
    }
}
