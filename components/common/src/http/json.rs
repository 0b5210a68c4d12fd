//! Strict JSON: unknown and duplicate members are rejected, and so is nesting deeper than 16. An error must
//! not repeat a text of the request, which may be a secret.

use nexus_printable::pointer;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::error::{Error, Result};

const MAX_DEPTH: usize = 16;

/// `bytes` as the text of JSON that is not nested too deeply.
///
/// # Errors
/// [`Error::Invalid`].
pub(super) fn text(bytes: Vec<u8>) -> Result<String> {
    if depth(&bytes) > MAX_DEPTH {
        return Err(Error::invalid(
            "",
            format!("the JSON is nested deeper than {MAX_DEPTH} levels"),
        ));
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid("", "the body is not UTF-8"))
}

/// Parses `text` as a `T`.
///
/// # Errors
/// [`Error::Invalid`] with the pointer of the member and the rule. The parser's messages name
/// members and types. They may repeat the invalid value only if it is not a string.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    // serde would also read the members of an object from an array, in order.
    if text.trim_start().starts_with('[') {
        return Err(Error::invalid("", "the body must be a JSON object, not an array"));
    }
    // The input is bytes, like the responses of components, because the parser is compiled once per kind of
    // input.
    let mut deserializer = serde_json::Deserializer::from_slice(text.as_bytes());
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let at = error.path().iter().fold(String::new(), |at, segment| below(&at, segment));
        Error::invalid(at, without_values(&error.inner().to_string()))
    })?;
    deserializer
        .end()
        .map_err(|_| Error::invalid("", "there is text after the end of the JSON value"))?;
    Ok(value)
}

fn below(at: &str, segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("{at}/{index}"),
        Segment::Map { key } => pointer::below(at, key),
        Segment::Enum { .. } | Segment::Unknown => at.to_owned(),
    }
}

/// Removes the string from `invalid type: string "sk_live_…", expected …`, because it may be a secret.
fn without_values(text: &str) -> String {
    let (Some(start), Some(end)) = (text.find("string \""), text.rfind("\", expected")) else {
        return text.to_owned();
    };
    let (before, after) = (text.get(..start), text.get(end + 1..));
    format!("{}a string{}", before.unwrap_or_default(), after.unwrap_or_default())
}

/// How deeply arrays and objects are nested in `bytes`, read as JSON.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct In {
        #[expect(dead_code)]
        name: String,
        #[expect(dead_code)]
        count: Option<u32>,
    }

    fn detail(json: &str) -> (String, String) {
        match parse::<In>(json) {
            Err(Error::Invalid(errors)) => (errors[0].pointer.clone(), errors[0].detail.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_typo_is_named() {
        let (pointer, detail) = detail(r#"{"name":"a","nmae":1}"#);
        assert_eq!(pointer, "/nmae");
        assert!(detail.contains("unknown field `nmae`"), "{detail}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_not_repeated() {
        let (pointer, detail) = detail(r#"{"name":"a","count":"sk_live_\"secret"}"#);
        assert_eq!(pointer, "/count");
        assert!(!detail.contains("sk_live"), "{detail}");
        assert!(detail.starts_with("invalid type: a string, expected u32"), "{detail}");
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(text(nested(16).into_bytes()).is_ok());
        assert!(text(nested(17).into_bytes()).is_err());
        assert!(text(format!("\"{}\"", "[".repeat(99)).into_bytes()).is_ok());
    }

    #[test]
    fn a_duplicate_member_and_text_after_the_end_are_rejected() {
        assert!(detail(r#"{"name":"a","name":"b"}"#).1.contains("duplicate field"));
        assert!(detail(r#"{"name":"a"} x"#).1.contains("after the end"));
    }
}
