//! The page at the end of a flow.
//!
//! The page must not have an inline script or style, or a text that is not escaped. It must not be framed or
//! cached, and its URL must not be sent in a `Referer`.

use http::{HeaderName, header};
use nexus_common::http::{set, typed};
use nexus_common::platform::http::Response;

use crate::finish::Outcome;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// The page for an outcome. Its script sends messages only to windows of `origin`.
pub(crate) fn show(outcome: &Outcome, origin: &str) -> Response {
    let detail = match outcome.detail.is_empty() {
        true => String::new(),
        false => format!("<p class=\"detail\">{}</p>", escape(&outcome.detail)),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/api/oauth/callback/done.css\">\
         <script src=\"/api/oauth/callback/done.js\" defer></script></head>\
         <body data-outcome=\"{outcome}\" data-integration-id=\"{id}\" data-origin=\"{origin}\">\
         <main><p class=\"mark\" aria-hidden=\"true\"></p><h1>{title}</h1><p>{advice}</p>{detail}\
         <p><a href=\"/\">Back to Integration Nexus</a></p></main></body></html>",
        title = escape(&outcome.title),
        outcome = outcome.outcome,
        id = escape(&outcome.integration_id),
        origin = escape(origin),
        advice = escape(&outcome.advice),
    );
    let mut response = typed(outcome.status, "text/html; charset=utf-8", page);
    set(&mut response, header::CONTENT_SECURITY_POLICY, POLICY);
    set(&mut response, header::X_FRAME_OPTIONS, "DENY");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    // The script needs access to the window that opened this one.
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    set(&mut response, opener, "unsafe-none");
    if !outcome.code.is_empty() {
        set(&mut response, HeaderName::from_static("x-nexus-error"), &outcome.code);
    }
    response
}

/// Escapes a text for the content of an element or for a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
