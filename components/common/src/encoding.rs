//! Base64, as it stands in the JSON between components.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `bytes` in base64 (RFC 4648, 4).
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of `text`; `None` where it is not base64.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
