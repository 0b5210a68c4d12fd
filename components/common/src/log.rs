//! Lines of the log, all in one form (logfmt): `level=error what="check after a call" request_id=req_…
//! why="…"`.
//!
//! `level` is `error`, `warning` or `info`; `what` says what happened, or what failed; `why` comes last. It
//! must not be given a secret, a token or a body. A line that cannot be written is lost, and nothing else is:
//! Spin's log is a file beside the database, and on a full disk `eprintln!` panics, which ends the instance
//! with every request in it.

use std::fmt::Display;
use std::io::Write as _;

use nexus_printable::logged;

/// A line that is being written.
#[must_use]
pub struct Line(String);

impl Line {
    /// What an operator has to look into.
    pub fn error(what: &str) -> Self {
        Self::of("error", what)
    }

    /// What may need a look where it happens often.
    pub fn warning(what: &str) -> Self {
        Self::of("warning", what)
    }

    /// What is worth to be kept.
    pub fn info(what: &str) -> Self {
        Self::of("info", what)
    }

    fn of(level: &str, what: &str) -> Self {
        Self(format!("level={level} what={}", logged(what)))
    }

    /// One fact more.
    pub fn with(mut self, name: &str, value: &dyn Display) -> Self {
        self.0.push_str(&format!(" {name}={}", logged(&value.to_string())));
        self
    }

    /// Writes the line, with what an error says.
    pub fn why(self, error: &crate::Error) {
        self.with("why", &format_args!("{error:?}")).write();
    }

    /// Writes the line.
    pub fn write(self) {
        // In one piece: lines of several requests must not be mixed.
        let _ = std::io::stderr().write_all(format!("{}\n", self.0).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_it_is_given_in_that_order() {
        let line = Line::error("tick").with("integration", &"int_1").with("why", &"it\nbroke");
        assert_eq!(line.0, r#"level=error what=tick integration=int_1 why="it\nbroke""#);
    }
}
