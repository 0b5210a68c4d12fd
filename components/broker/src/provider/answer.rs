//! Reads a provider's response to a request of the broker's own. Providers send JSON with any content type,
//! after a byte order mark, or compressed although the request did not allow it.
//!
//! Token, revocation and verify requests use this module. It must not decide what a response means.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use nexus_common::platform::http::{CallError, Response, collect};
use nexus_manifests::answer::{is_limited, json, without_mark};
use serde_json::{Map, Value};

use crate::provider::FORM;
use crate::provider::coding;
use crate::provider::screen::Screen;

/// The maximum size of a response body, in bytes, after decoding.
const MAX_ANSWER: usize = 1024 * 1024;
/// The maximum length of a body that is kept if it is neither JSON nor a form, in bytes.
const MAX_TEXT: usize = 1024;
/// The maximum number of members of a form that are read.
const MAX_MEMBERS: usize = 200;

/// A provider's response.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The body as JSON. `None` if it is not JSON.
    pub(crate) json: Option<Value>,
    /// The body as an object of texts, if it is form-encoded.
    pub(crate) form: Option<Value>,
    /// The body as text, if it is short and neither JSON nor a form.
    pub(crate) text: Option<String>,
    /// Whether the headers say that a rate limit is reached.
    pub(crate) is_limited: bool,
    /// The content type, for error messages.
    pub(crate) content_type: String,
    /// The screen for every text that leaves the broker.
    pub(crate) screen: Screen,
}

impl Answer {
    /// Reads `response` to its end.
    ///
    /// # Errors
    /// [`CallError::TooLarge`], [`CallError::Broken`].
    pub(crate) async fn read(response: Response, screen: Screen) -> Result<Self, CallError> {
        let (head, body) = coding::undone(response).into_parts();
        let body = collect(body, MAX_ANSWER).await?;
        Ok(Self::of(head.status, &head.headers, &body, screen))
    }

    fn of(status: StatusCode, headers: &HeaderMap, body: &Bytes, screen: Screen) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("none");
        let kind = content_type.to_ascii_lowercase();
        let body = without_mark(body);
        let json = json(&kind, body);
        let form = if json.is_none() { form(&kind, body) } else { None };
        let is_text = json.is_none() && form.is_none() && body.len() <= MAX_TEXT;
        Self {
            status,
            json,
            form,
            text: is_text.then(|| String::from_utf8_lossy(body).into_owned()),
            content_type: screen.pass(content_type).unwrap_or_default(),
            is_limited: is_limited(|name| headers.get(name).map(HeaderValue::as_bytes)),
            screen,
        }
    }

    /// The members of the response, from JSON or from a form.
    pub(crate) fn members(&self) -> Option<&Value> {
        self.json.as_ref().or(self.form.as_ref())
    }

    /// The first text of `json` at one of `pointers` that passes the screen.
    pub(crate) fn words<'p>(
        &self,
        json: &Value,
        pointers: impl IntoIterator<Item = &'p str>,
    ) -> Option<String> {
        let mut pointers = pointers.into_iter();
        pointers.find_map(|pointer| self.screen.pass(json.pointer(pointer)?.as_str()?))
    }
}

/// The body as a form. The content type may also be text or missing.
fn form(kind: &str, body: &[u8]) -> Option<Value> {
    let may_be_form = kind == "none" || kind.starts_with("text/");
    if !(kind.starts_with(FORM) || (may_be_form && looks_like_a_form(body))) {
        return None;
    }
    let pairs = url::form_urlencoded::parse(body).take(MAX_MEMBERS);
    let members: Map<String, Value> =
        pairs.map(|(name, value)| (name.into_owned(), value.into())).collect();
    Some(Value::Object(members))
}

/// Whether the body has only names and values without spaces, as in `access_token=…&expires_in=…`.
fn looks_like_a_form(body: &[u8]) -> bool {
    let mut pairs = body.split(|byte| *byte == b'&');
    pairs.all(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = halves.next().unwrap_or_default();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
        let is_value = |byte: &u8| byte.is_ascii_graphic() && !b"<>\"{}".contains(byte);
        !name.is_empty()
            && name.iter().all(is_name)
            && halves.next().is_some_and(|value| value.iter().all(is_value))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(content_type: Option<&str>, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        }
        let body = Bytes::copy_from_slice(body);
        Answer::of(StatusCode::OK, &headers, &body, Screen::new(std::iter::empty()))
    }

    #[test]
    fn a_response_is_json_a_form_or_a_text() {
        let marked = b"\xef\xbb\xbf {\"a\":1}\r\n";
        for kind in [Some("text/html"), None] {
            let answer = read(kind, marked);
            assert_eq!(answer.json, Some(json!({"a": 1})), "{kind:?}");
            assert!(answer.form.is_none() && answer.text.is_none(), "{kind:?}");
        }
        assert_eq!(read(None, b"\xef\xbb\xbfgone").text.as_deref(), Some("gone"));
        assert!(read(Some("text/html"), b"404").json.is_none());
    }

    #[test]
    fn a_form_is_read_with_any_text_content_type() {
        let form = Some(json!({"access_token": "a b", "scope": ""}));
        for kind in [Some(FORM), Some("text/plain; charset=utf-8"), None] {
            assert_eq!(read(kind, b"access_token=a+b&scope=").form, form, "{kind:?}");
        }
        for body in [&b"invalid_grant"[..], b"a page = text", b"<a href=x>", b""] {
            assert!(read(None, body).form.is_none());
        }
        assert_eq!(read(None, b"invalid_grant").text.as_deref(), Some("invalid_grant"));
    }
}
