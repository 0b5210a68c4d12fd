//! The front doors: requests that clients send to an integration's own address
//! (`https://{slug}--{workspace}.{proxy_domain}/…`) are the proxy's, whatever their path is.
//!
//! Spin picks a component by the path alone, so each component with a route looks. It must not look at
//! anything but the authority, and decides nothing about the request.

use http::HeaderName;

use super::outbound::{hand_over, is_of};
use super::{Inbound, serve};
use crate::config::proxy_domain;
use crate::error::Result;
use crate::platform::http::{Incoming, Response};

/// The header in which a front door tells the proxy the authority that the client used.
const AT: HeaderName = HeaderName::from_static("x-nexus-at");
const PROXY: &str = "proxy";

/// Answers a request of clients by `act`, or has the proxy answer it where it is sent to an integration's own
/// address.
pub async fn serve_clients<F>(request: Incoming, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    // A malformed domain is told by health, and is nobody's address.
    match (authority, proxy_domain().await) {
        (Some(at), Ok(Some(domain))) if domain.integration(&at).is_some() => {
            serve(request, |inbound| hand_over(inbound, PROXY, (AT, at))).await
        }
        _ => serve(request, act).await,
    }
}

/// The authority that the client used: what a front door says of it, else the request's own.
pub fn authority(inbound: &Inbound) -> Option<&str> {
    let own = inbound.authority();
    match own.is_some_and(|own| is_of(own, PROXY)) {
        true => inbound.header(&AT),
        false => own,
    }
}
