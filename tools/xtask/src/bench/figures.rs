//! The numbers of one row: its rate and its latencies, and how two rows compare.

use super::load::Slice;

/// The results of one row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figures {
    /// Responses per second, the median of the slices.
    pub(super) rate: f64,
    /// Microseconds, over all responses.
    pub(super) p50: u32,
    pub(super) p99: u32,
}

impl Figures {
    /// The numbers of all slices of a row.
    pub(super) fn of(slices: &[Slice]) -> Self {
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

    /// How many milliseconds this median is longer than `other`'s.
    pub(crate) fn added_ms(&self, other: &Self) -> f64 {
        (f64::from(self.p50) - f64::from(other.p50)) / 1_000.0
    }

    /// This 99th percentile as a multiple of `other`'s median; 0 if that median is 0.
    pub(crate) fn p99_to_p50(&self, other: &Self) -> f64 {
        if other.p50 > 0 { f64::from(self.p99) / f64::from(other.p50) } else { 0.0 }
    }

    /// This median as a multiple of `other`'s; 0 if that median is 0.
    pub(crate) fn p50_to(&self, other: &Self) -> f64 {
        if other.p50 > 0 { f64::from(self.p50) / f64::from(other.p50) } else { 0.0 }
    }

    /// These responses per second as a part of `other`'s; 0 if `other` had none.
    pub(crate) fn rate_to(&self, other: &Self) -> f64 {
        if other.rate > 0.0 { self.rate / other.rate } else { 0.0 }
    }
}

/// The median of sorted numbers; 0 if there are none.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_nothing_is_zero() {
        assert_eq!(median(&[]).to_bits(), 0.0_f64.to_bits());
    }
}
