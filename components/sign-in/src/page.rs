//! The page, its script and its style.
//!
//! The page is the same for everybody who is not signed in: what it shows is in the part of the address that a
//! browser does not send, or in `return_to`. It must not be framed, and must not load anything from elsewhere.

use http::{HeaderName, StatusCode, header};
use nexus_common::auth::Caller;
use nexus_common::http::{Inbound, empty, set, typed};
use nexus_common::platform::http::Response;

use crate::return_to::ReturnTo;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// `GET /sign-in`. Whoever is signed in goes on at once to the page that `return_to` names.
pub(crate) async fn show(inbound: &Inbound) -> Response {
    if let Some(return_to) = return_to(inbound)
        // An error is shown where the person wanted to go, or by the sign-in.
        && let Ok(Some(_)) = Caller::of_page(inbound).await
    {
        return see_other(return_to.as_str());
    }
    page(StatusCode::OK, include_str!("page/page.html").to_owned())
}

/// The only `return_to` in the query, if it is one.
fn return_to(inbound: &Inbound) -> Option<ReturnTo> {
    let query = inbound.any_query();
    let mut values = query.iter().filter(|(name, _)| name == "return_to").map(|(_, value)| value);
    let first = values.next()?;
    values.next().is_none().then(|| ReturnTo::parse(first)).flatten()
}

/// 303 to `url`.
pub(crate) fn see_other(url: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    set(&mut response, header::LOCATION, url);
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    response
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
