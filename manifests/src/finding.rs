//! A finding: one broken rule, at one place.

use std::fmt;

use serde::Serialize;

/// One broken rule. It becomes an entry of `errors` in a problem document (RFC 9457). It never contains a
/// secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The place: a JSON pointer (RFC 6901) into the checked document.
    pub pointer: String,
    /// The rule: a stable snake_case name.
    pub rule: &'static str,
    /// The fault and the value, in words for people.
    pub detail: String,
}

impl Finding {
    /// Creates a finding at `pointer`.
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
