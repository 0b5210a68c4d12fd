//! JSON with values at pointers, and templates with their values. Written anew here: what the application sends is
//! compared with it.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

/// The text with each `{name}` replaced.
pub(super) fn fill(template: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    assert!(!text.contains('{'), "{template} needs a value: {text}");
    text
}

/// A URL template with its values, percent-encoded.
pub(super) fn fill_url(template: &str, values: &BTreeMap<String, String>) -> String {
    const ENCODED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let encode = |value: &String| utf8_percent_encode(value, ENCODED).to_string();
    fill(template, &values.iter().map(|(name, value)| (name.clone(), encode(value))).collect())
}

/// Host and target of an `https` URL.
pub(super) fn host_and_target(url: &str) -> (String, String) {
    let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("{url} is not https"));
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let target = match &rest[at..] {
        "" => "/".to_owned(),
        query if query.starts_with('?') => format!("/{query}"),
        target => target.to_owned(),
    };
    (rest[..at].to_owned(), target)
}

/// The path of a target.
pub(super) fn path(target: &str) -> &str {
    target.split('?').next().unwrap()
}

/// The parameters of a query or of a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The parameters of a target's query.
pub(super) fn query(target: &str) -> Vec<(String, String)> {
    pairs(target.split_once('?').map_or("", |(_, query)| query))
}

/// Puts `value` at a JSON pointer. Arrays and objects on the way are made.
pub(super) fn put(json: &mut Value, pointer: &str, value: Value) {
    let mut at = json;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if let Ok(index) = token.parse::<usize>() {
            if !at.is_array() {
                *at = Value::Array(Vec::new());
            }
            let items = at.as_array_mut().unwrap();
            items.resize(items.len().max(index + 1), Value::Null);
            at = &mut items[index];
        } else {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = at.as_object_mut().unwrap().entry(token).or_insert(Value::Null);
        }
    }
    *at = value;
}

/// The text at a pointer of a manifest; `""` where there is none.
pub(super) fn text<'a>(json: &'a Value, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The texts of a map of a manifest.
pub(super) fn map(json: &Value, pointer: &str) -> BTreeMap<String, String> {
    let members = json.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// The items of a list of a manifest.
pub(super) fn list<'a>(json: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    json.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}
