//! CORS (<https://fetch.spec.whatwg.org/#http-cors-protocol>) for the few paths that pages of every origin may use,
//! because MCP clients run in browsers too.
//!
//! No path that takes a cookie may be opened to them.

use http::{HeaderName, Method, StatusCode, header};

use super::{Inbound, Respond, empty, set};
use crate::error::{Error, Result};
use crate::platform::http::Response;

/// The header of a preflight request.
const ASKED_METHOD: HeaderName = HeaderName::from_static("access-control-request-method");

/// Answers a request of `method` that pages of every origin may send, because it takes no cookie. An error becomes
/// a response here, because it needs the headers too.
pub async fn open_to_pages<F>(
    inbound: Inbound,
    method: &'static str,
    act: impl FnOnce(Inbound) -> F,
) -> Response
where
    F: Future<Output = Result<Response>>,
{
    let request_id = inbound.request_id.clone();
    let is_preflight =
        inbound.method() == Method::OPTIONS && inbound.headers().contains_key(ASKED_METHOD);
    let answered = match () {
        () if is_preflight => Ok(preflight(method)),
        () if inbound.method().as_str() == method => act(inbound).await,
        () => Err(Error::MethodNotAllowed(method)),
    };
    let mut response = answered.unwrap_or_else(|error| error.respond(&request_id));
    set(&mut response, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response
}

fn preflight(method: &str) -> Response {
    let mut response = empty(StatusCode::NO_CONTENT);
    set(&mut response, header::ACCESS_CONTROL_ALLOW_METHODS, method);
    let headers = "authorization, content-type, mcp-protocol-version";
    set(&mut response, header::ACCESS_CONTROL_ALLOW_HEADERS, headers);
    set(&mut response, header::ACCESS_CONTROL_MAX_AGE, "86400");
    response
}
