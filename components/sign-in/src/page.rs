//! The page, its script and its style.
//!
//! The page is the same for everybody: what it shows is in the part of the address that a browser does not send.
//! It must not be framed, and must not load anything from elsewhere.

use http::{HeaderName, StatusCode, header};
use nexus_common::http::{set, typed};
use nexus_common::platform::http::Response;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// `GET /sign-in`.
pub(crate) fn html() -> Response {
    page(StatusCode::OK, include_str!("page/page.html").to_owned())
}

/// The page after a sign-in that failed. It has no script.
pub(crate) fn failed(status: StatusCode, title: &str, text: &str) -> Response {
    let html = include_str!("page/failed.html");
    page(status, html.replace("{title}", &escape(title)).replace("{text}", &escape(text)))
}

/// Escapes a text for the content of an element.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '{' => escaped.push_str("&#123;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn page(status: StatusCode, text: String) -> Response {
    let mut response = typed(status, "text/html; charset=utf-8", text);
    set(&mut response, header::CONTENT_SECURITY_POLICY, POLICY);
    set(&mut response, header::X_FRAME_OPTIONS, "DENY");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    set(&mut response, opener, "same-origin");
    response
}

/// `GET /sign-in/page.js`.
pub(crate) fn script() -> Response {
    typed(StatusCode::OK, "text/javascript; charset=utf-8", include_str!("page/page.js"))
}

/// `GET /sign-in/page.css`.
pub(crate) fn style() -> Response {
    typed(StatusCode::OK, "text/css; charset=utf-8", include_str!("page/page.css"))
}
