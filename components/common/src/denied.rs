//! Collects denied attempts in memory and writes them in a batch a second later.
//!
//! A denied attempt must not slow down other callers. Anyone with a token can be denied a thousand times a
//! second, and all workspaces share one write lock. So a denial never waits for the database, and an instance
//! has one writer at a time. Every denial is counted, but a process that is killed loses those of its last
//! second.

use std::cell::RefCell;
use std::time::Duration;

use crate::error::Error;
use crate::http::Respond;
use crate::platform::{beside::spawn, clock};
use crate::store::{Denial, write_denials};

/// How long attempts are collected before they are written.
const GATHER: Duration = Duration::from_secs(1);
/// The maximum number of different attempts that an instance counts separately between two writes.
const MOST: usize = 256;
/// How often a write is retried if the database is busy.
const RETRIES: u32 = 3;

#[derive(Default)]
struct DenialCounts {
    counted: Vec<(Denial, i64)>,
    /// Whether a task is going to write the collected attempts.
    has_writer: bool,
}

thread_local! {
    static COUNTS: RefCell<DenialCounts> = RefCell::default();
}

impl DenialCounts {
    /// Adds `count` to the count of `denial`.
    fn add(&mut self, denial: Denial, count: i64) {
        let is_known = |known: &&mut (Denial, i64)| known.0.is_same(&denial);
        if let Some((_, known)) = self.counted.iter_mut().find(is_known) {
            *known += count;
        } else if self.counted.len() < MOST || denial.is_rest() {
            self.counted.push((denial, count));
        } else {
            self.add(denial.into_rest(), count);
        }
    }

    /// Whether there is nothing left to write. Then the writer must stop.
    fn is_done(&mut self) -> bool {
        self.has_writer = !self.counted.is_empty();
        !self.has_writer
    }
}

/// Counts a denied attempt.
pub(crate) fn note(denial: Denial) {
    let has_writer = COUNTS.with_borrow_mut(|gathered| {
        gathered.add(denial, 1);
        std::mem::replace(&mut gathered.has_writer, true)
    });
    if !has_writer {
        spawn(write());
    }
}

/// Writes the collected attempts until none is left.
async fn write() {
    let mut failures = 0;
    loop {
        clock::sleep(GATHER).await;
        let counted = COUNTS.with_borrow_mut(|gathered| std::mem::take(&mut gathered.counted));
        match write_denials(&counted).await {
            Ok(()) => failures = 0,
            Err(Error::Storage { .. }) if failures < RETRIES => {
                failures += 1;
                COUNTS.with_borrow_mut(|gathered| put_back(gathered, counted));
            }
            Err(error) => {
                failures = 0;
                let lost: i64 = counted.iter().map(|(_, count)| count).sum();
                let what = format!("{lost} denied attempts are not recorded");
                let first = counted.first().map(|(denial, _)| denial.request_id.own());
                error.log_beside(first.unwrap_or_default(), &what);
            }
        }
        if COUNTS.with_borrow_mut(DenialCounts::is_done) {
            return;
        }
    }
}

/// Puts attempts that could not be written before the newer ones.
fn put_back(gathered: &mut DenialCounts, counted: Vec<(Denial, i64)>) {
    let since = std::mem::replace(&mut gathered.counted, counted);
    since.into_iter().for_each(|(denial, count)| gathered.add(denial, count));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::RequestId;

    fn denial(subject: &str, target: usize) -> Denial {
        Denial {
            workspace: "w".into(),
            subject: subject.into(),
            role: "AGENT",
            action: "integration.delete".into(),
            target: Some(format!("t{target}")),
            detail: json!({}),
            request_id: RequestId::of_component("req_1").unwrap(),
            integration_id: None,
        }
    }

    #[test]
    fn equal_attempts_are_counted_and_the_number_of_records_is_limited() {
        let mut gathered = DenialCounts::default();
        for target in 0..MOST {
            gathered.add(denial("a", target), 1);
        }
        gathered.add(denial("a", 0), 2);
        for target in MOST..2 * MOST {
            gathered.add(denial("a", target), 1);
            gathered.add(denial("b", target), 1);
        }
        let counts: Vec<i64> = gathered.counted.iter().map(|(_, count)| *count).collect();
        assert_eq!((counts.len(), counts[0], counts[1]), (MOST + 2, 3, 1));
        assert_eq!(counts[MOST..], [MOST as i64, MOST as i64], "one rest per subject");
        assert_eq!(counts.iter().sum::<i64>(), 3 * MOST as i64 + 2, "each is counted");
    }

    #[test]
    fn attempts_that_could_not_be_written_come_first_and_keep_their_counts() {
        let mut gathered = DenialCounts::default();
        gathered.add(denial("a", 1), 1);
        gathered.add(denial("a", 2), 1);
        put_back(&mut gathered, vec![(denial("a", 3), 5), (denial("a", 2), 2)]);
        let shown: Vec<_> =
            gathered.counted.iter().map(|(d, n)| (d.target.clone().unwrap(), *n)).collect();
        assert_eq!(shown, [("t3".into(), 5), ("t2".into(), 3), ("t1".into(), 1)]);
    }
}
