//! HTTP requests and responses: JSON in, JSON out, and problem documents for errors.
//!
//! This module must not decide what a caller may do (see `auth` and `access`), and must not touch storage.

mod accept_encoding;
mod cached;
mod client_address;
mod compressed;
mod cookie;
mod cross_origin;
mod front;
mod inbound;
mod json;
mod looped;
mod outbound;
mod page;
mod problem;
mod theme;
mod transport;
mod upgrade;

pub use accept_encoding::{AcceptEncoding, Coding};
pub use cached::unless_known;
pub use client_address::client_address;
pub use compressed::{large_json, large_json_unless_known};
#[cfg(test)]
pub(crate) use cookie::is_flow_cookie;
pub use cookie::value_of as cookie_value;
pub use cookie::{flow_cookie, new_flow_cookie, set_flow_cookie};
pub use cross_origin::open_to_pages;
pub use front::{authority, serve_clients};
pub(crate) use inbound::PASSED_ID;
pub use inbound::{Inbound, in_time, serve, serve_component, whole};
pub use looped::{LOOP, LOOP_ID};
pub(crate) use outbound::{
    ANSWERED, CALL, QUESTION, again_while_unavailable, answered, request_to,
};
pub use outbound::{forward, strip};
pub use page::{HtmlPage, escaped, page_policy};
pub use problem::{ERROR_CODE, Respond};
pub use theme::Theme;

use crate::platform::http::{Response, full};
pub use crate::request_id::RequestId;
use http::{HeaderValue, StatusCode, header};

/// A JSON response.
pub fn json_response(status: StatusCode, body: impl Into<bytes::Bytes>) -> Response {
    typed(status, "application/json", body)
}

/// A buffered response of `content_type`, with its `content-length`.
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

/// A response without a body.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(full(""));
    *response.status_mut() = status;
    response
}

/// Sets a header. A value that is not valid in a header is ignored.
pub fn set(response: &mut Response, name: http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
