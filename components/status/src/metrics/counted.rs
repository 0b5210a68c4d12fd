//! The families of counters and histograms, with the counts of all instances.
//!
//! Series whose labels are known in advance are shown from the beginning, with the value 0, so that the first increase
//! is an increase. This module must not show a family that this version does not know.

use std::collections::BTreeMap;

use nexus_common::metrics::{BOUNDS_MS, ERROR_CODES, Family, LIMIT_CODES, PARTS, SUM};
use nexus_common::store::Counter;

use super::exposition::{Exposition, Kind, seconds};

/// A family in the document: its kind, its labels and its help.
fn described(family: Family) -> (Kind, &'static [&'static str], &'static str) {
    match family {
        Family::Calls => (
            Kind::Counter,
            &["provider", "outcome", "agent_kind"],
            "Calls of agents to providers, by outcome and kind of agent.",
        ),
        Family::ProviderResponse => (
            Kind::Histogram,
            &["provider"],
            "Time from sending a call to the provider until its response begins, in seconds.",
        ),
        Family::Preparation => (
            Kind::Histogram,
            &[],
            "Time from the receipt of a call by the broker until it is sent, in seconds.",
        ),
        Family::Refreshes => (
            Kind::Counter,
            &["provider", "outcome"],
            "Attempts to refresh an OAuth token, by what the provider answered.",
        ),
        Family::Revocations => (
            Kind::Counter,
            &["state"],
            "Changes of the state of tokens that were given up, by the new state.",
        ),
        Family::LimitsHit => (
            Kind::Counter,
            &["code"],
            "Requests that a limit or a quota rejected, by problem code.",
        ),
        Family::Errors => (
            Kind::Counter,
            &["code"],
            "Requests that failed in the application itself, by problem code.",
        ),
        Family::StorageErrors => {
            (Kind::Counter, &[], "Failures of the database or of the key-value store.")
        }
        Family::TickFailures => (
            Kind::Counter,
            &[],
            "Steps of the background work that failed. The log has the reasons.",
        ),
    }
}

/// The label values that a family has from the beginning.
fn initial(family: Family, refreshed: &[&str]) -> Vec<Vec<String>> {
    let one = |words: &[&str]| words.iter().map(|word| vec![(*word).to_owned()]).collect();
    match family {
        Family::LimitsHit => one(&LIMIT_CODES),
        Family::Errors => one(&ERROR_CODES),
        Family::Revocations => one(&["failed", "revoked", "superseded"]),
        Family::Preparation | Family::StorageErrors | Family::TickFailures => vec![Vec::new()],
        Family::Refreshes => refreshed
            .iter()
            .flat_map(|provider| {
                ["client_rejected", "failed", "refreshed", "rejected"]
                    .map(|outcome| vec![(*provider).to_owned(), outcome.to_owned()])
            })
            .collect(),
        Family::Calls | Family::ProviderResponse => Vec::new(),
    }
}

/// The parts of a series, by name.
type Parts = BTreeMap<String, i64>;

/// Adds all families. `providers` are those of the integrations that exist.
pub(super) fn show(text: &mut Exposition, counters: Vec<Counter>, providers: &[&str]) {
    let mut families: BTreeMap<Family, BTreeMap<Vec<String>, Parts>> = BTreeMap::new();
    for Counter { family, labels, part, value } in counters {
        let Some(family) = Family::from_name(&family) else { continue };
        let Ok(labels) = serde_json::from_str::<Vec<String>>(&labels) else { continue };
        if labels.len() == described(family).1.len() {
            families.entry(family).or_default().entry(labels).or_default().insert(part, value);
        }
    }
    for family in Family::ALL {
        let (kind, names, help) = described(family);
        let mut series = families.remove(&family).unwrap_or_default();
        for labels in initial(family, providers) {
            series.entry(labels).or_default();
        }
        text.family(family.name(), kind, help);
        for (values, parts) in &series {
            let values = values.iter().map(String::as_str);
            let labels = Vec::from_iter(names.iter().copied().zip(values));
            match kind {
                Kind::Histogram => histogram(text, family.name(), &labels, parts),
                _ => text.sample(family.name(), &labels, parts.get("").copied().unwrap_or(0)),
            }
        }
    }
}

/// The samples of a histogram, in which each bucket includes the smaller ones.
fn histogram(text: &mut Exposition, name: &str, labels: &[(&str, &str)], parts: &Parts) {
    let bounds = BOUNDS_MS.iter().map(|ms| seconds(i64::try_from(*ms).unwrap_or(i64::MAX)));
    let (bucket, mut count) = (format!("{name}_bucket"), 0);
    for (part, bound) in PARTS.iter().zip(bounds.chain(["+Inf".to_owned()])) {
        count += parts.get(*part).copied().unwrap_or(0);
        text.sample(&bucket, &[labels, &[("le", bound.as_str())]].concat(), count);
    }
    let sum = parts.get(SUM).copied().unwrap_or(0);
    text.sample(&format!("{name}_sum"), labels, seconds(sum));
    text.sample(&format!("{name}_count"), labels, count);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(family: &str, labels: &str, part: &str, value: i64) -> Counter {
        Counter { family: family.into(), labels: labels.into(), part: part.into(), value }
    }

    #[test]
    fn unknown_families_and_labels_are_left_out_and_buckets_are_summed() {
        let counters = vec![
            counter("nexus_from_the_future_total", "[]", "", 1),
            counter("nexus_tick_failures_total", "[\"more\"]", "", 1),
            counter("nexus_tick_failures_total", "[]", "", 2),
            counter("nexus_provider_response_seconds", "[\"x\"]", "10", 2),
            counter("nexus_provider_response_seconds", "[\"x\"]", "+Inf", 1),
            counter("nexus_provider_response_seconds", "[\"x\"]", "sum", 40_012),
        ];
        let mut text = Exposition::default();
        show(&mut text, counters, &["slack"]);
        let text = text.into_text();
        assert!(!text.contains("future") && !text.contains("more"), "{text}");
        for line in [
            "nexus_tick_failures_total 2",
            "nexus_provider_response_seconds_bucket{provider=\"x\",le=\"0.005\"} 0",
            "nexus_provider_response_seconds_bucket{provider=\"x\",le=\"30\"} 2",
            "nexus_provider_response_seconds_bucket{provider=\"x\",le=\"+Inf\"} 3",
            "nexus_provider_response_seconds_sum{provider=\"x\"} 40.012",
            "nexus_provider_response_seconds_count{provider=\"x\"} 3",
            "nexus_refreshes_total{provider=\"slack\",outcome=\"rejected\"} 0",
            "nexus_errors_total{code=\"storage_unavailable\"} 0",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }
}
