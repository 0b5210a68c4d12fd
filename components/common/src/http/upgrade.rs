//! Rejects requests for a WebSocket (RFC 6455, and RFC 8441 over HTTP/2).
//!
//! The runtime removes `Connection` and `Upgrade` from every request. A component sees a handshake as a plain
//! `GET` with headers that no other request has. If it were passed on, the provider's response would make no
//! sense to a WebSocket client. This module must not reject any other upgrade: a client that offers `h2c`
//! uses HTTP/1.1 if the server ignores the offer (RFC 9110, 7.8).

use http::{HeaderMap, HeaderName, header};

use crate::error::{Error, Result};

/// The headers of a handshake: both are in RFC 6455, 4.1, and the version is also in RFC 8441, 5.
const HANDSHAKE: [HeaderName; 2] = [header::SEC_WEBSOCKET_KEY, header::SEC_WEBSOCKET_VERSION];

/// Rejects a request that asks for a WebSocket.
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
    fn only_a_websocket_is_rejected() {
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
