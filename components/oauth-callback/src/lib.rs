//! `GET /api/oauth/callback`: a browser comes back from a provider. `client.json` below it describes this application to
//! providers.
//!
//! This component must not consume a flow for a browser that did not begin it. A browser that has `state` but
//! not the cookie gets a page that says to start from the signed-in UI. The request needs no token, because
//! the flow stores who began it.
#![forbid(unsafe_code)]

mod client;
mod finish;
mod page;

use http::{Method, StatusCode, header};
use nexus_common::domain::manifest_id::is_own;
use nexus_common::http::{Inbound, Theme, serve_clients, set, typed};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component, config};

use finish::Outcome;

component!(handle);

/// The script that sends the outcome to the window that opened this one, and to our other windows.
const SCRIPT: &str = include_str!("done.js");
const STYLE: &str = include_str!("done.css");

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let segments = inbound.segments("/api/oauth/callback");
    if inbound.method() != Method::GET {
        return Err(Error::MethodNotAllowed("GET"));
    }
    let manifest_id = match segments.as_slice() {
        ["done.js"] => return Ok(asset("text/javascript; charset=utf-8", SCRIPT)),
        ["done.css"] => return Ok(asset("text/css; charset=utf-8", STYLE)),
        ["client.json"] => return client::document(None).await,
        [id, "client.json"] if is_own(id) => return client::document(Some(id)).await,
        [] => None,
        [id] if is_own(id) => Some(*id),
        _ => return Err(Error::nothing_at(inbound.path())),
    };
    let outcome = match finish::run(&inbound, manifest_id).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome::of(&error, &inbound.request_id, None),
    };
    let origin = config::public_url().await?;
    Ok(page::show(Theme::of(&inbound), &outcome, origin.as_str()))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let mut response = typed(StatusCode::OK, kind, text);
    set(&mut response, header::CACHE_CONTROL, "public, max-age=3600");
    response
}
