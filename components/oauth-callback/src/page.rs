//! The page at the end of a flow.
//!
//! The page must not have an inline script or style, or a text that is not escaped. It must not be framed or
//! cached, and its URL must not be sent in a `Referer`.

use http::HeaderName;
use nexus_common::http::{ERROR_CODE, HtmlPage, Theme, escaped, set};
use nexus_common::platform::http::Response;

use crate::finish::Outcome;

/// The script needs access to the window that opened this one.
const PAGE: HtmlPage = HtmlPage {
    loads: "script-src 'self'; style-src 'self'",
    has_form: false,
    opener: Some("unsafe-none"),
};

/// The page for an outcome. Its script sends messages only to windows of `origin`.
pub(crate) fn show(theme: Theme, outcome: &Outcome, origin: &str) -> Response {
    let detail = match outcome.detail.is_empty() {
        true => String::new(),
        false => format!("<p class=\"detail\">{}</p>", escaped(&outcome.detail)),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/api/oauth/callback/done.css\">\
         <script src=\"/api/oauth/callback/done.js\" defer></script></head>\
         <body data-outcome=\"{outcome}\" data-integration-id=\"{id}\" data-origin=\"{origin}\">\
         <main><p class=\"mark\" aria-hidden=\"true\"></p><h1>{title}</h1><p>{advice}</p>{detail}\
         <p><a href=\"/\">Back to Integration Nexus</a></p></main></body></html>",
        theme = theme.attribute(),
        title = escaped(&outcome.title),
        outcome = outcome.outcome,
        id = escaped(&outcome.integration_id),
        origin = escaped(origin),
        advice = escaped(&outcome.advice),
    );
    let mut response = PAGE.respond(outcome.status, page);
    if !outcome.code.is_empty() {
        set(&mut response, HeaderName::from_static(ERROR_CODE), &outcome.code);
    }
    response
}
