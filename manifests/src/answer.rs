//! How a provider's response to a request of the manifest is read: as JSON, whatever its content type is, and whether a
//! rate limit is reached. The broker and the tools read responses with it, so that a manifest that was tried works.
//!
//! This module must not decide what a response means. That is [`crate::verdict`].

use serde_json::Value;

/// The mark that some servers write before JSON (RFC 8259, 8.1: a reader may ignore it).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body without a byte order mark.
#[must_use]
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body)
}

/// The body as JSON, with any content type. If the content type is not JSON, only an object or a list counts, because a
/// page whose text is `404` is not JSON. `None` if the body is not JSON.
#[must_use]
pub fn json(content_type: &str, body: &[u8]) -> Option<Value> {
    let body = without_mark(body);
    let value: Value = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        // A message in Latin 1 must not make an error unreadable.
        Err(_) => serde_json::from_str(&String::from_utf8_lossy(body)),
    }
    .ok()?;
    let is_named = content_type.to_ascii_lowercase().contains("json");
    (is_named || value.is_object() || value.is_array()).then_some(value)
}

/// Whether the headers say that a rate limit is reached. `header` finds the value of a header by its name in small letters.
/// Some providers respond with 403 in that case, such as GitHub
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>).
#[must_use]
pub fn is_limited<'h>(header: impl Fn(&str) -> Option<&'h [u8]>) -> bool {
    header("retry-after").is_some()
        || header("x-ratelimit-remaining").is_some_and(|left| left == b"0")
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;

    #[test]
    fn json_is_read_with_any_content_type() {
        let body = br#"{"a":1}"#;
        for kind in ["application/json", "text/javascript", "text/plain", "text/html", "none"] {
            assert_eq!(json(kind, body), Some(value!({"a": 1})), "{kind}");
        }
        assert_eq!(json("", b"\xef\xbb\xbf {\"a\":1}\r\n"), Some(value!({"a": 1})));
        assert_eq!(json("", b"{\"a\":\"caf\xe9\"}"), Some(value!({"a": "caf\u{fffd}"})));
        for kind in ["application/json", "Application/Problem+JSON"] {
            assert_eq!(json(kind, b"true"), Some(value!(true)), "{kind}");
        }
        for page in [&b"404"[..], b"true", b"<html>{}</html>", b""] {
            assert!(json("text/html", page).is_none());
        }
    }

    #[test]
    fn two_headers_say_that_a_limit_is_reached() {
        let limited = |name: &str, value: &'static [u8]| {
            let name = name.to_owned();
            is_limited(move |wanted| (wanted == name).then_some(value))
        };
        assert!(limited("retry-after", b"3"));
        assert!(limited("retry-after", b"\xff"));
        assert!(limited("x-ratelimit-remaining", b"0"));
        assert!(!limited("x-ratelimit-remaining", b"10"));
        assert!(!limited("x-other", b"0"));
    }
}
