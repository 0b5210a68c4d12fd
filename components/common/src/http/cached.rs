//! Answers that a client may keep and ask for again (RFC 9110, 13.1.2).

use http::{StatusCode, header};

use super::{Inbound, empty, set};
use crate::platform::http::Response;

/// Answers 304 where the client has what has this entity tag (compared weakly), else what `make`
/// makes; both with the tag.
///
/// # Errors
/// Those of `make`.
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
