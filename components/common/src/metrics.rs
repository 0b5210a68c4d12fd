//! The counts of an instance for `GET /api/metrics` that are not written yet.
//!
//! Counting must not fail and must not wait. Labels must not hold an id or a text that a client chooses, because each
//! combination is a row and a time series for ever. `store` writes the counts.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// A family of counters or histograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Agents' calls. Labels: provider, outcome, kind of agent.
    Calls,
    /// The time from sending a call until its response begins. Label: provider.
    ProviderResponse,
    /// The time from the broker's receipt of a call until it is sent. No label.
    Preparation,
    /// Attempts to refresh a token. Labels: provider, outcome.
    Refreshes,
    /// Tokens that were given up. A trigger of the schema counts them. Label: state.
    Revocations,
    /// Requests that a limit or a quota rejected. Label: code.
    LimitsHit,
    /// Requests that failed in the application, not at a provider. Label: code.
    Errors,
    /// Failures of SQLite or of the key-value store that a retry did not mend. No label.
    StorageErrors,
    /// Steps of ticks that failed. No label.
    TickFailures,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 9] = [
        Self::Calls,
        Self::ProviderResponse,
        Self::Preparation,
        Self::Refreshes,
        Self::Revocations,
        Self::LimitsHit,
        Self::Errors,
        Self::StorageErrors,
        Self::TickFailures,
    ];

    /// The name that Prometheus and the database know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calls => "nexus_calls_total",
            Self::ProviderResponse => "nexus_provider_response_seconds",
            Self::Preparation => "nexus_call_preparation_seconds",
            Self::Refreshes => "nexus_refreshes_total",
            Self::Revocations => "nexus_revocations_total",
            Self::LimitsHit => "nexus_limits_hit_total",
            Self::Errors => "nexus_errors_total",
            Self::StorageErrors => "nexus_storage_errors_total",
            Self::TickFailures => "nexus_tick_failures_total",
        }
    }

    /// The family with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }
}

/// The upper bounds of the buckets of each histogram, in milliseconds. The last bucket has none.
pub const BOUNDS_MS: [u64; 12] =
    [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];
/// The number of buckets of a histogram, the last one included.
pub const BUCKETS: usize = BOUNDS_MS.len() + 1;

/// The words of [`BOUNDS_MS`] and of the last bucket, as rows have them.
pub const PARTS: [&str; BUCKETS] =
    ["5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "+Inf"];
/// The part of a histogram that is the sum of all values, in milliseconds.
pub const SUM: &str = "sum";

/// The codes of errors that count as [`Family::LimitsHit`].
pub const LIMIT_CODES: [&str; 3] = ["quota_exceeded", "rate_limited", "too_many_calls"];
/// The codes of errors that count as [`Family::Errors`].
pub const ERROR_CODES: [&str; 9] = [
    "credential_unreadable",
    "database_newer",
    "internal",
    "jwks_unavailable",
    "misconfigured",
    "schema_behind",
    "storage_unavailable",
    "unavailable",
    "write_unconfirmed",
];

/// A time series, or a part of a histogram.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// The family.
    pub family: Family,
    /// The values of its labels, as a JSON list.
    pub labels: String,
    /// Empty for a counter, else one of [`PARTS`] or [`SUM`].
    pub part: &'static str,
}

impl Series {
    /// The series of `family` with these values of labels.
    #[must_use]
    pub fn new(family: Family, labels: &[&str], part: &'static str) -> Self {
        Self { family, labels: serde_json::json!(labels).to_string(), part }
    }
}

/// Durations, sorted into buckets.
#[derive(Debug, Clone, Copy, Default)]
pub struct Histogram {
    buckets: [i64; BUCKETS],
    sum_ms: i64,
}

impl Histogram {
    /// Adds a duration, in milliseconds.
    pub fn observe(&mut self, ms: u64) {
        let at = BOUNDS_MS.iter().position(|bound| ms <= *bound).unwrap_or(BUCKETS - 1);
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket += 1;
        }
        self.sum_ms = self.sum_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    /// The parts that are not zero.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let parts = PARTS.into_iter().zip(self.buckets).chain([(SUM, self.sum_ms)]);
        parts.filter(|(_, value)| *value > 0)
    }
}

thread_local! {
    static NOTED: RefCell<BTreeMap<Series, i64>> = const { RefCell::new(BTreeMap::new()) };
}

/// Adds `count` to a counter.
pub fn note(family: Family, labels: &[&str], count: i64) {
    if count > 0 {
        put(Series::new(family, labels, ""), count);
    }
}

/// Adds `count` to a series.
pub fn put(series: Series, count: i64) {
    NOTED.with_borrow_mut(|noted| *noted.entry(series).or_default() += count);
}

/// Counts an error that an operator has to know of, by its code.
pub(crate) fn note_error(code: &str) {
    if LIMIT_CODES.contains(&code) {
        note(Family::LimitsHit, &[code], 1);
    } else if ERROR_CODES.contains(&code) {
        note(Family::Errors, &[code], 1);
    }
}

/// Whether something was counted that [`take`] has not returned yet.
#[must_use]
pub fn is_any() -> bool {
    NOTED.with_borrow(|noted| !noted.is_empty())
}

/// Returns the counts, and forgets them.
#[must_use]
pub fn take() -> BTreeMap<Series, i64> {
    NOTED.take()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::http::Respond as _;

    #[test]
    fn each_failure_of_the_application_is_counted_under_its_code() {
        let text = String::new;
        let (found, known) = (2, 1);
        for error in [
            Error::Storage { detail: text() },
            Error::Unconfirmed { detail: text() },
            Error::SchemaBehind { found, known },
            Error::DatabaseNewer { found, known },
            Error::KeysUnavailable { retry_after: 1 },
            Error::Unavailable { detail: text() },
            Error::Misconfigured { variable: text(), rule: text() },
            Error::Unreadable(text()),
            Error::Internal(text()),
        ] {
            let code = error.problem("req_1").code;
            assert!(ERROR_CODES.contains(&code.as_str()), "{code}");
        }
        assert!(ERROR_CODES.is_sorted());
    }

    #[test]
    fn a_duration_is_in_the_first_bucket_that_is_not_smaller() {
        let mut histogram = Histogram::default();
        for ms in [0, 5, 6, 30_000, 30_001, u64::MAX] {
            histogram.observe(ms);
        }
        let parts = Vec::from_iter(histogram.parts());
        assert_eq!(parts, [("5", 2), ("10", 1), ("30000", 1), ("+Inf", 2), (SUM, i64::MAX)]);
        for (bound, part) in BOUNDS_MS.iter().zip(PARTS) {
            assert_eq!(bound.to_string(), part);
        }
    }

    #[test]
    fn counts_are_added_and_taken_once() {
        assert!(!is_any());
        note(Family::Refreshes, &["slack", "refreshed"], 1);
        note(Family::Refreshes, &["slack", "refreshed"], 2);
        note(Family::TickFailures, &[], 0);
        note_error("rate_limited");
        note_error("not_found");
        assert!(is_any());
        let taken: Vec<_> = take().into_iter().map(|(series, n)| (series.labels, n)).collect();
        assert_eq!(
            taken,
            [("[\"slack\",\"refreshed\"]".into(), 3), ("[\"rate_limited\"]".into(), 1)]
        );
        assert!(!is_any() && take().is_empty());
    }
}
