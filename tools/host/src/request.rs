//! The headers that Spin adds to a component's requests, and the host's own responses.
//!
//! Headers of these names from a client are neither removed nor replaced; they come first.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use http::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use wasmtime_wasi_http::WasiBody;

use crate::routes::{Match, chaining_host};

/// Removes headers by which a client could pretend to be a component, and headers of the transport.
pub(crate) fn strip<B>(request: &mut Request<B>) {
    let headers = request.headers_mut();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    if host.and_then(chaining_host).is_some() {
        headers.remove(HOST);
    }
    headers.remove(CONNECTION);
}

/// Makes the URI absolute. The authority comes from the URI or the `Host` header; if both have one, they must
/// match.
pub(crate) fn set_uri<B>(request: &mut Request<B>) -> Result<()> {
    let mut parts = request.uri().clone().into_parts();
    let host = match request.headers().get(HOST) {
        Some(host) => {
            let host = host.to_str().context("the `Host` header is not text")?;
            Some(host.parse::<Authority>().context("the `Host` header is not a valid authority")?)
        }
        None => None,
    };
    parts.authority = match (host, parts.authority) {
        (None, None) => bail!("the request has no `Host` header"),
        (Some(host), Some(authority)) if host != authority => {
            bail!("the `Host` header does not match the authority of the URI")
        }
        (host, authority) => authority.or(host),
    };
    parts.scheme = Some(Scheme::HTTP);
    *request.uri_mut() = Uri::from_parts(parts)?;
    Ok(())
}

/// Appends the headers that Spin appends.
pub(crate) fn add_headers(
    headers: &mut HeaderMap,
    uri: &Uri,
    matched: &Match,
    client: SocketAddr,
) -> Result<()> {
    for (name, value) in &*headers {
        std::str::from_utf8(value.as_bytes()).with_context(|| format!("{name} is not UTF-8"))?;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let full_url = HeaderValue::try_from(format!("http://{host}{path}"))?;
    let route = matched.raw_route.as_str();
    headers.append("spin-path-info", HeaderValue::try_from(&matched.path_info)?);
    headers.append("spin-full-url", full_url);
    headers.append("spin-matched-route", HeaderValue::try_from(&matched.based_route)?);
    headers.append("spin-base-path", HeaderValue::from_static("/"));
    headers.append("spin-raw-component-route", HeaderValue::from_str(route)?);
    let component_route = route.strip_suffix("/...").unwrap_or(route);
    headers.append("spin-component-route", HeaderValue::from_str(component_route)?);
    headers.append("spin-client-addr", HeaderValue::try_from(client.to_string())?);
    for (name, value) in &matched.named {
        let name = format!("spin-path-match-{}", name.to_ascii_lowercase().replace('_', "-"));
        // A wildcard whose name is not a valid header name is left out, as in Spin.
        if let Ok(name) = HeaderName::try_from(name) {
            headers.append(name, HeaderValue::from_str(value)?);
        }
    }
    Ok(())
}

/// A response of the host itself, with a text body.
pub(crate) fn answer(status: StatusCode, body: &'static str) -> Response<WasiBody> {
    let body = Full::from(body).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
