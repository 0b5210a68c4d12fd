//! `/sign-in`: signs people in, by an invitation or a link from the machine.
//!
//! This component must not decide what a person may do. It has no secret of the application: `auth` verifies
//! what the machine signs.
#![forbid(unsafe_code)]

mod invitation;
mod link;
mod page;
mod session;

use nexus_common::http::{Inbound, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    match inbound.segments("/sign-in").as_slice() {
        [] => {
            inbound.require_get()?;
            Ok(page::html())
        }
        ["page.js"] => {
            inbound.require_get()?;
            Ok(page::script())
        }
        ["page.css"] => {
            inbound.require_get()?;
            Ok(page::style())
        }
        ["link"] => {
            inbound.require_post()?;
            link::sign_in(inbound).await
        }
        ["invitation", "show"] => {
            inbound.require_post()?;
            invitation::show(inbound).await
        }
        ["invitation"] => {
            inbound.require_post()?;
            invitation::accept(inbound).await
        }
        _ => Err(Error::NotFound(format!("there is nothing at {}", inbound.path()))),
    }
}
