//! Watching: `GET /api/health`, `POST /api/integrations/{id}/check`, and the 404 of `/api`.
//!
//! It must not show details of the deployment to anybody but an ADMIN or the holder of the tick
//! secret.
#![forbid(unsafe_code)]

mod check;
mod health;

use http::Method;
use nexus_common::http::{Inbound, serve};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

/// What the contract has and this version does not.
const NOT_YET: [&str; 8] = [
    "/api/audit",
    "/api/tick",
    "/api/openapi.json",
    "/api/oauth/callback",
    "/api/proxy",
    "/mcp",
    "/.well-known/oauth-protected-resource",
    "/api/oauth-clients",
];

async fn handle(request: Incoming) -> Response {
    serve(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let path = inbound.path();
    if path == "/api/health" {
        return match *inbound.method() {
            Method::GET => health::show(&inbound).await,
            _ => Err(Error::MethodNotAllowed("GET")),
        };
    }
    match inbound.segments("/api/integrations").as_slice() {
        [id, "check"] if inbound.method() == Method::POST => return check::run(&inbound, id).await,
        [_, "events" | "usage"] => return not_yet(path),
        _ => {}
    }
    let below = |known: &&str| {
        path == *known || path.strip_prefix(*known).is_some_and(|rest| rest.starts_with('/'))
    };
    if NOT_YET.iter().any(below) {
        return not_yet(path);
    }
    Err(Error::NotFound(format!("there is nothing at {path}")))
}

fn not_yet(path: &str) -> Result<Response> {
    Err(Error::NotImplemented(format!("{path} is not there yet")))
}
