//! One broken rule, at one place.

use std::fmt;

use serde::Serialize;

/// One broken rule: becomes an entry of `errors` in a problem document (RFC 9457). Never holds a
/// secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: a JSON pointer (RFC 6901) into what was checked.
    pub pointer: String,
    /// Which rule: a stable snake_case name.
    pub rule: &'static str,
    /// The rule and the value, for people.
    pub detail: String,
}

impl Finding {
    /// A finding at `pointer`.
    pub(crate) fn new(
        pointer: impl Into<String>,
        rule: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self { pointer: pointer.into(), rule, detail: detail.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.pointer, self.rule, self.detail)
    }
}

/// Adds a reference token to a JSON pointer (RFC 6901 section 3).
pub(crate) fn below(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}
