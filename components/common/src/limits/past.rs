//! Deletes the sums of past minutes, so that the key-value store does not grow with time.
//!
//! Each subject has a key that names its last two minutes. When it begins another minute, the older one is
//! deleted. The younger one stays until the next time, because calls of its last half second may still be on
//! their way. So a subject has at most four keys, without anybody who looks through the store. The tick deletes
//! the keys that are left: of subjects that never come back, and of instances that ended in between.

use std::collections::HashSet;
use std::time::Duration;

use super::subject::{Minute, PREFIX, SubjectName};
use crate::error::Result;
use crate::log::Line;
use crate::platform::{clock, kv};

/// The text in place of a minute, in the key of a subject's last minutes.
const LAST: &str = "last";
/// How old a minute must be before the tick deletes its keys. The clocks of two machines may differ.
const KEPT_MINUTES: u64 = 5;
/// How many keys the tick looks at.
const MOST: usize = 20_000;

/// The last two minutes of a subject, the last one first. 0: none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LastMinutes(u64, u64);

impl LastMinutes {
    fn parse(text: &[u8]) -> Self {
        let text = std::str::from_utf8(text).unwrap_or_default();
        let mut parts = text.split(' ').map(|part| part.parse().unwrap_or(0));
        Self(parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }

    /// The last two minutes once `minute` has begun, and the minute that can go. `None` if it is not the latest.
    fn begin(self, minute: Minute) -> Option<(Self, Option<Minute>)> {
        let Self(last, before) = self;
        (minute.0 > last).then_some((Self(minute.0, last), (before > 0).then_some(Minute(before))))
    }
}

/// Notes that `subject` begins `minute`, and deletes the sum of its minute before the last.
pub(super) async fn turn_over(subject: SubjectName, minute: Minute) {
    let turned = async {
        let key = format!("{PREFIX}{LAST}/{}", subject.0);
        let last = kv::get(&key).await?.map(|text| LastMinutes::parse(&text)).unwrap_or_default();
        let Some((next, old)) = last.begin(minute) else { return Ok(()) };
        if let Some(old) = old {
            kv::delete(&subject.key(old)).await?;
        }
        kv::set(&key, format!("{} {}", next.0, next.1).as_bytes()).await
    };
    if let Err(error) = turned.await {
        Line::error("an old sum of a limit per minute is not deleted").why(&error);
    }
}

/// Deletes keys of past minutes, for `longest` at most. Returns how many there were.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn forget_minutes(longest: Duration) -> Result<u32> {
    let begun = clock::now_ms();
    let oldest = Minute::at(begun).0.saturating_sub(KEPT_MINUTES);
    let keys = kv::keys(MOST, |key| key.starts_with(PREFIX)).await?;
    let mut forgotten = 0;
    for key in past(&keys, oldest) {
        if u128::from(clock::now_ms().saturating_sub(begun)) >= longest.as_millis() {
            break;
        }
        kv::delete(key).await?;
        forgotten += 1;
    }
    Ok(forgotten)
}

/// The keys of minutes before `oldest`, and then those of subjects that have no sum of a later minute.
fn past(keys: &[String], oldest: u64) -> impl Iterator<Item = &str> {
    let parts = || {
        keys.iter().filter_map(|key| {
            let (minute, subject) = key.strip_prefix(PREFIX)?.split_once('/')?;
            Some((key.as_str(), minute.parse::<u64>().ok(), subject))
        })
    };
    let is_past = move |minute: Option<u64>| minute.is_some_and(|minute| minute < oldest);
    let at_work: HashSet<&str> = parts()
        .filter(|(_, minute, _)| minute.is_some() && !is_past(*minute))
        .map(|(_, _, subject)| subject)
        .collect();
    let sums = parts().filter(move |(_, minute, _)| is_past(*minute));
    let idle =
        parts().filter(move |(_, minute, subject)| minute.is_none() && !at_work.contains(subject));
    sums.chain(idle).map(|(key, ..)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_keeps_the_sums_of_two_minutes() {
        let mut last = LastMinutes::default();
        let mut kept = Vec::new();
        for minute in [7, 8, 9, 30, 31, 500] {
            let (next, old) = last.begin(Minute(minute)).unwrap();
            kept.push(minute);
            kept.retain(|one| old != Some(Minute(*one)));
            assert!(kept.len() <= 3 && kept.contains(&minute), "{kept:?}");
            assert_eq!(next.begin(Minute(minute)), None, "it has begun");
            assert_eq!(next.begin(Minute(minute - 1)), None, "a clock that is behind");
            last = LastMinutes::parse(format!("{} {}", next.0, next.1).as_bytes());
            assert_eq!(last, next);
        }
        for text in ["", "x", "7", "7 ", "\u{ff}"] {
            let LastMinutes(last, before) = LastMinutes::parse(text.as_bytes());
            assert!((last == 7 || last == 0) && before == 0, "{text}");
        }
    }

    #[test]
    fn the_tick_deletes_what_is_past_and_nothing_else() {
        let keys = [
            "limit/90/agent/a",
            "limit/last/agent/a",
            "limit/99/agent/b",
            "limit/90/agent/b",
            "limit/last/agent/b",
            "limit/last/agent/c",
            "limit/x",
            "other/90/agent/a",
        ];
        let keys = keys.map(str::to_owned);
        let found: Vec<_> = past(&keys, 95).collect();
        let expected =
            ["limit/90/agent/a", "limit/90/agent/b", "limit/last/agent/a", "limit/last/agent/c"];
        assert_eq!(found, expected);
    }
}
