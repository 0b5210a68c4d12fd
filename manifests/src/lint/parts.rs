//! What several rules share: headers, JSON pointers into responses, signs of success, and the templates of requests.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;
use serde_json::Value;

use super::Lint;
use crate::model::{Inject, LoginRequest, Success};

/// Reports `inject_name` (or `header_name`): the name must be a token (RFC 9110 section 5.6.2), and must not
/// be a header that the application, the transport or the connection sets.
pub(super) fn header_name(lint: &mut Lint<'_>, pointer: &str, name: &str, injected: bool) {
    const REFUSED: [&str; 23] = [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "expect",
        "cookie",
        "set-cookie",
        "forwarded",
        "via",
        "range",
        "http2-settings",
        "traceparent",
        "tracestate",
        "baggage",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    const PREFIXES: [&str; 6] = ["content-", "x-nexus-", "spin-", "x-forwarded-", "proxy-", "sec-"];
    let rule = if injected { "inject_name" } else { "header_name" };
    let lower = name.to_ascii_lowercase();
    let is_token = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    if !is_token {
        lint.add(pointer, rule, format!("`{name}` is not a header name"));
    } else if REFUSED.contains(&lower.as_str())
        || PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || !injected && lower == "authorization"
    {
        lint.add(pointer, rule, format!("a manifest must not set the header `{name}`"));
    }
}

/// Reports `inject_value`: the value must be visible ASCII characters, with spaces only between them.
pub(super) fn header_value(lint: &mut Lint<'_>, pointer: &str, value: &str) {
    let ok = !value.is_empty()
        && value.trim() == value
        && value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    lint.unless(ok, pointer, "inject_value", format!("`{value}` is not a valid header value"));
}

/// Reports `header_name`, `inject_value`: rules for fixed headers of a request.
pub(super) fn header_map(lint: &mut Lint<'_>, pointer: &str, headers: &BTreeMap<String, String>) {
    for (name, value) in headers {
        let pointer = below(pointer, name);
        header_name(lint, &pointer, name, false);
        header_value(lint, &pointer, value);
    }
}

/// Reports `pointer_form`: the text must be a JSON pointer (RFC 6901 section 3), and must not point to the
/// whole response.
pub(super) fn pointer(lint: &mut Lint<'_>, place: &str, pointer: Option<&str>) {
    let Some(pointer) = pointer else {
        return;
    };
    let ok = nexus_printable::pointer::is_to_part(pointer);
    lint.unless(ok, place, "pointer_form", format!("`{pointer}` is not a JSON pointer"));
}

/// Reports `pointer_form`, `success_equals`.
pub(super) fn success(lint: &mut Lint<'_>, place: &str, success: Option<&Success>) {
    let Some(success) = success else {
        return;
    };
    pointer(lint, &format!("{place}/pointer"), Some(&success.pointer));
    pointer(lint, &format!("{place}/error"), success.error.as_deref());
    let ok = !matches!(success.equals, Some(Value::Array(_) | Value::Object(_)));
    let detail = "must be a string, a number, a boolean or null";
    lint.unless(ok, &format!("{place}/equals"), "success_equals", detail);
}

/// The templates of `inject`, with their places.
pub(super) fn injected(place: &str, entries: &[Inject]) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for (index, inject) in entries.iter().enumerate() {
        let mut push = |name: &str, text: &str| {
            texts.push((format!("{place}/{index}/{name}"), text.to_owned()));
        };
        match inject {
            Inject::Header { value, .. }
            | Inject::Query { value, .. }
            | Inject::Path { value, .. } => push("value", value),
            Inject::Basic { username, password } => {
                push("username", username);
                push("password", password);
            }
        }
    }
    texts
}

/// The templates of a login request except its URL, with their places.
pub(super) fn of_login(request: &LoginRequest) -> Vec<(String, String)> {
    let mut texts = injected("/login/request/inject", &request.inject);
    let form = request.form.iter().flatten();
    texts.extend(form.map(|(key, text)| (below("/login/request/form", key), text.clone())));
    if let Some(json) = &request.json {
        texts_of("/login/request/json", json, &mut texts);
    }
    texts
}

/// The strings of a JSON body, with their places.
pub(super) fn texts_of(pointer: &str, value: &Value, texts: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => texts.push((pointer.to_owned(), text.clone())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts_of(&format!("{pointer}/{index}"), item, texts);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                texts_of(&below(pointer, key), member, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
