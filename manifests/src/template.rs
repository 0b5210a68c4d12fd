//! Templates: text with `{name}` in it, and nothing more.
//!
//! There is no escape, no default and no nesting: `{{` is an error. A value that is filled in is never read
//! as a template again. No error ever contains a value.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// A `{` without its `}`, or a `}` without its `{`.
    Unbalanced,
    /// The text between the braces is not `[a-z][a-z0-9_]{0,63}`.
    BadName(String),
    /// The lookup does not know this name.
    Unknown(String),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbalanced => f.write_str("unbalanced braces; each `{` needs a `}`"),
            Self::BadName(name) => {
                write!(f, "`{{{name}}}` is not a valid name; use [a-z][a-z0-9_]{{0,63}}")
            }
            Self::Unknown(name) => write!(f, "unknown name `{{{name}}}`"),
        }
    }
}

impl std::error::Error for TemplateError {}

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Literal text.
    Text(&'a str),
    /// A name to look up.
    Name(&'a str),
}

/// Splits a template into its pieces.
pub(crate) fn pieces(template: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, from_brace) = rest.split_at(at);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        let inner = from_brace.strip_prefix('{').ok_or(TemplateError::Unbalanced)?;
        let (name, after) = inner.split_once('}').ok_or(TemplateError::Unbalanced)?;
        if !is_name(name) {
            return Err(TemplateError::BadName(nexus_printable::shortened(name)));
        }
        pieces.push(Piece::Name(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// Whether `name` is allowed between braces: `[a-z][a-z0-9_]{0,63}`.
#[must_use]
pub fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The names of a template in their order, including repeated names.
pub fn names(template: &str) -> Result<Vec<&str>, TemplateError> {
    Ok(pieces(template)?
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Name(name) => Some(name),
            Piece::Text(_) => None,
        })
        .collect())
}

/// Replaces names with their values, unchanged. The text is written once and never moved, so that no copy of
/// a value stays in memory.
pub fn expand<V: AsRef<str>>(
    template: &str,
    lookup: &dyn Fn(&str) -> Option<V>,
) -> Result<String, TemplateError> {
    let pieces = pieces(template)?;
    let values = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Name(name) => {
            Some(lookup(name).ok_or_else(|| TemplateError::Unknown((*name).to_owned())))
        }
    });
    let values: Vec<V> = values.collect::<Result<_, _>>()?;
    let length: usize = values.iter().map(|value| value.as_ref().len()).sum();
    let mut out = String::with_capacity(template.len() + length);
    let mut values = values.iter();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Name(_) => out.push_str(values.next().map_or("", AsRef::as_ref)),
        }
    }
    Ok(out)
}

/// Replaces names in a URL with their values. Every byte of a value except the unreserved characters of RFC
/// 3986 section 2.3 is percent-encoded, so that a value cannot begin another segment, a query or a host.
pub fn expand_url<V: AsRef<str>>(
    template: &str,
    lookup: &dyn Fn(&str) -> Option<V>,
) -> Result<String, TemplateError> {
    expand(template, &|name| lookup(name).map(|value| percent_encode(value.as_ref())))
}

/// Replaces names in a segment of a path with their values. Characters that a segment may have as they are (RFC 3986,
/// section 3.3) stay, such as `:`. All others are percent-encoded, so that a value cannot begin another segment.
pub fn expand_segment<V: AsRef<str>>(
    template: &str,
    lookup: &dyn Fn(&str) -> Option<V>,
) -> Result<String, TemplateError> {
    let encode = |value: V| utf8_percent_encode(value.as_ref(), NOT_IN_SEGMENT).to_string();
    expand(template, &|name| lookup(name).map(encode))
}

/// The characters that RFC 3986, section 3.3 does not allow in a segment, and `;`, at which some servers end one.
const NOT_IN_SEGMENT: &AsciiSet = &RESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// The characters that RFC 3986, section 2.3 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn percent_encode(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "a" => Some("1".to_owned()),
            "braces" => Some("{a}".to_owned()),
            "path" => Some("../x?y#z é".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn expands_or_reports_the_error() {
        let unbalanced = Err(TemplateError::Unbalanced);
        let bad = |name: &str| Err(TemplateError::BadName(name.to_owned()));
        for (template, expected) in [
            ("", Ok("")),
            ("plain", Ok("plain")),
            ("Bearer {a}", Ok("Bearer 1")),
            ("{a}{a}-{a}", Ok("11-1")),
            ("{braces}", Ok("{a}")),
            ("{b}", Err(TemplateError::Unknown("b".to_owned()))),
            ("{a", unbalanced.clone()),
            ("a}", unbalanced.clone()),
            ("}{", unbalanced.clone()),
            ("{a}}", unbalanced),
            ("{{a}}", bad("{a")),
            ("{}", bad("")),
            ("{ a }", bad(" a ")),
            ("{A}", bad("A")),
            ("{1a}", bad("1a")),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(expand(template, &lookup), expected, "{template}");
        }
    }

    #[test]
    fn names_are_returned_in_order() {
        assert_eq!(names("{b}/{a}/{b}"), Ok(vec!["b", "a", "b"]));
        assert_eq!(names("none"), Ok(vec![]));
        assert_eq!(names("{"), Err(TemplateError::Unbalanced));
    }

    #[test]
    fn a_value_cannot_change_the_shape_of_a_url() {
        let expanded = expand_url("https://h/{path}/{a}", &lookup);
        assert_eq!(expanded.as_deref(), Ok("https://h/..%2Fx%3Fy%23z%20%C3%A9/1"));
        let key = |_: &str| Some("12:Ab_-/..;x%2F?#\\");
        let segment = expand_segment("bot{a}", &key);
        assert_eq!(segment.as_deref(), Ok("bot12:Ab_-%2F..%3Bx%252F%3F%23%5C"));
    }
}
