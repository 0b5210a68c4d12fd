//! The places of one instance: which are in use, which are set aside, what is to be written of them.
//!
//! It does no I/O and reads no clock.

use std::collections::BTreeMap;

use super::Whose;
use super::limits::{Each, Limit};

/// Calls of one key that need no place in an instance that is not new.
const FREE: i64 = 2;
/// How old an instance must be for that, in milliseconds: of a burst, which makes many instances,
/// every call is counted before it is made.
const NEW_MS: u64 = 250;
/// For how long a place stays set aside that nobody uses, in milliseconds; at most twice as long.
const KEEP_MS: u64 = 2_000;
/// How long a row counts after it was written, in milliseconds.
pub(super) const ROW_MS: i64 = 20_000;
/// How old rows are when they are written again although nothing changed, in milliseconds.
const AGAIN_MS: u64 = 8_000;

/// The calls of one agent to one integration.
#[derive(Debug, Default)]
struct Place {
    /// Calls at work.
    used: i64,
    /// Places that the instance's row has.
    set_aside: i64,
    /// Calls that wait for a place.
    asked: i64,
    /// The limit that a call which asked came up against.
    refused: Option<Limit>,
    /// How many the row is to have, where that is not `set_aside`.
    wanted: Option<i64>,
    /// Calls at work when it was last looked.
    seen: i64,
    /// Whether so little was in use when the row was written that places may stay set aside which
    /// nobody uses.
    is_calm: bool,
    /// Most calls at work at once since the last turn, and in the one before.
    most: i64,
    most_before: i64,
}

impl Place {
    fn held(&self) -> i64 {
        self.used.max(self.set_aside)
    }

    fn take(&mut self) {
        self.used += 1;
        self.most = self.most.max(self.used);
    }
}

/// What becomes of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It has a place.
    Taken,
    /// It waits until one is written down.
    Asked,
    /// There is none.
    Refused(Limit),
}

/// A row that is to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) whose: Whose,
    /// The calls that wait: as many more places, where the limits allow it.
    pub(super) asked: i64,
    /// How many places it is to have without those.
    pub(super) base: i64,
    /// What the other rows of this instance hold, for the limits.
    pub(super) own: Each,
}

/// What was written of a [`Change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) set_aside: i64,
    pub(super) refused: Option<Limit>,
    /// Whether less than half of each limit is in use.
    pub(super) is_calm: bool,
}

/// What one transaction has granted so far, which the changes that follow must see.
#[derive(Default)]
pub(super) struct Granted<'a>(Vec<(&'a Whose, i64)>);

impl<'a> Granted<'a> {
    /// Notes what `change` got beyond what it held.
    pub(super) fn add(&mut self, change: &'a Change, written: Written) {
        self.0.push((&change.whose, written.set_aside - change.base));
    }

    /// What was granted of each kind that `whose` is of.
    pub(super) fn beside(&self, whose: &Whose) -> Each {
        let mut sum = Each::default();
        for (who, more) in self.0.iter().filter(|(who, _)| who.workspace == whose.workspace) {
            sum.workspace += more;
            sum.integration += if who.integration_id == whose.integration_id { *more } else { 0 };
            sum.agent += if who.agent == whose.agent { *more } else { 0 };
        }
        sum
    }
}

/// All places of an instance.
#[derive(Debug, Default)]
pub(super) struct Places {
    all: BTreeMap<Whose, Place>,
    /// When the first call came, in milliseconds; 0 before.
    born: u64,
    /// When the last turn began.
    turned: u64,
    /// When rows were written last.
    renewed: u64,
}

impl Places {
    /// Takes a place that is set aside, where there is one.
    pub(super) fn take_set_aside(&mut self, whose: &Whose) -> bool {
        match self.all.get_mut(whose) {
            Some(place) if place.used < place.set_aside => {
                place.take();
                true
            }
            _ => false,
        }
    }

    /// What becomes of a call for which none is set aside; `others` are the calls of all other
    /// instances.
    pub(super) fn decide(
        &mut self,
        whose: &Whose,
        limits: &Each,
        others: Each,
        now: u64,
    ) -> Decision {
        if self.take_set_aside(whose) {
            return Decision::Taken;
        }
        if self.born == 0 {
            self.born = now;
        }
        let used = others.plus(self.sum(whose, |place| place.used));
        let full = Limit::ALL.into_iter().find(|limit| used.of(*limit) >= limits.of(*limit));
        if let Some(limit) = full {
            return Decision::Refused(limit);
        }
        let held = others.plus(self.sum(whose, Place::held));
        let is_calm =
            Limit::ALL.into_iter().all(|limit| 2 * (held.of(limit) + 1) <= limits.of(limit));
        let is_new = now.saturating_sub(self.born) < NEW_MS;
        let place = self.all.entry(whose.clone()).or_default();
        if place.used < FREE && is_calm && !is_new {
            place.take();
            return Decision::Taken;
        }
        place.asked += 1;
        Decision::Asked
    }

    /// Takes the place that was asked for; the limit that was reached where there is none. A place
    /// that could not be written down is taken all the same: [`Self::look`] will see to it.
    pub(super) fn take_after_asking(&mut self, whose: &Whose, in_time: bool) -> Option<Limit> {
        let place = self.all.entry(whose.clone()).or_default();
        if in_time && place.used >= place.set_aside && place.refused.is_some() {
            return place.refused;
        }
        place.take();
        None
    }

    /// A call has ended.
    pub(super) fn release(&mut self, whose: &Whose) {
        if let Some(place) = self.all.get_mut(whose) {
            place.used = (place.used - 1).max(0);
        }
    }

    /// Finds out what is to be written; whether there is anything.
    pub(super) fn look(&mut self, now: u64) -> bool {
        let turns = now.saturating_sub(self.turned) >= KEEP_MS;
        if turns {
            self.turned = now;
        }
        let mut is_due = now.saturating_sub(self.renewed) >= AGAIN_MS
            && self.all.values().any(|place| place.set_aside > 0);
        for place in self.all.values_mut() {
            if turns {
                (place.most_before, place.most) = (place.most, place.used);
            }
            let lasts = place.used.min(place.seen) > 0;
            place.seen = place.used;
            let wanted = match (lasts || place.set_aside > 0, place.is_calm) {
                (false, _) => 0,
                (true, true) if turns => place.most.max(place.most_before),
                (true, true) => place.set_aside.max(place.used),
                // Somebody else may need it now.
                (true, false) => place.used,
            };
            place.wanted = Some(wanted).filter(|wanted| *wanted != place.set_aside);
            is_due |= place.wanted.is_some() || place.asked > 0;
        }
        self.all.retain(|_, place| place.used > 0 || place.set_aside > 0 || place.asked > 0);
        is_due
    }

    /// Whether nothing is at work and nothing set aside.
    pub(super) fn are_none(&self) -> bool {
        self.all.is_empty()
    }

    /// The rows that are to be written now; `None` where there are none. Rows that get old are
    /// written without a change.
    pub(super) fn due(&mut self, now: u64) -> Option<Vec<Change>> {
        let is_old = now.saturating_sub(self.renewed) >= AGAIN_MS;
        let is_due = |place: &Place| {
            place.asked > 0 || place.wanted.is_some() || (is_old && place.set_aside > 0)
        };
        let whose: Vec<Whose> = self
            .all
            .iter()
            .filter(|(_, place)| is_due(place))
            .map(|(who, _)| who.clone())
            .collect();
        let changes: Vec<Change> = whose
            .into_iter()
            .filter_map(|whose| {
                let own = self.sum(&whose, Place::held);
                let place = self.all.get_mut(&whose)?;
                let base = place.wanted.take().unwrap_or(place.set_aside).max(place.used);
                let held = place.held();
                let asked = std::mem::take(&mut place.asked);
                place.refused = None;
                let less = |sum: i64| sum - held;
                let own = Each {
                    agent: less(own.agent),
                    integration: less(own.integration),
                    workspace: less(own.workspace),
                };
                Some(Change { whose, asked, base, own })
            })
            .collect();
        (!changes.is_empty()).then_some(changes)
    }

    /// Takes note of what was written; `None` where that did not work.
    pub(super) fn written(&mut self, due: &[Change], written: Option<Vec<Written>>, now: u64) {
        let Some(written) = written else { return };
        self.renewed = now;
        for (change, written) in due.iter().zip(written) {
            if let Some(place) = self.all.get_mut(&change.whose) {
                place.set_aside = written.set_aside;
                place.refused = written.refused;
                place.is_calm = written.is_calm;
            }
        }
    }

    /// What this instance has of each kind, by `of`.
    fn sum(&self, whose: &Whose, of: impl Fn(&Place) -> i64) -> Each {
        let mut sum = Each::default();
        let same_workspace = self.all.iter().filter(|(who, _)| who.workspace == whose.workspace);
        for (who, place) in same_workspace {
            let number = of(place);
            sum.workspace += number;
            if who.integration_id == whose.integration_id {
                sum.integration += number;
            }
            if who.agent == whose.agent {
                sum.agent += number;
            }
        }
        sum
    }
}

impl Change {
    /// How many places the row gets, where `others` are the calls of all other rows that are not in
    /// `own`: those in use, and of those that are asked for as many as the limits allow; while less
    /// than a quarter of each limit is in use, as many again in reserve.
    pub(super) fn granted(&self, limits: &Each, others: Each) -> Written {
        let in_use = |limit: Limit| others.of(limit) + self.own.of(limit) + self.base;
        let room = |limit: Limit| limits.of(limit) - in_use(limit);
        let narrowest = Limit::ALL.into_iter().min_by_key(|limit| room(*limit));
        let narrowest = narrowest.unwrap_or(Limit::Agent);
        let more = self.asked.min(room(narrowest)).max(0);
        let plenty = |limit: Limit| limits.of(limit) / 4 - in_use(limit) - more;
        let plenty = Limit::ALL.into_iter().map(plenty).min().unwrap_or(0);
        let reserve = match self.asked {
            0 => 0,
            _ => self.base.max(1).min(plenty).max(0),
        };
        let refused = (more < self.asked).then_some(narrowest);
        let is_calm =
            Limit::ALL.into_iter().all(|limit| 2 * (in_use(limit) + more) <= limits.of(limit));
        Written { set_aside: self.base + more + reserve, refused, is_calm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Each = Each { agent: 8, integration: 12, workspace: 16 };

    fn whose(agent: &str) -> Whose {
        Whose { workspace: "w".into(), integration_id: "i".into(), agent: agent.into() }
    }

    /// Instances over one table, as `shared` has it.
    struct Table {
        instances: Vec<Places>,
        rows: BTreeMap<(usize, Whose), i64>,
    }

    impl Table {
        fn new(count: usize) -> Self {
            let instances = (0..count).map(|_| Places::default()).collect();
            Self { instances, rows: BTreeMap::new() }
        }

        fn others(&self, instance: usize, whose: &Whose) -> Each {
            let mut sum = Each::default();
            for ((at, who), calls) in &self.rows {
                if *at != instance && who.workspace == whose.workspace {
                    sum.workspace += calls;
                    sum.integration +=
                        if who.integration_id == whose.integration_id { *calls } else { 0 };
                    sum.agent += if who.agent == whose.agent { *calls } else { 0 };
                }
            }
            sum
        }

        fn write(&mut self, instance: usize, now: u64) {
            let Some(due) = self.instances[instance].due(now) else { return };
            let mut more = Granted::default();
            let mut all = Vec::new();
            for change in &due {
                let others = self.others(instance, &change.whose).plus(more.beside(&change.whose));
                let written = change.granted(&LIMITS, others);
                more.add(change, written);
                self.rows.insert((instance, change.whose.clone()), written.set_aside);
                all.push(written);
            }
            self.rows.retain(|_, calls| *calls > 0);
            self.instances[instance].written(&due, Some(all), now);
        }

        /// A call of `agent` that `instance` is given; whether it has a place.
        fn call(&mut self, instance: usize, agent: &str, now: u64) -> bool {
            let whose = whose(agent);
            let others = self.others(instance, &whose);
            let places = &mut self.instances[instance];
            match places.decide(&whose, &LIMITS, others, now) {
                Decision::Taken => true,
                Decision::Refused(_) => false,
                Decision::Asked => {
                    self.write(instance, now);
                    self.instances[instance].take_after_asking(&whose, true).is_none()
                }
            }
        }

        fn used(&self) -> i64 {
            self.instances.iter().flat_map(|one| one.all.values()).map(|place| place.used).sum()
        }
    }

    #[test]
    fn a_burst_over_many_instances_gets_as_many_places_as_there_are_and_no_more() {
        let mut table = Table::new(20);
        let made = (0..100).filter(|turn| table.call(turn % 20, "a", 1)).count();
        assert!((6..=8).contains(&made), "{made}");
        assert_eq!(table.used(), i64::try_from(made).unwrap());
        // Another agent of the workspace has its own, up to what the integration has left.
        let others = (0..100).filter(|turn| table.call(turn % 20, "b", 1)).count();
        assert!((2..=6).contains(&others), "{others}");
        assert!(table.used() <= 12);
    }

    #[test]
    fn what_waits_in_one_instance_shares_what_is_left() {
        let mut table = Table::new(1);
        let agents: Vec<String> = (0..30).map(|number| format!("agent-{number}")).collect();
        for agent in &agents {
            let decision = table.instances[0].decide(&whose(agent), &LIMITS, Each::default(), 1);
            assert_eq!(decision, Decision::Asked);
        }
        table.write(0, 1);
        let places = &mut table.instances[0];
        let taken =
            agents.iter().filter(|agent| places.take_after_asking(&whose(agent), true).is_none());
        // The integration's limit, less what one of them has in reserve.
        assert!((10..=12).contains(&taken.count()));
    }

    #[test]
    fn an_end_gives_the_place_back_and_a_steady_pace_writes_nothing() {
        let mut table = Table::new(3);
        for _ in 0..8 {
            assert!(table.call(0, "a", 1));
        }
        assert!(!table.call(0, "a", 1));
        assert!(!table.call(1, "a", 1));
        table.instances[0].release(&whose("a"));
        assert!(table.instances[0].take_set_aside(&whose("a")), "without a write");
        // Where a limit is near, what nobody uses is given back at the next look.
        for _ in 0..8 {
            table.instances[0].release(&whose("a"));
        }
        assert!(table.instances[0].look(250));
        table.write(0, 250);
        assert!(table.rows.is_empty() && !table.instances[0].look(500));
        assert!(table.instances[0].are_none());
        // Where none is, after a while.
        assert!(table.call(2, "a", 600));
        table.instances[2].release(&whose("a"));
        assert!(!table.instances[2].look(700));
        assert!(table.instances[2].take_set_aside(&whose("a")));
        table.instances[2].release(&whose("a"));
        for now in [3_000, 6_000, 9_000] {
            table.instances[2].look(now);
            table.write(2, now);
        }
        assert!(table.rows.is_empty() && table.instances[2].are_none());
    }

    #[test]
    fn a_few_short_calls_write_nothing_and_what_lasts_is_written() {
        let mut table = Table::new(1);
        assert!(table.call(0, "a", 1));
        table.instances[0].release(&whose("a"));
        for now in [3_000, 6_000, 9_000] {
            table.instances[0].look(now);
            table.write(0, now);
        }
        assert!(table.rows.is_empty());
        // Not new any more: nothing is written for two.
        assert!(table.call(0, "a", 10_000) && table.call(0, "a", 10_000));
        assert!(table.rows.is_empty());
        assert!(!table.instances[0].look(10_001));
        assert!(table.instances[0].look(10_251), "they have lasted");
        table.write(0, 10_251);
        assert_eq!(table.rows.values().sum::<i64>(), 2);
    }

    #[test]
    fn where_nothing_can_be_written_a_call_goes_on() {
        let mut places = Places::default();
        let a = whose("a");
        assert_eq!(places.decide(&a, &LIMITS, Each::default(), 1), Decision::Asked);
        let due = places.due(1).unwrap();
        places.written(&due, None, 1);
        assert_eq!(places.take_after_asking(&a, true), None);
        assert!(!places.look(250) && places.look(500), "it is written later");
    }
}
