//! The page, its script and its style.
//!
//! A person who is not signed in sees the same page as any other, except for the theme. What it shows is in the part of the
//! address that a browser does not send, or in `return_to`. It must not be framed, and must not load anything from
//! elsewhere.

use http::{StatusCode, header};
use nexus_common::auth::Caller;
use nexus_common::http::{HtmlPage, Inbound, Theme, empty, escaped, set, typed};
use nexus_common::platform::http::Response;

use crate::return_to::ReturnTo;

const PAGE: HtmlPage = HtmlPage {
    loads: "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
    has_form: false,
    opener: Some("same-origin"),
};

/// `GET /sign-in`. A signed-in person gets to the page that `return_to` names at once.
pub(crate) async fn show(inbound: &Inbound) -> Response {
    if let Some(return_to) = return_to(inbound)
        // An error is shown where the person wanted to go, or by the sign-in.
        && let Ok(Some(_)) = Caller::of_page(inbound).await
    {
        return see_other(return_to.as_str());
    }
    let html = include_str!("page/page.html").replace("{theme}", Theme::of(inbound).attribute());
    PAGE.respond(StatusCode::OK, html)
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
pub(crate) fn failed(theme: Theme, status: StatusCode, title: &str, text: &str) -> Response {
    let html = include_str!("page/failed.html").replace("{theme}", theme.attribute());
    // A `{` could be the start of the other placeholder.
    let escape = |text: &str| escaped(text).replace('{', "&#123;");
    PAGE.respond(status, html.replace("{title}", &escape(title)).replace("{text}", &escape(text)))
}

/// `GET /sign-in/page.js`.
pub(crate) fn script() -> Response {
    typed(StatusCode::OK, "text/javascript; charset=utf-8", include_str!("page/page.js"))
}

/// `GET /sign-in/page.css`.
pub(crate) fn style() -> Response {
    typed(StatusCode::OK, "text/css; charset=utf-8", include_str!("page/page.css"))
}
