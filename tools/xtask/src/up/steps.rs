//! What `up` is doing, which of how many steps that is, and how long it may take.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Instant;

/// A step: what is done, and for how many seconds a processor works on it where nothing was built yet.
struct Step {
    what: &'static str,
    seconds: u64,
}

/// Estimated from builds on two processors.
const STEPS: [Step; 4] = [
    Step { what: "the admin UI", seconds: 20 },
    Step { what: "the components, for WebAssembly", seconds: 500 },
    Step { what: "what runs them", seconds: 480 },
    Step { what: "the application starts", seconds: 20 },
];

/// More processors than this do not make it faster: some crates are compiled alone.
const USEFUL: usize = 6;

/// Tells of the steps, one after the other.
pub(super) struct Steps {
    done: usize,
    begun: Instant,
}

impl Steps {
    pub(super) fn new() -> Self {
        Self { done: 0, begun: Instant::now() }
    }

    /// The next step begins; `is_new`: nothing was built of it yet.
    pub(super) fn next(&mut self, is_new: bool) {
        let processors = available_parallelism().map_or(1, NonZeroUsize::get);
        if let Some(line) = line(self.done, is_new, processors) {
            eprintln!("{line}");
        }
        self.done += 1;
    }

    /// For how long they have gone on, in words.
    pub(super) fn took(&self) -> String {
        in_words(self.begun.elapsed().as_secs())
    }
}

fn line(done: usize, is_new: bool, processors: usize) -> Option<String> {
    let Step { what, seconds } = STEPS.get(done)?;
    let about = match is_new {
        true => format!(
            "the first time: about {}",
            in_words(seconds / processors.clamp(1, USEFUL) as u64)
        ),
        false => "seconds, where little has changed".to_owned(),
    };
    Some(format!("\n=== step {} of {}: {what} ({about})", done + 1, STEPS.len()))
}

fn in_words(seconds: u64) -> String {
    match seconds {
        0..90 => format!("{} s", seconds.max(1)),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_which_it_is_and_how_long_it_may_take() {
        let first = line(1, true, 2).unwrap();
        assert!(first.contains("step 2 of 4: the components"), "{first}");
        assert!(first.contains("the first time: about 5 min"), "{first}");
        let again = line(2, false, 2).unwrap();
        assert!(again.contains("step 3 of 4") && again.contains("seconds, where"), "{again}");
        assert_eq!(line(STEPS.len(), true, 2), None);
        // A hundred processors are not fifty times as fast as two.
        assert_eq!(line(1, true, 100), line(1, true, USEFUL));
    }
}
