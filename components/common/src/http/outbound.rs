//! Calls to another component of this application.

use http::{HeaderMap, HeaderName, Method, Request, Uri};

use super::Inbound;
use super::inbound::PASSED_ID;
use super::problem::Respond;
use crate::error::{Error, Result};
use crate::platform::http::{Response, boxed, pass, pass_untouched};

/// Headers that concern one connection only (RFC 9110, 7.6.1); the runtime refuses them outright.
fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "host"
    )
}

/// A request to `component`; `path` may have a query.
///
/// # Errors
/// [`Error::Invalid`] where the path is none.
pub(crate) fn request_to<B>(
    component: &str,
    method: Method,
    path: &str,
    body: B,
) -> Result<Request<B>> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri_of(component, path)?;
    Ok(request)
}

/// Whether `authority` is that of `component`, which a client cannot name.
pub(super) fn is_of(authority: &str, component: &str) -> bool {
    authority.strip_suffix(".spin.internal") == Some(component)
}

fn uri_of(component: &str, path: &str) -> Result<Uri> {
    Uri::try_from(format!("http://{component}.spin.internal{path}"))
        .map_err(|error| Error::invalid("", format!("the path or query is no URI: {error}")))
}

/// Passes `inbound` on to `component` unchanged, less hop-by-hop and `x-nexus-*` headers (those of
/// Spin did not come this far).
///
/// The component that acts asks whom the token proves: nothing is vouched for here.
///
/// # Errors
/// [`Error::Internal`] where the component does not answer.
pub async fn forward(inbound: Inbound, component: &str) -> Result<Response> {
    let (mut request, request_id) = inbound.into_request();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = uri_of(component, path)?;
    strip(request.headers_mut(), |name| name.starts_with("x-nexus-"));
    if let Ok(id) = request_id.passed_on().parse() {
        request.headers_mut().insert(PASSED_ID, id);
    }
    let mut response = pass(request.map(boxed))
        .await
        .map_err(|error| Error::Internal(format!("component {component}: {error}")))?;
    if response.status().is_server_error() && response.headers().get("content-type").is_none() {
        let fault =
            Error::Internal(format!("component {component} answered {}", response.status()));
        return Ok(fault.respond(&request_id));
    }
    strip(response.headers_mut(), |_| false);
    Ok(response)
}

/// Has `component` answer `inbound` as it is, with `header` beside those of the client; the answer is handed back
/// as it is.
///
/// # Errors
/// As [`forward`].
pub(super) async fn hand_over(
    inbound: Inbound,
    component: &str,
    (name, value): (HeaderName, String),
) -> Result<Response> {
    let method = inbound.sent_method().clone();
    let (mut request, _) = inbound.into_request();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = uri_of(component, path)?;
    *request.method_mut() = method;
    strip(request.headers_mut(), |_| false);
    if let Ok(value) = value.parse() {
        request.headers_mut().insert(name, value);
    }
    pass_untouched(request.map(boxed))
        .await
        .map_err(|error| Error::Internal(format!("component {component}: {error}")))
}

/// Removes the headers that concern one connection only, and those that `besides` names.
pub fn strip(headers: &mut HeaderMap, besides: impl Fn(&str) -> bool) {
    // What `Connection` lists concerns the connection as well.
    let listed: Vec<String> = headers
        .get_all(http::header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let goes = |name: &&HeaderName| {
        let text = name.as_str();
        is_hop_by_hop(text) || listed.iter().any(|listed| listed == text) || besides(text)
    };
    let gone: Vec<HeaderName> = headers.keys().filter(goes).cloned().collect();
    for name in gone {
        headers.remove(name);
    }
}
