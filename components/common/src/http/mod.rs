//! HTTP as this application speaks it: JSON in, JSON out, problem documents for errors.
//!
//! It must not decide who may do what (see `auth`) nor touch storage.

mod cached;
mod cookie;
mod front;
mod inbound;
mod json;
mod looped;
mod outbound;
mod problem;
mod request_id;
mod transport;
mod upgrade;

pub use cached::unless_known;
#[cfg(test)]
pub(crate) use cookie::is_flow_cookie;
pub use cookie::{flow_cookie, new_flow_cookie, set_flow_cookie};
pub use front::{authority, serve_clients};
pub(crate) use inbound::PASSED_ID;
pub use inbound::{Inbound, in_time, serve, serve_component, whole};
pub use looped::{LOOP, LOOP_ID};
pub(crate) use outbound::{
    ANSWERED, CALL, QUESTION, again_while_unavailable, answered, request_to,
};
pub use outbound::{forward, strip};
pub use problem::Respond;
pub use request_id::RequestId;
#[cfg(test)]
pub(crate) use request_id::is_well_formed as is_request_id;

use crate::platform::http::{Response, full};
use http::{HeaderValue, StatusCode, header};

/// A JSON answer.
pub fn json_response(status: StatusCode, body: impl Into<bytes::Bytes>) -> Response {
    typed(status, "application/json", body)
}

/// A buffered answer of `content_type`, with its `content-length`.
pub fn typed(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<bytes::Bytes>,
) -> Response {
    let body = body.into();
    let length = body.len();
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(full(""));
    *response.status_mut() = status;
    response
}

/// Sets a header whose value was made by us; a value that is no header value is left out.
pub fn set(response: &mut Response, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
