//! Calls to another component of this application. This module must not call a provider, and must not verify
//! a token.

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, Request, Uri};

use super::Inbound;
use super::inbound::{PASSED_ID, REQUEST_ID};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::http::{CallError, PEER, Response, boxed, pass, pass_untouched};

/// A header that every response of a component has.
pub(crate) const ANSWERED: HeaderName = HeaderName::from_static(REQUEST_ID);

/// The response of `component`. If the runtime has no capacity for the component, or if the component failed,
/// the runtime itself responds with a bare 500, which is an error here.
///
/// # Errors
/// [`Error::Unavailable`].
pub(crate) fn answered<B>(
    component: &str,
    answer: std::result::Result<http::Response<B>, CallError>,
) -> Result<http::Response<B>> {
    let unavailable =
        |reason: String| Error::Unavailable { detail: format!("{component}: {reason}") };
    let answer = answer.map_err(|error| unavailable(error.to_string()))?;
    if answer.status().is_server_error() && !answer.headers().contains_key(ANSWERED) {
        return Err(unavailable(format!("the runtime responded {}", answer.status())));
    }
    Ok(answer)
}

/// Headers that concern one connection only (RFC 9110, 7.6.1). The runtime does not accept them in a request.
fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "http2-settings"
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

/// A request to `component`. `path` may have a query.
///
/// # Errors
/// [`Error::Invalid`] if the path is malformed.
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

/// Whether `authority` is the internal one of `component`. A client cannot use it.
pub(super) fn is_of(authority: &str, component: &str) -> bool {
    authority.strip_suffix(".spin.internal") == Some(component)
}

fn uri_of(component: &str, path: &str) -> Result<Uri> {
    Uri::try_from(format!("http://{component}.spin.internal{path}"))
        .map_err(|error| Error::invalid("", format!("the path or query is malformed: {error}")))
}

/// How long a component that did not respond is retried, in milliseconds. If an attempt took longer, missing
/// capacity was not the reason.
const LASTS_MS: u64 = 5_000;

/// The average pauses before the retries of a component that did not respond, in milliseconds. Each pause is
/// random, so that concurrent requests do not retry at the same time.
pub(crate) type Pauses = &'static [u64];
/// The pauses for a question, which changes nothing.
pub(crate) const QUESTION: Pauses = &[50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 500];
/// The pauses for a call of a provider. A component that failed may already have made the call.
pub(crate) const CALL: Pauses = &[300, 1_500];

/// Retries `ask` while the component does not respond. Use this only for requests that may be sent twice.
///
/// # Errors
/// The errors of `ask`, and [`Error::Unavailable`] after the last attempt.
pub(crate) async fn again_while_unavailable<T>(
    pauses: Pauses,
    mut ask: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let begun = clock::now_ms();
    for most in pauses {
        match ask().await {
            Err(Error::Unavailable { .. }) if clock::now_ms().saturating_sub(begun) < LASTS_MS => {}
            answer => return answer,
        }
        clock::sleep(Duration::from_millis(most / 2 + clock::random_u64() % most)).await;
    }
    ask().await
}

/// Passes `inbound` on to `component`, without hop-by-hop headers and `x-nexus-*` headers, but with the address
/// of the client. (Spin's own headers were removed earlier.)
///
/// This function does not verify the token. `component` must do so.
///
/// # Errors
/// [`Error::Unavailable`] if the component does not respond.
pub async fn forward(inbound: Inbound, component: &str) -> Result<Response> {
    let (mut request, request_id) = inbound.into_request();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = uri_of(component, path)?;
    strip(request.headers_mut(), |name| name.starts_with("x-nexus-") && PEER != name);
    if let Ok(id) = request_id.passed_on().parse() {
        request.headers_mut().insert(PASSED_ID, id);
    }
    let mut response = answered(component, pass(request.map(boxed)).await)?;
    strip(response.headers_mut(), |_| false);
    Ok(response)
}

/// Passes `inbound` on to `component` with one more header, and returns the response unchanged.
///
/// # Errors
/// The errors of [`forward`].
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
    answered(component, pass_untouched(request.map(boxed), [ANSWERED]).await)
}

/// Removes the headers that concern one connection only, and those for which `besides` is true.
pub fn strip(headers: &mut HeaderMap, besides: impl Fn(&str) -> bool) {
    // The headers that `Connection` lists concern one connection as well.
    let listed: Vec<String> = headers
        .get_all(http::header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let is_removed = |name: &&HeaderName| {
        let text = name.as_str();
        is_hop_by_hop(text) || listed.iter().any(|listed| listed == text) || besides(text)
    };
    let removed: Vec<HeaderName> = headers.keys().filter(is_removed).cloned().collect();
    for name in removed {
        headers.remove(name);
    }
}
