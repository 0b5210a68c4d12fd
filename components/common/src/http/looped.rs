//! A request that has come through this application before (RFC 8586).
//!
//! What the broker sends to a provider bears this application's mark. Where such a request comes in
//! again, at whatever door and under whatever name, an integration calls the application itself.

use http::{HeaderMap, HeaderName};

use crate::error::{Error, Result};

/// The header that proxies leave as it is and add to (RFC 8586, 2).
pub const LOOP: HeaderName = HeaderName::from_static("cdn-loop");
/// Our mark in it.
pub const LOOP_ID: &str = "integration-nexus";

/// Refuses a request that bears our mark.
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
    fn our_mark_is_found_among_others() {
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
