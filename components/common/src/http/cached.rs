//! Responses that a client may cache and revalidate (RFC 9110, 13.1.2). This module must not let a shared
//! cache keep a response.

use http::{StatusCode, header};

use super::{Inbound, empty, set};
use crate::platform::http::Response;

/// Responds with 304 if the client has the content with this entity tag (weak comparison), and otherwise with
/// the response of `make`. Both have the tag.
///
/// # Errors
/// The errors of `make`.
pub fn unless_known<E>(
    inbound: &Inbound,
    tag: &str,
    make: impl FnOnce() -> Result<Response, E>,
) -> Result<Response, E> {
    let sent = inbound.header(&header::IF_NONE_MATCH).unwrap_or_default();
    let mut tags = sent.split(',').map(|one| one.trim().trim_start_matches("W/"));
    let mut response = match tags.any(|one| one == tag || one == "*") {
        true => empty(StatusCode::NOT_MODIFIED),
        false => make()?,
    };
    set(&mut response, header::ETAG, tag);
    set(&mut response, header::CACHE_CONTROL, "private, no-cache");
    Ok(response)
}
