//! The text format of Prometheus, version 0.0.4: families with their help, and one line per sample.
//!
//! This module must not know what is measured.

use std::fmt::{Display, Write as _};

/// The content type of the format.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A document in the text format.
#[derive(Default)]
pub(super) struct Exposition(String);

/// The quantity that a family measures.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A sum that only grows.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// Durations in buckets.
    Histogram,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl Exposition {
    /// Begins a family. All its samples follow, before another family begins.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let kind = kind.name();
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// Adds a sample. `name` is the family's, or for a histogram the family's with a suffix.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        let mut open = '{';
        for (label, text) in labels {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{open}{label}=\"{text}\"");
            open = ',';
        }
        if open == ',' {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    /// The document.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A number of milliseconds in seconds, as the format has it.
pub(super) fn seconds(ms: i64) -> String {
    let (whole, rest) = (ms / 1000, ms % 1000);
    let text = format!("{whole}.{rest:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_help_are_escaped() {
        let mut text = Exposition::default();
        text.family("a_total", Kind::Counter, "One \\ two\nthree \"four\"");
        text.sample("a_total", &[("x", "a\"b\\c\nd"), ("y", "")], 3);
        text.sample("a_total", &[], 0.5);
        let expected = "# HELP a_total One \\\\ two\\nthree \"four\"\n# TYPE a_total counter\n\
                        a_total{x=\"a\\\"b\\\\c\\nd\",y=\"\"} 3\na_total 0.5\n";
        assert_eq!(text.into_text(), expected);
    }

    #[test]
    fn milliseconds_become_seconds() {
        for (ms, expected) in [
            (0, "0"),
            (5, "0.005"),
            (250, "0.25"),
            (1000, "1"),
            (30_010, "30.01"),
            (100_000, "100"),
        ] {
            assert_eq!(seconds(ms), expected);
        }
    }
}
