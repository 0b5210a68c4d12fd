//! The results, as a table and as JSON.

use std::fmt::Write as _;

use serde_json::Value;

use crate::bench::bulk::{AGENTS, Bulk};
use crate::bench::burst::Burst;
use crate::bench::figures::Figures;
use crate::bench::first::{First, STARTS};
use crate::bench::load::Slice;
use crate::bench::neighbour::Neighbour;
use crate::bench::rows::{COMPARISONS, Comparison, Row};

/// The results that are not rows: each is measured once, after all slices.
#[derive(Clone, Debug)]
pub(crate) struct Singles {
    pub(crate) bulk: Bulk,
    pub(crate) neighbour: Neighbour,
    pub(crate) burst: Burst,
    pub(crate) first: First,
}

/// The results of one runtime.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    runtime: String,
    program: String,
    rows: Vec<(&'static Row, Figures)>,
    rss: u64,
    singles: Singles,
}

impl Outcome {
    /// The results of `program`, the program that was measured as `runtime`. `rss` in bytes.
    pub(crate) fn new(
        (runtime, program): (&str, &str),
        slices: &[(&'static Row, Vec<Slice>)],
        rss: u64,
        singles: Singles,
    ) -> Self {
        let rows = slices.iter().map(|(row, slices)| (*row, Figures::of(slices))).collect();
        Self { runtime: runtime.to_owned(), program: program.to_owned(), rows, rss, singles }
    }

    fn figures(&self, row: &Row) -> Option<&Figures> {
        self.rows.iter().find(|(other, _)| other.name == row.name).map(|(_, figures)| figures)
    }

    /// Each comparison whose rows were measured, with its number.
    fn compared(&self) -> impl Iterator<Item = (&'static Comparison, f64)> {
        COMPARISONS.iter().filter_map(|comparison| {
            let (of, to) = self.figures(comparison.of).zip(self.figures(comparison.to))?;
            Some((comparison, (comparison.by)(of, to)))
        })
    }

    fn megabytes(&self) -> f64 {
        self.rss as f64 / 1_000_000.0
    }
}

/// The results as text for people.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "\n{:<10} {:<28} {:>9} {:>9} {:>9}\n",
        "runtime", "route", "req/s", "p50 ms", "p99 ms"
    );
    for outcome in outcomes {
        let _ = writeln!(text, "{:<10} the program: {}", outcome.runtime, outcome.program);
        for (row, figures) in &outcome.rows {
            let _ = writeln!(
                text,
                "{:<10} {:<28} {:>9.0} {:>9.2} {:>9.2}",
                outcome.runtime,
                row.name,
                figures.rate,
                f64::from(figures.p50) / 1_000.0,
                f64::from(figures.p99) / 1_000.0
            );
        }
        for (Comparison { name, of, to, .. }, number) in outcome.compared() {
            let _ = writeln!(
                text,
                "{:<10} {name} = {number:.2} ({} / {})",
                outcome.runtime, of.name, to.name
            );
        }
        let Singles { bulk, neighbour, burst, first } = &outcome.singles;
        let Bulk { up_mb, down_mb, answered, seconds } = bulk;
        let _ = writeln!(
            text,
            "{:<10} memory growth: {up_mb:.1} MB for 1 GB up, {down_mb:.1} MB for 1 GB down; {answered} \
             of {AGENTS} agents that wait 2 s answered in {seconds:.1} s",
            outcome.runtime
        );
        let Neighbour { p99_ms, alone_p99_ms, denied_rate, health_percent } = neighbour;
        let _ = writeln!(
            text,
            "{:<10} a neighbour's changes: p99 {p99_ms:.1} ms during {denied_rate:.0} denied calls a \
             second ({alone_p99_ms:.1} ms without them); {health_percent:.0} % of health checks answered",
            outcome.runtime
        );
        let Burst { answered, seconds, refreshes } = burst;
        let _ = writeln!(
            text,
            "{:<10} {answered} of {AGENTS} callers of an expired token answered in {seconds:.1} s (one \
             of them is the provider's), cold start; token requests: {refreshes}",
            outcome.runtime
        );
        let _ = writeln!(
            text,
            "{:<10} the first call after a start: {:.1} ms (median of {STARTS} starts)",
            outcome.runtime, first.ms
        );
        let _ =
            writeln!(text, "{:<10} resident memory {:.1} MB", outcome.runtime, outcome.megabytes());
    }
    text
}

/// The results as one line of JSON: a member per measured runtime, with its members in the order of the
/// comparisons.
pub(crate) fn json(outcomes: &[Outcome]) -> String {
    let runtimes: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let mut members = vec![("program", Value::from(outcome.program.as_str()).to_string())];
            let compared = outcome.compared();
            members.extend(
                compared.map(|(comparison, number)| (comparison.name, rounded(number, 1_000.0))),
            );
            let Singles { bulk, neighbour, burst, first } = &outcome.singles;
            members.push(("proxy_1gb_up_mb", rounded(bulk.up_mb, 10.0)));
            members.push(("proxy_1gb_down_mb", rounded(bulk.down_mb, 10.0)));
            members.push(("agents_answered", bulk.answered.to_string()));
            members.push(("neighbour_p99_write_ms", rounded(neighbour.p99_ms, 10.0)));
            members.push(("neighbour_alone_p99_write_ms", rounded(neighbour.alone_p99_ms, 10.0)));
            members.push(("denied_per_second", rounded(neighbour.denied_rate, 1.0)));
            members.push(("health_answered_percent", rounded(neighbour.health_percent, 10.0)));
            members.push(("burst_1000_answered", burst.answered.to_string()));
            members.push(("burst_1000_seconds", rounded(burst.seconds, 10.0)));
            members.push(("burst_1000_refreshes", burst.refreshes.to_string()));
            members.push(("first_call_ms", rounded(first.ms, 10.0)));
            members.push(("host_rss_mb", rounded(outcome.megabytes(), 10.0)));
            let members = members.into_iter().map(|(name, number)| member(name, &number));
            member(&outcome.runtime, &object(members))
        })
        .collect();
    object(runtimes)
}

fn rounded(number: f64, parts: f64) -> String {
    Value::from((number * parts).round() / parts).to_string()
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", Value::from(name))
}

fn object(members: impl IntoIterator<Item = String>) -> String {
    format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::bench::rows::ROWS;

    fn slice(answers: usize) -> Slice {
        Slice {
            answers,
            elapsed: Duration::from_secs(1),
            latencies: (1..=100).map(|n| n * 10).collect(),
        }
    }

    fn outcome() -> Outcome {
        let answers: [&[usize]; 12] = [
            &[600, 610, 620, 100],
            &[500, 600, 600],
            &[800, 810, 820],
            &[1_000, 1_000, 9_000],
            &[300],
            &[297],
            &[285],
            &[270],
            &[400],
            &[70],
            &[20],
            &[90],
        ];
        let slices: Vec<_> = ROWS
            .iter()
            .zip(answers)
            .map(|(row, answers)| (*row, answers.iter().copied().map(slice).collect()))
            .collect();
        let bulk = Bulk { up_mb: 1.25, down_mb: 2.0, answered: AGENTS, seconds: 4.0 };
        let neighbour = Neighbour {
            p99_ms: 12.34,
            alone_p99_ms: 4.5,
            denied_rate: 499.6,
            health_percent: 100.0,
        };
        let burst = Burst { answered: AGENTS, seconds: 3.21, refreshes: 1 };
        let first = First { ms: 23.4 };
        Outcome::new(
            ("embedded", "a program"),
            &slices,
            34_540_000,
            Singles { bulk, neighbour, burst, first },
        )
    }

    #[test]
    fn medians_ignore_one_bad_slice() {
        let numbers: Vec<_> = outcome().compared().map(|(_, number)| number).collect();
        let expected = [
            0.605,
            600.0 / 605.0,
            0.81,
            0.0,
            0.75,
            0.99,
            1.98,
            0.95,
            270.0 / 285.0,
            270.0 / 297.0,
            1.0,
        ];
        assert!(numbers.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{numbers:?}");
        assert_eq!(outcome().rows[0].1, Figures { rate: 605.0, p50: 500, p99: 990 });
    }

    #[test]
    fn json_is_one_line_with_a_member_per_runtime() {
        let mut spin = outcome();
        spin.runtime = "spin".to_owned();
        let line = json(&[outcome(), spin]);
        let figures = r#"{"program":"a program","list_vs_empty":0.605,"list_100k_vs_1k":0.992,"catalog_vs_empty":0.81,"proxy_added_p50_ms":0.0,"proxy_vs_forwarder":0.75,"proxy_grown_vs_new":0.99,"proxy_p99_to_p50":1.98,"key_vs_jwt":0.95,"key_grown_vs_new":0.947,"key_vs_jwt_grown":0.909,"cold_instance_vs_warm":1.0,"proxy_1gb_up_mb":1.3,"proxy_1gb_down_mb":2.0,"agents_answered":1000,"neighbour_p99_write_ms":12.3,"neighbour_alone_p99_write_ms":4.5,"denied_per_second":500.0,"health_answered_percent":100.0,"burst_1000_answered":1000,"burst_1000_seconds":3.2,"burst_1000_refreshes":1,"first_call_ms":23.4,"host_rss_mb":34.5}"#;
        assert_eq!(line, format!(r#"{{"embedded":{figures},"spin":{figures}}}"#));
        let parsed: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(parsed["spin"]["host_rss_mb"].as_f64(), Some(34.5));
    }

    #[test]
    fn the_table_contains_all_results() {
        let text = table(&[outcome()]);
        let parts = [
            "embedded",
            "605",
            "1000",
            "0.50",
            "0.99",
            "list_vs_empty = 0.60",
            "34.5 MB",
            "1000 of",
            "p99 12.3 ms during 500 denied",
            "1000 callers of an expired token answered in 3.2 s",
            "the program: a program",
            "the first call after a start: 23.4 ms",
        ];
        for part in parts.into_iter().chain(ROWS.iter().map(|row| row.name)) {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
