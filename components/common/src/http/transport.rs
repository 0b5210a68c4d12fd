//! Strict-Transport-Security (RFC 6797): after one visit by https, a browser uses only https for this host.
//! This module must not decide for subdomains.

use std::cell::Cell;

use http::{HeaderValue, header};

use crate::config;
use crate::platform::http::Response;

thread_local! {
    /// Whether clients reach the application by https, read once per instance from the configuration.
    static IS_HTTPS: Cell<Option<bool>> = const { Cell::new(None) };
}

/// One year, for this host only. The owner of its subdomains decides whether they use https.
const YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds the header to `response` if `public_url` is https. A component that no client can reach does not get
/// the variable.
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
