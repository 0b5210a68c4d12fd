//! Calls to another component of this application.

use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, Request, Uri};

use super::Inbound;
use super::inbound::{PASSED_ID, REQUEST_ID};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::http::{CallError, Response, boxed, pass, pass_untouched};

/// What each answer of a component of ours has, whatever it says.
pub(crate) const ANSWERED: HeaderName = HeaderName::from_static(REQUEST_ID);

/// The answer of `component`, where it is one. The runtime answers a bare 500 for a component that it has no
/// room for, and for one that failed.
///
/// # Errors
/// [`Error::Unavailable`].
pub(crate) fn answered<B>(
    component: &str,
    answer: std::result::Result<http::Response<B>, CallError>,
) -> Result<http::Response<B>> {
    let unavailable = |what: String| Error::Unavailable { detail: format!("{component}: {what}") };
    let answer = answer.map_err(|error| unavailable(error.to_string()))?;
    if answer.status().is_server_error() && !answer.headers().contains_key(ANSWERED) {
        return Err(unavailable(format!("the runtime answered {}", answer.status())));
    }
    Ok(answer)
}

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

/// For how long a component that gave no answer is asked again, in milliseconds: an attempt that took longer
/// was not short of room.
const LASTS_MS: u64 = 5_000;

/// The pauses before a component that gave no answer is asked again, in milliseconds: on average, because
/// those who come at once must not come back at once.
pub(crate) type Pauses = &'static [u64];
/// For a question, which changes nothing wherever it goes.
pub(crate) const QUESTION: Pauses = &[50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 500];
/// For a call of a provider, which may have been made by a component that failed afterwards.
pub(crate) const CALL: Pauses = &[300, 1_500];

/// Asks again while there is no answer: only for what may be asked twice.
///
/// # Errors
/// Those of `ask`; after the last attempt also [`Error::Unavailable`].
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

/// Passes `inbound` on to `component` unchanged, less hop-by-hop and `x-nexus-*` headers (those of
/// Spin did not come this far).
///
/// The component that acts asks whom the token proves: nothing is vouched for here.
///
/// # Errors
/// [`Error::Unavailable`] where the component does not answer.
pub async fn forward(inbound: Inbound, component: &str) -> Result<Response> {
    let (mut request, request_id) = inbound.into_request();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = uri_of(component, path)?;
    strip(request.headers_mut(), |name| name.starts_with("x-nexus-"));
    if let Ok(id) = request_id.passed_on().parse() {
        request.headers_mut().insert(PASSED_ID, id);
    }
    let mut response = answered(component, pass(request.map(boxed)).await)?;
    strip(response.headers_mut(), |_| false);
    Ok(response)
}

/// Has `component` answer `inbound` as it is, with `header` beside those of the client; the answer is handed
/// back as it is.
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
    answered(component, pass_untouched(request.map(boxed), [ANSWERED]).await)
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
