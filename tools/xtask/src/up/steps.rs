//! The progress of `up`: the current step, the number of steps, and an estimate of the time.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Instant;

/// A step: its description, and the seconds that one processor needs if nothing was built yet.
struct Step {
    what: &'static str,
    seconds: u64,
}

/// Estimated from builds on two processors.
const STEPS: [Step; 3] = [
    Step { what: "the admin UI", seconds: 20 },
    Step { what: "the components, for WebAssembly, and the runtime", seconds: 980 },
    Step { what: "starting the application", seconds: 20 },
];

/// More processors do not make it faster, because some crates are compiled alone.
const USEFUL: usize = 6;

/// Reports the steps, one after the other.
pub(super) struct Steps {
    done: usize,
    begun: Instant,
}

impl Steps {
    pub(super) fn new() -> Self {
        Self { done: 0, begun: Instant::now() }
    }

    /// Begins the next step. `is_new`: nothing of it was built before.
    pub(super) fn next(&mut self, is_new: bool) {
        let processors = available_parallelism().map_or(1, NonZeroUsize::get);
        if let Some(line) = line(self.done, is_new, processors) {
            eprintln!("{line}");
        }
        self.done += 1;
    }

    /// The elapsed time, in words.
    pub(super) fn took(&self) -> String {
        in_words(self.begun.elapsed().as_secs())
    }
}

fn line(done: usize, is_new: bool, processors: usize) -> Option<String> {
    let Step { what, seconds } = STEPS.get(done)?;
    let about = match is_new {
        true => {
            format!("first run: about {}", in_words(seconds / processors.clamp(1, USEFUL) as u64))
        }
        false => "seconds, if little has changed".to_owned(),
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
    fn a_step_has_its_number_and_an_estimate() {
        let first = line(1, true, 2).unwrap();
        assert!(first.contains("step 2 of 3: the components"), "{first}");
        assert!(first.contains("first run: about 9 min"), "{first}");
        let again = line(2, false, 2).unwrap();
        assert!(again.contains("step 3 of 3") && again.contains("seconds, if"), "{again}");
        assert_eq!(line(STEPS.len(), true, 2), None);
        // A hundred processors are not fifty times as fast as two.
        assert_eq!(line(1, true, 100), line(1, true, USEFUL));
    }
}
