//! Lines of the log, all in one format (logfmt): `level=error what="check after a call" request_id=req_…
//! why="…"`.
//!
//! `level` is `error`, `warning` or `info`. `what` names the event, or the step that failed. `why` comes
//! last. A line must not contain a secret, a token or a body. If a line cannot be written, only the line is
//! lost. Spin's log is a file beside the database, and on a full disk `eprintln!` would panic and abort the
//! instance with all its requests.

use std::fmt::Display;
use std::io::Write as _;

use nexus_printable::logged;

/// A line that is being written.
#[must_use]
pub struct Line(String);

impl Line {
    /// A line about an error that an operator has to look into.
    pub fn error(event: &str) -> Self {
        Self::of("error", event)
    }

    /// A line about a condition that an operator should look into if it happens often.
    pub fn warning(event: &str) -> Self {
        Self::of("warning", event)
    }

    /// A line that is worth keeping.
    pub fn info(event: &str) -> Self {
        Self::of("info", event)
    }

    fn of(level: &str, event: &str) -> Self {
        Self(format!("level={level} what={}", logged(event)))
    }

    /// Adds a fact to the line.
    pub fn with(mut self, name: &str, value: &dyn Display) -> Self {
        self.0.push_str(&format!(" {name}={}", logged(&value.to_string())));
        self
    }

    /// Adds the error to the line, and writes it.
    pub fn why(self, error: &crate::Error) {
        self.with("why", &format_args!("{error:?}")).write();
    }

    /// Writes the line.
    pub fn write(self) {
        // A single write, so that the lines of concurrent requests are not mixed.
        let _ = std::io::stderr().write_all(format!("{}\n", self.0).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_facts_in_order() {
        let line = Line::error("tick").with("integration", &"int_1").with("why", &"it\nbroke");
        assert_eq!(line.0, r#"level=error what=tick integration=int_1 why="it\nbroke""#);
    }
}
