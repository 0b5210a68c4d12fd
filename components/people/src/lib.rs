//! `/api/people`, `/api/me`, `/api/sessions` and `/api/panic`: the people of a workspace, their passkeys, and
//! emergency stops.
//!
//! This component must not sign anybody in, which `sign-in` does.
#![forbid(unsafe_code)]

mod invitations;
mod me;
mod panic;
mod passkeys;
mod people;

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
    let segments: Vec<String> = inbound.segments("/api").into_iter().map(str::to_owned).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["me"] => {
            inbound.require_get()?;
            me::show(&inbound).await
        }
        ["me", "passkeys"] => match method {
            Method::GET => passkeys::list(&inbound).await,
            Method::POST => passkeys::create(inbound).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        ["me", "passkeys", "options"] => {
            inbound.require_post()?;
            passkeys::options(&inbound).await
        }
        ["me", "passkeys", id] => match method {
            Method::PUT => passkeys::rename(inbound, id).await,
            Method::DELETE => passkeys::delete(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("PUT, DELETE")),
        },
        ["sessions", "end"] => {
            inbound.require_post()?;
            me::end_session(inbound).await
        }
        ["people"] => {
            inbound.require_get()?;
            people::list(&inbound).await
        }
        ["people", "invitations"] => match method {
            Method::GET => invitations::list(&inbound).await,
            Method::POST => invitations::create(inbound).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        ["people", "invitations", id] => match method {
            Method::DELETE => invitations::delete(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("DELETE")),
        },
        ["people", id] => match method {
            Method::PUT => people::change(inbound, id).await,
            _ => Err(Error::MethodNotAllowed("PUT")),
        },
        ["people", id, "passkeys"] => match method {
            Method::DELETE => passkeys::delete_all(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("DELETE")),
        },
        ["people", id, "sessions", "end"] => {
            inbound.require_post()?;
            people::end_sessions(&inbound, id).await
        }
        ["panic"] => match method {
            Method::GET => panic::list(&inbound).await,
            Method::POST => panic::create(inbound).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        ["panic", "preview"] => {
            inbound.require_get()?;
            panic::preview(&inbound).await
        }
        ["panic", id] => match method {
            Method::DELETE => panic::delete(&inbound, id).await,
            _ => Err(Error::MethodNotAllowed("DELETE")),
        },
        _ => Err(Error::nothing_at(inbound.path())),
    }
}
