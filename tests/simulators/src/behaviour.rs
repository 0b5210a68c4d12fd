//! The ways in which a provider can fail, and their responses.
//!
//! A behaviour applies to every path and before any key is checked, as an outage does. It must not depend on
//! the provider.
//! does. It must not depend on the provider.

use bytes::Bytes;
use hyper::Response;

use crate::request::Request;
use crate::wire::{Body, dripping, finish, full, stopping};

/// How a simulator responds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// As the provider's documentation says.
    Ok,
    /// Connections are refused: the listener and every open connection are closed.
    Down,
    /// The request is read and recorded. There is no response until another behaviour is set.
    Hang,
    /// This status, with a short plain-text body.
    Status(u16),
    /// This status with this body and `content-type: application/json`: a response of the provider that does
    /// not depend on the request.
    Json(u16, String),
    /// This status with an HTML page, `content-type: text/html`: a proxy or login page in the way.
    HtmlInsteadOfJson(u16),
    /// 200 and valid JSON, labelled `text/plain`.
    WrongContentType,
    /// A `content-length` larger than what is sent, then the connection closes.
    TruncatedBody,
    /// 200 and a JSON body that never ends: a byte every 100 ms.
    Drip,
    /// 200 and a valid JSON string of this many bytes.
    Huge(usize),
    /// 302 with this `location`.
    Redirect(String),
    /// 401 whose body and `x-received-authorization` header echo the credential that was sent
    /// (the `authorization` header and the query string).
    EchoSecret,
    /// 200, `application/json`, and a body that does not parse.
    InvalidJson,
}

impl Behaviour {
    /// The response to `request`. `None` if the provider itself responds, or if nothing does.
    pub(crate) fn answer(&self, request: &Request) -> Option<Response<Body>> {
        let response = match self {
            Self::Ok | Self::Down | Self::Hang => return None,
            Self::Status(status) => text(*status, "text/plain", "something went wrong here\n"),
            Self::Json(status, body) => finish(
                Response::builder().status(*status).header("content-type", "application/json"),
                full(body.clone()),
            ),
            Self::HtmlInsteadOfJson(status) => text(
                *status,
                "text/html; charset=utf-8",
                "<!doctype html><title>Just a moment</title><p>Checking your browser.</p>\n",
            ),
            Self::WrongContentType => text(200, "text/plain", r#"{"ok":true,"id":"1"}"#),
            Self::TruncatedBody => truncated(),
            Self::Drip => drip(),
            Self::Huge(bytes) => huge(*bytes),
            Self::Redirect(to) => Response::builder()
                .status(302)
                .header("location", to)
                .body(full(Bytes::new()))
                .unwrap_or_else(|_| text(500, "text/plain", "that location is not a header value")),
            Self::EchoSecret => echo(request),
            Self::InvalidJson => text(200, "application/json", r#"{"ok":true,"id":"#),
        };
        Some(response)
    }
}

fn text(status: u16, content_type: &str, body: &'static str) -> Response<Body> {
    finish(
        Response::builder().status(status).header("content-type", content_type),
        full(Bytes::from_static(body.as_bytes())),
    )
}

fn truncated() -> Response<Body> {
    finish(
        Response::builder()
            .header("content-type", "application/json")
            .header("content-length", "4096"),
        stopping(Bytes::from_static(br#"{"ok":true,"#)),
    )
}

fn drip() -> Response<Body> {
    finish(
        Response::builder().header("content-type", "application/json"),
        dripping(Bytes::from_static(b"\"")),
    )
}

fn huge(bytes: usize) -> Response<Body> {
    let mut body = Vec::with_capacity(bytes.max(2));
    body.push(b'"');
    body.resize(bytes.max(2) - 1, b'x');
    body.push(b'"');
    finish(Response::builder().header("content-type", "application/json"), full(body))
}

fn echo(request: &Request) -> Response<Body> {
    let sent = request.header("authorization").unwrap_or("");
    let body = serde_json::json!({"error": {
        "message": format!("not authorized: {sent} ({}?{})", request.path, request.query),
        "authorization": sent,
    }});
    finish(
        Response::builder()
            .status(401)
            .header("content-type", "application/json")
            .header("x-received-authorization", sent),
        full(body.to_string()),
    )
}
