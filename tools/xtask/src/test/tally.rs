//! Reads the output of libtest: adds up its `test result:` lines, and keeps why tests have failed. The output of a whole run has
//! thousands of lines, so the reasons are repeated at its end.

use std::fmt;

/// The most lines that are kept of a failure.
const LINES: usize = 12;
/// The most characters that are kept of a line.
const WIDTH: usize = 300;

/// How many tests passed, failed and were ignored, and why they failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
    failures: Vec<Failure>,
    /// Whether the last lines are about the last failure.
    is_failure: bool,
}

/// The beginning of what a test said about its failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Failure {
    test: String,
    /// From the line that says that the test has panicked.
    lines: Vec<String>,
}

impl Tally {
    /// Reads a line of output. Most lines have no result.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.is_failure = false;
            self.result(result);
            return;
        }
        let test = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(test) = test {
            self.failures.push(Failure { test: test.to_owned(), lines: Vec::new() });
        }
        // A backtrace, or the names of the failures, follow.
        let is_end = matches!(line, "stack backtrace:" | "failures:");
        self.is_failure = test.is_some() || (self.is_failure && !is_end);
        let Some(failure) = self.failures.last_mut().filter(|_| self.is_failure) else { return };
        let has_begun = !failure.lines.is_empty() || line.contains(" panicked at ");
        if has_begun && failure.lines.len() < LINES && !line.is_empty() {
            failure.lines.push(line.chars().take(WIDTH).collect());
        }
    }

    fn result(&mut self, result: &str) {
        let counts = result.split_once(". ").map_or(result, |(_, counts)| counts);
        for part in counts.split(';') {
            let mut words = part.split_whitespace();
            let number = words.next().and_then(|number| number.parse::<u64>().ok());
            match (number, words.next()) {
                (Some(number), Some("passed")) => self.passed += number,
                (Some(number), Some("failed")) => self.failed += number,
                (Some(number), Some("ignored")) => self.ignored += number,
                _ => {}
            }
        }
    }

    /// Adds the results of another run.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Failure { test, lines } in &self.failures {
            writeln!(f, "FAILED: {test}")?;
            lines.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        if self.ignored > 0 {
            writeln!(f, "IGNORED: {} tests", self.ignored)?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up() {
        let mut tally = Tally::default();
        tally.line("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.01s");
        tally.line("test a::b ... ok");
        tally.line("test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        tally.line("  test result: quoted. 100 passed");
        assert_eq!((tally.passed, tally.failed, tally.ignored), (5, 4, 1));
        let mut sum = Tally { passed: 1, ..Tally::default() };
        sum.add(tally);
        assert_eq!(sum.to_string(), "IGNORED: 1 tests\n6 passed, 4 failed");
        assert_eq!(Tally::default().to_string(), "0 passed, 0 failed");
    }

    #[test]
    fn the_reasons_of_failures_are_kept() {
        let mut tally = Tally::default();
        let output = [
            "failures:",
            "",
            "---- agents::gate stdout ----",
            "the log of the application",
            "thread 'agents::gate' (12) panicked at tests/agents.rs:3:5:",
            "assertion failed",
            "stack backtrace:",
            "   0: core::panicking::panic_fmt",
            "",
            "---- ui::smoke stdout ----",
            "thread 'ui::smoke' panicked at tests/ui.rs:1:1:",
            "no browser",
            "",
            "failures:",
            "    agents::gate",
            "    ui::smoke",
            "",
            "test result: FAILED. 2 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
            "a line of the next run",
        ];
        output.into_iter().for_each(|line| tally.line(line));
        let said = "FAILED: agents::gate\n  thread 'agents::gate' (12) panicked at tests/agents.rs:3:5:\n  assertion failed\n\
                    FAILED: ui::smoke\n  thread 'ui::smoke' panicked at tests/ui.rs:1:1:\n  no browser\n2 passed, 2 failed";
        assert_eq!(tally.to_string(), said);
        for _ in 0..100 {
            tally.line("thread 'x' panicked at outside of a failure");
        }
        assert_eq!(tally.to_string(), said);
        tally.line("---- ui::long stdout ----");
        (0..100).for_each(|_| tally.line(&" panicked at ".repeat(100)));
        assert!(tally.to_string().len() < said.len() + LINES * (WIDTH + 10));
    }
}
