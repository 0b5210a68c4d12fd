//! A response of the application.

use std::fmt;

use reqwest::StatusCode;
use serde_json::Value;

/// A response that was read to its end.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The headers.
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The body as text.
    pub(crate) text: String,
    /// The body, byte for byte.
    pub(crate) bytes: Vec<u8>,
}

impl fmt::Debug for Answer {
    /// The body comes before the headers, because it says why a request failed, and it is not repeated as bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Answer");
        fields.field("status", &self.status.as_u16()).field("text", &self.text);
        if self.text.as_bytes() != self.bytes {
            fields.field("bytes", &self.bytes);
        }
        fields.field("headers", &self.headers).finish()
    }
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A header as text. Empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks a problem document against RFC 9457 and the contract, and returns it.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{self:?}");
        assert_eq!(problem["status"], status, "{self:?}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{self:?}");
        for member in ["type", "title", "detail"] {
            assert!(!problem[member].as_str().unwrap().is_empty(), "{member}: {self:?}");
        }
        problem
    }
}
