//! One instance's count of the calls of one subject in one minute.

use super::Minute;

/// The largest block of a limit below 20,000, in calls.
const LARGEST: u32 = 20;
/// How many blocks make up a limit that is so low that its blocks are smaller than [`LARGEST`].
const BLOCKS_OF_LOW: u32 = 30;
/// How many blocks make up a limit that is so high that its blocks are larger than [`LARGEST`].
const BLOCKS_OF_HIGH: u32 = 1000;

/// The calls of a block of `limit`. Each block is a write, so a high limit must not mean many of them.
fn block_of(limit: u32) -> u32 {
    (limit / BLOCKS_OF_LOW).clamp(1, LARGEST).max(limit / BLOCKS_OF_HIGH)
}

/// The count of one subject in one minute.
#[derive(Debug, Default)]
pub(super) struct Tally {
    minute: Minute,
    /// The sum in the ledger when it was last read or written.
    known: i64,
    /// Calls that are on their way to the ledger.
    sending: u32,
    /// Calls that are collected for the next block.
    collected: u32,
    /// Whether a timer runs that will take the collected calls.
    is_timed: bool,
}

/// The consequence of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spent {
    /// The limit is reached.
    Over,
    /// The call counts only if the ledger says so. It must be added now.
    Exactly,
    /// The call completes a block of so many calls, which must be added.
    Block(u32),
    /// The call is collected, and no timer runs. What is collected must be taken a moment later.
    First,
    /// The call is collected.
    Collected,
}

impl Tally {
    pub(super) fn is_of(&self, minute: Minute) -> bool {
        self.minute == minute
    }

    /// Begins `minute` with the sum in the ledger, unless another request has begun it.
    pub(super) fn begin(&mut self, minute: Minute, sum: i64) {
        if !self.is_of(minute) {
            *self = Self { minute, known: sum, ..Self::default() };
        }
    }

    /// Counts one call in `minute`.
    pub(super) fn spend(&mut self, minute: Minute, limit: u32) -> Spent {
        self.begin(minute, 0);
        let so_far = self.known + i64::from(self.sending) + i64::from(self.collected);
        if so_far >= i64::from(limit) {
            return Spent::Over;
        }
        let block = block_of(limit);
        if block == 1 {
            self.sending += 1;
            return Spent::Exactly;
        }
        self.collected += 1;
        if self.collected >= block {
            return self.take(minute).map_or(Spent::Collected, Spent::Block);
        }
        match std::mem::replace(&mut self.is_timed, true) {
            true => Spent::Collected,
            false => Spent::First,
        }
    }

    /// Takes the collected calls when the timer of `minute` ends. `None` if there are none.
    pub(super) fn take_by_timer(&mut self, minute: Minute) -> Option<u32> {
        if self.is_of(minute) {
            self.is_timed = false;
        }
        self.take(minute)
    }

    /// Takes the collected calls, which are then on their way. `None` if there are none.
    fn take(&mut self, minute: Minute) -> Option<u32> {
        if self.collected == 0 || !self.is_of(minute) {
            return None;
        }
        let calls = std::mem::take(&mut self.collected);
        self.sending += calls;
        Some(calls)
    }

    /// Notes that `calls` have arrived in the ledger, whose sum is now `sum`, or that they are lost.
    pub(super) fn added(&mut self, minute: Minute, calls: u32, sum: Option<i64>) {
        if self.is_of(minute) {
            self.sending = self.sending.saturating_sub(calls);
            self.known = self.known.max(sum.unwrap_or(self.known + i64::from(calls)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Minute = Minute::at(1_700_000_000_000);
    const NEXT: Minute = Minute::at(1_700_000_060_000);

    #[test]
    fn calls_are_collected_in_blocks_and_none_is_lost() {
        let mut tally = Tally::default();
        tally.begin(NOW, 0);
        let mut sent = 0;
        for call in 1..=600 {
            match tally.spend(NOW, 600) {
                Spent::First => assert_eq!(call, 1, "one timer runs"),
                Spent::Block(calls) => {
                    sent += i64::from(calls);
                    tally.added(NOW, calls, Some(sent));
                }
                Spent::Collected => {}
                other => panic!("{call}: {other:?}"),
            }
        }
        assert_eq!((sent, tally.spend(NOW, 600)), (600, Spent::Over));
        assert_eq!(tally.take_by_timer(NOW), None);
        assert_eq!(tally.spend(NEXT, 600), Spent::First, "a new minute");
        assert_eq!(tally.take_by_timer(NOW), None, "the timer of the minute before");
        assert_eq!(tally.spend(NEXT, 600), Spent::Collected, "the timer of this minute runs");
        assert_eq!(tally.take_by_timer(NEXT), Some(2));
        assert_eq!(tally.spend(NEXT, 600), Spent::First, "no timer runs");
    }

    #[test]
    fn a_block_is_a_part_of_the_limit() {
        for (limit, block) in
            [(1, 1), (59, 1), (60, 2), (600, 20), (20_000, 20), (60_000, 60), (10_000_000, 10_000)]
        {
            assert_eq!(block_of(limit), block, "{limit}");
        }
    }

    #[test]
    fn the_calls_of_other_instances_count() {
        let mut tally = Tally::default();
        tally.begin(NOW, 595);
        assert_eq!(tally.spend(NOW, 600), Spent::First);
        let calls = tally.take_by_timer(NOW).unwrap();
        tally.added(NOW, calls, Some(600));
        assert_eq!(tally.spend(NOW, 600), Spent::Over);
        // An older sum that arrives later takes nothing back.
        tally.added(NOW, 0, Some(590));
        assert_eq!(tally.spend(NOW, 600), Spent::Over);
    }

    #[test]
    fn a_low_limit_is_exact() {
        let mut tally = Tally::default();
        tally.begin(NOW, 0);
        for _ in 0..5 {
            assert_eq!(tally.spend(NOW, 5), Spent::Exactly);
        }
        assert_eq!(tally.spend(NOW, 5), Spent::Over, "calls on their way count");
        tally.added(NOW, 5, None);
        assert_eq!(
            tally.spend(NOW, 5),
            Spent::Over,
            "a ledger that fails lets nobody pass the limit"
        );
    }
}
