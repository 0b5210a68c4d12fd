//! Detects a request that has already passed through this application (RFC 8586).
//!
//! The broker adds this application's mark to each request to a provider. If a request with the mark arrives,
//! at any route and under any host name, an integration calls the application itself. This module must not
//! rely on host names.

use http::{HeaderMap, HeaderName};

use crate::error::{Error, Result};

/// The header to which each proxy adds its mark, and which no proxy removes (RFC 8586, 2).
pub const LOOP: HeaderName = HeaderName::from_static("cdn-loop");
/// The mark of this application in the header.
pub const LOOP_ID: &str = "integration-nexus";

/// Rejects a request that has our mark.
///
/// # Errors
/// [`Error::LoopDetected`].
pub(super) fn ensure_not_looped(headers: &HeaderMap) -> Result<()> {
    let values = headers.get_all(LOOP).iter();
    let ids = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let mut ids = ids.map(|info| info.split(|byte| *byte == b';').next().unwrap_or_default());
    match ids.any(|id| id.trim_ascii().eq_ignore_ascii_case(LOOP_ID.as_bytes())) {
        true => Err(Error::LoopDetected),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_found_among_others() {
        for (values, looped) in [
            (&[][..], false),
            (&["cloudflare"], false),
            (&["integration-nexus-2"], false),
            (&["cloudflare; x=integration-nexus"], false),
            (&["integration-nexus"], true),
            (&["cloudflare, Integration-Nexus ;v=1"], true),
            (&["cloudflare", "fastly,integration-nexus"], true),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(LOOP, value.parse().unwrap());
            }
            assert_eq!(ensure_not_looped(&headers).is_err(), looped, "{values:?}");
        }
    }
}
