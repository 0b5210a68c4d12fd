//! What was measured, as a table and as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::bench::load::Slice;
use crate::runtime::Runtime;

/// The figures of one runtime.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    runtime: String,
    list: Figures,
    empty: Figures,
    rss: u64,
}

/// The figures of one route.
#[derive(Clone, Debug, PartialEq)]
struct Figures {
    /// Answers per second, the median of the slices.
    rate: f64,
    /// Microseconds, of all answers.
    p50: u32,
    p99: u32,
}

impl Outcome {
    pub(crate) fn new(runtime: &Runtime, lists: Vec<Slice>, empties: Vec<Slice>, rss: u64) -> Self {
        Self {
            runtime: runtime.to_string(),
            list: Figures::of(&lists),
            empty: Figures::of(&empties),
            rss,
        }
    }

    fn ratio(&self) -> f64 {
        if self.empty.rate > 0.0 { self.list.rate / self.empty.rate } else { 0.0 }
    }

    fn megabytes(&self) -> f64 {
        self.rss as f64 / 1_000_000.0
    }
}

impl Figures {
    fn of(slices: &[Slice]) -> Self {
        let mut rates: Vec<_> = slices.iter().map(Slice::rate).collect();
        rates.sort_by(f64::total_cmp);
        let mut latencies: Vec<_> =
            slices.iter().flat_map(|slice| slice.latencies.iter().copied()).collect();
        latencies.sort_unstable();
        let percentile = |percent: usize| {
            let at = (latencies.len() * percent).div_ceil(100).saturating_sub(1);
            latencies.get(at).copied().unwrap_or_default()
        };
        Self { rate: median(&rates), p50: percentile(50), p99: percentile(99) }
    }
}

/// Of sorted numbers; 0 of none.
fn median(sorted: &[f64]) -> f64 {
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    match sorted.len() % 2 {
        0 => {
            let lower = (sorted.len() / 2).checked_sub(1).and_then(|at| sorted.get(at));
            (lower.copied().unwrap_or_default() + upper) / 2.0
        }
        _ => upper,
    }
}

/// For people.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "\n{:<10} {:<28} {:>9} {:>9} {:>9}\n",
        "runtime", "route", "req/s", "p50 ms", "p99 ms"
    );
    for outcome in outcomes {
        let routes = [("list of 20 in 1,000", &outcome.list), ("empty component", &outcome.empty)];
        for (name, figures) in routes {
            let _ = writeln!(
                text,
                "{:<10} {:<28} {:>9.0} {:>9.2} {:>9.2}",
                outcome.runtime,
                name,
                figures.rate,
                f64::from(figures.p50) / 1_000.0,
                f64::from(figures.p99) / 1_000.0
            );
        }
        let _ = writeln!(
            text,
            "{:<10} list / empty = {:.2}, resident memory {:.1} MB",
            outcome.runtime,
            outcome.ratio(),
            outcome.megabytes()
        );
    }
    text
}

/// One line: a member per runtime that was there.
pub(crate) fn json(outcomes: &[Outcome]) -> String {
    let members: Map<String, Value> = outcomes
        .iter()
        .map(|outcome| {
            let figures = json!({
                "list_vs_empty": (outcome.ratio() * 1_000.0).round() / 1_000.0,
                "host_rss_mb": (outcome.megabytes() * 10.0).round() / 10.0,
            });
            (outcome.runtime.clone(), figures)
        })
        .collect();
    Value::Object(members).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn slice(answers: usize) -> Slice {
        Slice {
            answers,
            elapsed: Duration::from_secs(1),
            latencies: (1..=100).map(|n| n * 10).collect(),
        }
    }

    fn outcome() -> Outcome {
        let lists = [600, 610, 620, 100].map(slice).to_vec();
        let empties = [1_000, 1_000, 9_000].map(slice).to_vec();
        Outcome::new(&Runtime::Embedded("/h".into()), lists, empties, 34_540_000)
    }

    #[test]
    fn medians_are_compared_so_that_one_bad_slice_does_not_count() {
        assert!((outcome().ratio() - 0.605).abs() < 1e-9);
        assert_eq!(outcome().list, Figures { rate: 605.0, p50: 500, p99: 990 });
        assert_eq!(median(&[]).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn json_is_one_line_with_a_member_per_runtime() {
        assert_eq!(
            json(&[outcome()]),
            r#"{"embedded":{"host_rss_mb":34.5,"list_vs_empty":0.605}}"#
        );
    }

    #[test]
    fn the_table_has_all_figures() {
        let text = table(&[outcome()]);
        for part in ["embedded", "605", "1000", "0.50", "0.99", "list / empty = 0.60", "34.5 MB"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
