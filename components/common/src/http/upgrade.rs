//! A request that asks for a WebSocket (RFC 6455; over HTTP/2 RFC 8441).
//!
//! The runtime takes `Connection` and `Upgrade` out of every request, so that what a component sees of a
//! handshake is a plain `GET` with the headers that no other request has. Passed on as such it would be
//! answered by the provider with something that no client of a WebSocket understands. It must not refuse any
//! other upgrade: whoever offers `h2c` speaks HTTP/1.1 where nobody takes it up (RFC 9110, 7.8).

use http::{HeaderMap, HeaderName, header};

use crate::error::{Error, Result};

/// What a handshake has: both in RFC 6455, 4.1, the version also in RFC 8441, 5.
const HANDSHAKE: [HeaderName; 2] = [header::SEC_WEBSOCKET_KEY, header::SEC_WEBSOCKET_VERSION];

/// Refuses a request that asks for a WebSocket.
///
/// # Errors
/// [`Error::UpgradeUnsupported`].
pub(super) fn ensure_no_upgrade(headers: &HeaderMap) -> Result<()> {
    let values = headers.get_all(header::UPGRADE).iter();
    let mut protocols = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let is_named = protocols.any(|name| name.trim_ascii().eq_ignore_ascii_case(b"websocket"));
    match is_named || HANDSHAKE.iter().any(|name| headers.contains_key(name)) {
        true => Err(Error::UpgradeUnsupported),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_websocket_is_refused() {
        for (sent, refused) in [
            (&[][..], false),
            (&[("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")], true),
            (&[("sec-websocket-version", "13")], true),
            (&[("upgrade", "WebSocket")], true),
            (&[("upgrade", "h2c, websocket")], true),
            (&[("upgrade", "h2c"), ("http2-settings", "AAMAAABkAAQAAP__")], false),
            (&[("upgrade", "websockets")], false),
            (&[("x-websocket-key", "a")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in sent {
                headers.append(*name, value.parse().unwrap());
            }
            assert_eq!(ensure_no_upgrade(&headers).is_err(), refused, "{sent:?}");
        }
    }
}
