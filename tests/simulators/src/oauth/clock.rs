//! The provider's clock: the machine's clock, moved or stopped by a test, so that no test has to wait.

use std::time::{SystemTime, UNIX_EPOCH};

/// A clock in whole seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The machine's time, this many seconds ahead.
    Running(i64),
    /// Always this time.
    Stopped(i64),
}

impl Default for Clock {
    fn default() -> Self {
        Self::Running(0)
    }
}

impl Clock {
    pub(crate) fn now(self) -> i64 {
        match self {
            Self::Running(ahead) => machine() + ahead,
            Self::Stopped(at) => at,
        }
    }

    /// Moves the clock. A stopped clock stays stopped.
    pub(crate) fn advance(&mut self, seconds: i64) {
        match self {
            Self::Running(value) | Self::Stopped(value) => *value += seconds,
        }
    }
}

fn machine() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

/// `2026-01-09 02:02:12Z`: seconds since 1970 as a date of the civil calendar.
pub(crate) fn utc(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years begin in March here, so that the leap day is the last day of a year.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01 00:00:00Z");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59:59Z");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00Z");
        assert_eq!(utc(1_767_924_132), "2026-01-09 02:02:12Z");
    }
}
