//! `/sign-in`: signs people in, by a passkey, the identity provider, an invitation or a link from the
//! machine.
//!
//! This component must not decide what a person may do. It has no secret of the application: `auth` verifies
//! what the machine, the identity provider and authenticators sign.
#![forbid(unsafe_code)]

mod invitation;
mod link;
mod oidc;
mod page;
mod passkey;
mod return_to;
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
            Ok(page::show(&inbound).await)
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
        ["passkey"] => {
            inbound.require_post()?;
            passkey::sign_in(inbound).await
        }
        ["passkey", "options"] => {
            inbound.require_post()?;
            passkey::options(inbound).await
        }
        ["options"] => {
            inbound.require_get()?;
            oidc::options(inbound).await
        }
        ["oidc"] => {
            inbound.require_post()?;
            oidc::begin(inbound).await
        }
        ["oidc", "callback"] => {
            inbound.require_get()?;
            oidc::callback(inbound).await
        }
        ["oidc", "sign-out"] => {
            inbound.require_get()?;
            oidc::sign_out(inbound).await
        }
        ["invitation", "show"] => {
            inbound.require_post()?;
            invitation::show(inbound).await
        }
        ["invitation"] => {
            inbound.require_post()?;
            invitation::accept(inbound).await
        }
        _ => Err(Error::nothing_at(inbound.path())),
    }
}
