//! Strict-Transport-Security (RFC 6797): a browser that has been here by https comes back by nothing else.

use std::cell::Cell;

use http::{HeaderValue, header};

use crate::config;
use crate::platform::http::Response;

thread_local! {
    /// Whether clients reach the application by https; configuration, read once per instance.
    static IS_HTTPS: Cell<Option<bool>> = const { Cell::new(None) };
}

/// A year, for this host alone: whether its subdomains speak https is for their owner to say.
const YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Puts the header into `response` where `public_url` is https. A component that no client reaches is not
/// given the variable.
pub(super) async fn secure(response: &mut Response) {
    let is_https = match IS_HTTPS.get() {
        Some(known) => known,
        None => {
            let found =
                config::public_url().await.is_ok_and(|url| url.as_str().starts_with("https:"));
            IS_HTTPS.set(Some(found));
            found
        }
    };
    if is_https {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, YEAR);
    }
}
