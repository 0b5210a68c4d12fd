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
    let mut response =
        typed(StatusCode::OK, "text/html; charset=utf-8", include_str!("page/page.html"));
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
