//! The headers of pages for people: a page loads nothing from elsewhere, has no inline script or style, and is not
//! framed or cached.
//!
//! A page must not have a text that is not [`escaped`].

use http::{HeaderName, StatusCode, header};

use super::{set, typed};
use crate::platform::http::Response;

/// The data of a page beside its text.
pub struct HtmlPage {
    /// The directives for what the page loads from this application: `style-src 'self'`.
    pub loads: &'static str,
    /// Whether the page has a form that it sends to this application.
    pub has_form: bool,
    /// The `cross-origin-opener-policy`. `None`: the page is not separated from the window that opened it.
    pub opener: Option<&'static str>,
}

impl HtmlPage {
    /// The page with `html`.
    #[must_use]
    pub fn respond(&self, status: StatusCode, html: String) -> Response {
        let Self { loads, has_form, opener } = *self;
        let mut response = typed(status, "text/html; charset=utf-8", html);
        let policy = page_policy(loads, has_form, "'none'");
        set(&mut response, header::CONTENT_SECURITY_POLICY, &policy);
        set(&mut response, header::X_FRAME_OPTIONS, "DENY");
        // With `no-referrer`, a form would be sent with the origin `null`.
        let referrer = if has_form { "same-origin" } else { "no-referrer" };
        set(&mut response, header::REFERRER_POLICY, referrer);
        if let Some(opener) = opener {
            set(&mut response, HeaderName::from_static("cross-origin-opener-policy"), opener);
        }
        response
    }
}

/// The `content-security-policy` of a page that `loads` only from this application, and that only `ancestors` (a
/// CSP source list) may frame.
///
/// A page with a form has no `form-action`: browsers apply it to the redirects after the form too, and the answer
/// to a form may send the browser on to any place.
#[must_use]
pub fn page_policy(loads: &str, has_form: bool, ancestors: &str) -> String {
    let form = if has_form { "" } else { "form-action 'none'; " };
    format!(
        "default-src 'none'; {loads}; base-uri 'none'; {form}frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Escapes a text for the content of an element or for a quoted attribute.
#[must_use]
pub fn escaped(text: &str) -> String {
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
