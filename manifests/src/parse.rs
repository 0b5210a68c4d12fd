//! Parses a manifest from JSON, with an error that points at the member.

use nexus_printable::pointer::below;

use crate::finding::Finding;
use crate::model::Manifest;

/// What the parser found. serde_json says it in words alone, and [`Cause::of`] is the one place that reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A member that an object has twice.
    DuplicateField,
    /// A member that the form does not have. Holds its name.
    UnknownField(String),
    /// A member that must be there. Holds its name.
    MissingField(String),
    /// A word that is not one of a choice. Holds the first word of the choice.
    UnknownVariant(String),
    /// Another fault, such as a value of the wrong type.
    Other,
}

impl Cause {
    fn of(text: &str) -> Self {
        let after = |words: &str| text.strip_prefix(words);
        let named = |rest: &str, end: &str| rest.split_once(end).map(|(name, _)| name.to_owned());
        let variant = |rest: &str| {
            let (_, choice) = rest.split_once("`, expected ")?;
            choice.split('`').nth(1).map(|word| Self::UnknownVariant(word.to_owned()))
        };
        let unknown = after("unknown field `").and_then(|rest| named(rest, "`, "));
        let missing = after("missing field `").and_then(|rest| named(rest, "`"));
        after("duplicate field `")
            .map(|_| Self::DuplicateField)
            .or_else(|| unknown.map(Self::UnknownField))
            .or_else(|| missing.map(Self::MissingField))
            .or_else(|| after("unknown variant `").and_then(variant))
            .unwrap_or(Self::Other)
    }
}

/// Parses a manifest. A manifest that parses is not necessarily allowed: see [`crate::lint::check`].
///
/// # Errors
/// One finding with the rule `parse`. Its pointer is the innermost member that was being read, and its detail
/// names the member that is unknown, missing or of the wrong type.
pub fn parse(json: &str) -> Result<Manifest, Finding> {
    parse_with_cause(json).map_err(|(finding, _)| finding)
}

/// As [`parse`], with the cause of the finding.
pub(crate) fn parse_with_cause(json: &str) -> Result<Manifest, (Finding, Cause)> {
    serde_json::from_str(json).map_err(|error| {
        let pointer = locate(json, offset(json, error.line(), error.column()));
        // In "missing field `x` at line 3 column 4", the pointer replaces the position.
        let text = error.to_string();
        let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        let shown = detail.chars().take(500).collect::<String>();
        (Finding::new(pointer, "parse", shown), Cause::of(detail))
    })
}

/// The byte at a line and a column, both counted from 1 as serde_json does.
fn offset(json: &str, line: usize, column: usize) -> usize {
    let before: usize = json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before.saturating_add(column)
}

/// The pointer to the innermost value that begins before byte `end`, except containers that close before it.
/// On broken JSON it works as far as the JSON can be read.
fn locate(json: &str, end: usize) -> String {
    enum Level {
        Array(usize),
        /// The most recent key.
        Object(String),
    }
    let mut path: Vec<Level> = Vec::new();
    let mut chars = json.char_indices().take_while(|(at, _)| *at < end);
    let mut key_next = false;
    while let Some((_, c)) = chars.next() {
        match c {
            '{' => {
                path.push(Level::Object(String::new()));
                key_next = true;
            }
            '[' => {
                path.push(Level::Array(0));
                key_next = false;
            }
            '}' | ']' => {
                // An error at the closing bracket is about the container itself.
                if chars.clone().next().is_none() {
                    if let Some(Level::Object(key)) = path.last_mut() {
                        key.clear();
                    }
                    break;
                }
                path.pop();
                key_next = false;
            }
            ',' => match path.last_mut() {
                Some(Level::Array(index)) => *index = index.saturating_add(1),
                Some(Level::Object(_)) => key_next = true,
                None => {}
            },
            '"' => {
                let mut text = String::new();
                while let Some((_, c)) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => text.extend(chars.next().map(|(_, c)| c)),
                        c => text.push(c),
                    }
                }
                if let (true, Some(Level::Object(key))) = (key_next, path.last_mut()) {
                    *key = text;
                }
                key_next = false;
            }
            _ => {}
        }
    }
    path.iter().fold(String::new(), |pointer, level| match level {
        Level::Array(index) => below(&pointer, &index.to_string()),
        Level::Object(key) if key.is_empty() => pointer,
        Level::Object(key) => below(&pointer, key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_points_at_the_member() {
        let good = crate::lint::tests::api_key().to_string();
        assert!(parse(&good).is_ok());
        for (change, pointer, detail) in [
            (r#"{"/x":1}"#, "/x", "unknown field `x`"),
            (r#"{"/verify":{"method":"GET"}}"#, "/verify", "missing field `path`"),
            (
                r#"{"/verify":{"method":"GET","path":"/","no":1}}"#,
                "/verify/no",
                "unknown field `no`",
            ),
            (
                r#"{"/verify":{"unsupported":"why","path":"/"}}"#,
                "/verify",
                "field `path` is not allowed together with `unsupported`",
            ),
            (r#"{"/revoke":{"tokens":[]}}"#, "/revoke", "exactly one of `rfc7009`"),
            (r#"{"/revoke":{"not_revocable":"why"}}"#, "/revoke", "missing field `manage_url`"),
            (
                r#"{"/revoke":{"not_revocable":"why","manage_url":"x","effect_source":"y"}}"#,
                "/revoke",
                "field `effect_source` is not allowed together with `not_revocable`",
            ),
            (r#"{"/inject":[{"in":"cookie"}]}"#, "/inject/0", "`in` is `cookie`"),
            (
                r#"{"/inject":[{"in":"header","name":"a","value":"b"},{"in":"query","name":"x"}]}"#,
                "/inject/1",
                "missing field `value`",
            ),
            (r#"{"/auth_method":"magic"}"#, "/auth_method", "unknown variant `magic`"),
            (r#"{"/api":{"base_url":1,"hosts":[]}}"#, "/api/base_url", "invalid type: integer"),
            (r#"{"/api":{"hosts":[]}}"#, "/api", "missing field `base_url`"),
            (r#"{"/api":{"base_url":"x","hosts":["a",2]}}"#, "/api/hosts/1", "invalid type"),
        ] {
            let json = crate::lint::tests::changed(&crate::lint::tests::api_key(), change);
            // Pretty-printed JSON must give the same result, so lines and columns are tested.
            for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
                let finding = parse(&text).expect_err(change);
                assert_eq!((finding.pointer.as_str(), finding.rule), (pointer, "parse"), "{text}");
                assert!(finding.detail.starts_with(detail), "{change}: {}", finding.detail);
            }
        }
    }

    /// The words are those of serde_json. If a new version changes them, this test fails.
    #[test]
    fn the_cause_is_read_from_the_words() {
        let cause = |change: &str| {
            let json = crate::lint::tests::changed(&crate::lint::tests::api_key(), change);
            parse_with_cause(&json.to_string()).expect_err(change).1
        };
        for (change, expected) in [
            (r#"{"/x":1}"#, Cause::UnknownField("x".into())),
            (r#"{"/verify":{"method":"GET"}}"#, Cause::MissingField("path".into())),
            (r#"{"/auth_method":"magic"}"#, Cause::UnknownVariant("api_key".into())),
            (r#"{"/api":{"base_url":1,"hosts":[]}}"#, Cause::Other),
            (r#"{"/inject":[{"in":"cookie"}]}"#, Cause::Other),
        ] {
            assert_eq!(cause(change), expected, "{change}");
        }
        let twice = parse_with_cause(r#"{"id":"a","id":"b"}"#).expect_err("twice").1;
        assert_eq!(twice, Cause::DuplicateField);
        let long = "x".repeat(600);
        let named = parse_with_cause(&format!("{{\"{long}\":1}}")).expect_err("long").1;
        assert_eq!(named, Cause::UnknownField(long));
    }

    #[test]
    fn a_missing_top_level_member_points_at_the_document() {
        let finding = parse("{\"id\":\"x\"}").expect_err("incomplete");
        assert_eq!(finding.pointer, "");
        assert!(finding.detail.starts_with("missing field `"));
        assert!(parse("").is_err() && parse("{\"a\\").is_err() && parse("[").is_err());
    }
}
