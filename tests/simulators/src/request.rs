//! A request that a simulator received, for the tests.

/// The maximum size of a recorded body. The rest of a longer body is counted only.
pub(crate) const BODY_KEPT: usize = 4 * 1024 * 1024;

/// A received request.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method in upper case, e.g. `POST`.
    pub method: String,
    /// The raw path, still percent-encoded.
    pub path: String,
    /// The raw query without its `?`. Empty if there is none.
    pub query: String,
    /// All header fields in order, with names in lower case. Bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body, its first 4 MiB.
    pub body: Vec<u8>,
    /// The length of the whole body in bytes.
    pub body_len: u64,
}

impl Request {
    /// The first header with this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON. `null` if it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The first query parameter with this name, not decoded.
    pub fn query_param(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The token of `Authorization: Bearer …`. The scheme is case-insensitive (RFC 9110, 11.1).
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The user and password of `Authorization: Basic …` (RFC 7617).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        use base64::Engine as _;
        let (scheme, encoded) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }
}
