//! Hands requests for an integration's own host (`https://{slug}--{workspace}.{proxy_domain}/…`) over to the
//! component `proxy`, whatever their path is.
//!
//! Spin chooses a component by the path alone, so each component with a route has to check the host. This
//! module must look at the authority only, and must not decide anything else about the request.

use http::HeaderName;

use super::outbound::{hand_over, is_of};
use super::{Inbound, serve};
use crate::config::proxy_domain;
use crate::error::Result;
use crate::platform::http::{Incoming, Response};

/// The header that tells the proxy which authority the client used.
const AT: HeaderName = HeaderName::from_static("x-nexus-at");
const PROXY: &str = "proxy";

/// Handles a client's request with `act`. If it was sent to an integration's own host, the proxy handles it
/// instead.
pub async fn serve_clients<F>(request: Incoming, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    // A malformed domain matches no host. The health check reports it.
    match (authority, proxy_domain().await) {
        (Some(at), Ok(Some(domain))) if domain.integration(&at).is_some() => {
            serve(request, |inbound| hand_over(inbound, PROXY, (AT, at))).await
        }
        _ => serve(request, act).await,
    }
}

/// The authority that the client used. If another component handed the request over, its header has the
/// authority.
pub fn authority(inbound: &Inbound) -> Option<&str> {
    let own = inbound.authority();
    match own.is_some_and(|own| is_of(own, PROXY)) {
        true => inbound.header(&AT),
        false => own,
    }
}
