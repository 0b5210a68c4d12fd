//! `/oauth`: the authorization server for programs that sign themselves in (OAuth 2.1), above all MCP clients.
//!
//! A person agrees to a program, which becomes an agent of that person (`connected_app`). A token of this server
//! is an agent's, and opens no path of an admin. This component must not see a provider's credential, and must
//! not give a program more than the person agreed to.
#![forbid(unsafe_code)]

mod answer;
mod apps;
mod authorize;
mod back;
mod client;
mod consent;
mod form;
mod metadata;
mod page;
mod person;
mod redirect;
mod register;
mod revoke;
mod scope;
mod token;

use http::Method;
use nexus_common::http::{Inbound, open_to_pages, serve_clients};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::{Error, Result, component};

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, route).await
}

async fn route(inbound: Inbound) -> Result<Response> {
    let path = inbound.path().to_owned();
    if let Some(rest) = path.strip_prefix("/.well-known/oauth-authorization-server") {
        let show = async |inbound| metadata::show(&inbound, rest).await;
        return Ok(open_to_pages(inbound, "GET", show).await);
    }
    match path.as_str() {
        "/oauth/authorize" => match *inbound.method() {
            Method::GET => authorize::show(&inbound).await,
            Method::POST => consent::decide(inbound).await,
            _ => Err(Error::MethodNotAllowed("GET, POST")),
        },
        "/oauth/page.css" => {
            inbound.require_get()?;
            Ok(page::style())
        }
        "/oauth/token" => Ok(open_to_pages(inbound, "POST", token::exchange).await),
        "/oauth/revoke" => Ok(open_to_pages(inbound, "POST", revoke::revoke).await),
        "/oauth/register" => Ok(open_to_pages(inbound, "POST", register::register).await),
        _ => match inbound.segments("/api/connected-apps").as_slice() {
            [] => {
                inbound.require_get()?;
                apps::list(&inbound).await
            }
            [id] => match *inbound.method() {
                Method::DELETE => apps::end(&inbound, id).await,
                _ => Err(Error::MethodNotAllowed("DELETE")),
            },
            _ => Err(Error::nothing_at(&path)),
        },
    }
}
