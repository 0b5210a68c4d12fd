//! The places of one instance: which are in use, which are reserved, and which rows to write.
//!
//! This module must not do I/O and must not read a clock.

use std::collections::BTreeMap;

use nexus_common::domain::CallKey;
use nexus_common::store::CallSums;

use super::limits::Limit;

/// The number of calls of one key that need no place in an instance that is not new.
const FREE: i64 = 2;
/// The age up to which an instance is new, in milliseconds. A burst of calls starts many instances, and each
/// of its calls must be counted before it is made.
const NEW_MS: u64 = 250;
/// How long an unused place stays reserved, in milliseconds. It may stay up to twice as long.
const KEEP_MS: u64 = 2_000;
/// How long a row counts after it was written, in milliseconds.
pub(super) const ROW_MS: i64 = 20_000;
/// The age at which a row is written again although nothing has changed, in milliseconds.
const AGAIN_MS: u64 = 8_000;

/// The places of one agent's calls to one integration.
#[derive(Debug, Default)]
struct Place {
    /// The number of current calls.
    used: i64,
    /// The number of places that the instance's row has.
    set_aside: i64,
    /// When that row was last written, in milliseconds.
    written_at: u64,
    /// The number of calls that wait for a place.
    asked: i64,
    /// The limit because of which a waiting call gets no place, according to the last write that has ended.
    refused: Option<Limit>,
    /// Whether the row is being written, so that calls wait for the result.
    is_in_write: bool,
    /// The number of places that the row should have, if that is not `set_aside`.
    wanted: Option<i64>,
    /// The number of calls at the last look.
    seen: i64,
    /// Whether so few places were in use when the row was written that unused places may stay reserved.
    is_calm: bool,
    /// The maximum number of concurrent calls in this period, and in the period before.
    most: i64,
    most_before: i64,
}

impl Place {
    fn held(&self) -> i64 {
        self.used.max(self.set_aside)
    }

    /// Whether the row would soon expire. Each row has an age of its own, because a write of other rows does not renew it.
    fn is_old(&self, now: u64) -> bool {
        self.set_aside > 0 && now.saturating_sub(self.written_at) >= AGAIN_MS
    }

    fn take(&mut self) {
        self.used += 1;
        self.most = self.most.max(self.used);
    }
}

/// The decision about a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The call has a place.
    Taken,
    /// The call waits until a place is written.
    Asked,
    /// The limit is reached.
    Refused(Limit),
}

/// A row to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) key: CallKey,
    /// The number of waiting calls. The row gets as many more places as the limits allow.
    pub(super) asked: i64,
    /// The number of places that the row gets without the waiting calls.
    pub(super) base: i64,
    /// The places of the other rows of this instance, for each limit.
    pub(super) own: CallSums,
}

/// The result of writing a [`Change`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) set_aside: i64,
    pub(super) refused: Option<Limit>,
    /// Whether less than half of each limit is in use.
    pub(super) is_calm: bool,
}

/// The places that one write has granted so far. The next changes must count them.
#[derive(Default)]
pub(super) struct Granted<'a>(Vec<(&'a CallKey, i64)>);

impl<'a> Granted<'a> {
    /// Adds the places that `change` got beyond those that it had.
    pub(super) fn add(&mut self, change: &'a Change, written: Written) {
        self.0.push((&change.key, written.set_aside - change.base));
    }

    /// The granted places that count for each limit of `key`.
    pub(super) fn beside(&self, key: &CallKey) -> CallSums {
        let mut sum = CallSums::default();
        for (other, more) in self.0.iter().filter(|(other, _)| other.workspace == key.workspace) {
            sum.workspace += more;
            sum.integration += if other.integration_id == key.integration_id { *more } else { 0 };
            sum.agent += if other.agent == key.agent { *more } else { 0 };
        }
        sum
    }
}

/// All places of an instance.
#[derive(Debug, Default)]
pub(super) struct Places {
    all: BTreeMap<CallKey, Place>,
    /// When the first call came, in milliseconds. 0 before that.
    born: u64,
    /// When the current period began.
    turned: u64,
}

impl Places {
    /// Takes a reserved place, if there is one.
    pub(super) fn take_set_aside(&mut self, key: &CallKey) -> bool {
        match self.all.get_mut(key) {
            Some(place) if place.used < place.set_aside => {
                place.take();
                true
            }
            _ => false,
        }
    }

    /// Decides about a call without a reserved place. `others` are the calls of all other instances.
    pub(super) fn decide(
        &mut self,
        key: &CallKey,
        limits: &CallSums,
        others: CallSums,
        now: u64,
    ) -> Decision {
        if self.take_set_aside(key) {
            return Decision::Taken;
        }
        if self.born == 0 {
            self.born = now;
        }
        let used = others.plus(self.sum(key, |place| place.used));
        let full = Limit::ALL.into_iter().find(|limit| limit.of(&used) >= limit.of(limits));
        if let Some(limit) = full {
            return Decision::Refused(limit);
        }
        let held = others.plus(self.sum(key, Place::held));
        let is_calm =
            Limit::ALL.into_iter().all(|limit| 2 * (limit.of(&held) + 1) <= limit.of(limits));
        let is_new = now.saturating_sub(self.born) < NEW_MS;
        let place = self.all.entry(key.clone()).or_default();
        if place.used < FREE && is_calm && !is_new {
            place.take();
            return Decision::Taken;
        }
        place.asked += 1;
        Decision::Asked
    }

    /// Takes the place that was requested. Returns the limit if it is reached. A place that could not be
    /// written is taken nevertheless, and [`Self::look`] has it written later.
    pub(super) fn take_after_asking(&mut self, key: &CallKey, in_time: bool) -> Option<Limit> {
        let place = self.all.entry(key.clone()).or_default();
        if in_time && place.used >= place.set_aside && place.refused.is_some() {
            return place.refused;
        }
        place.take();
        None
    }

    /// Frees the place of a call that has ended.
    pub(super) fn release(&mut self, key: &CallKey) {
        if let Some(place) = self.all.get_mut(key) {
            place.used = (place.used - 1).max(0);
        }
    }

    /// Determines which rows to write, and returns whether there are any.
    pub(super) fn look(&mut self, now: u64) -> bool {
        let turns = now.saturating_sub(self.turned) >= KEEP_MS;
        if turns {
            self.turned = now;
        }
        let mut is_due = self.all.values().any(|place| place.is_old(now));
        for place in self.all.values_mut() {
            if turns {
                (place.most_before, place.most) = (place.most, place.used);
            }
            let lasts = place.used.min(place.seen) > 0;
            place.seen = place.used;
            let wanted = match (lasts || place.set_aside > 0, place.is_calm) {
                (false, _) => 0,
                // A row gets no place that it did not have, because the others may have taken it.
                (true, true) if turns => {
                    place.most.max(place.most_before).min(place.set_aside.max(place.used))
                }
                (true, true) => place.set_aside.max(place.used),
                // Other calls may need the unused places now.
                (true, false) => place.used,
            };
            place.wanted = Some(wanted).filter(|wanted| *wanted != place.set_aside);
            is_due |= place.wanted.is_some() || place.asked > 0;
        }
        self.all.retain(|_, place| {
            place.used > 0 || place.set_aside > 0 || place.asked > 0 || place.is_in_write
        });
        is_due
    }

    /// Whether no place is in use or reserved.
    pub(super) fn are_none(&self) -> bool {
        self.all.is_empty()
    }

    /// The rows to write now. `None` if there are none. Old rows are written without a change.
    pub(super) fn due(&mut self, now: u64) -> Option<Vec<Change>> {
        let is_due = |place: &Place| place.asked > 0 || place.wanted.is_some() || place.is_old(now);
        let keys: Vec<CallKey> = self
            .all
            .iter()
            .filter(|(_, place)| is_due(place))
            .map(|(other, _)| other.clone())
            .collect();
        let changes: Vec<Change> = keys
            .into_iter()
            .filter_map(|key| {
                let own = self.sum(&key, Place::held);
                let place = self.all.get_mut(&key)?;
                let base = place.wanted.take().unwrap_or(place.set_aside).max(place.used);
                let held = place.held();
                let asked = std::mem::take(&mut place.asked);
                place.is_in_write = true;
                let less = |sum: i64| sum - held;
                let own = CallSums {
                    agent: less(own.agent),
                    integration: less(own.integration),
                    workspace: less(own.workspace),
                };
                Some(Change { key, asked, base, own })
            })
            .collect();
        (!changes.is_empty()).then_some(changes)
    }

    /// Takes over the result of a write. `written` are the results of the first of the rows in `due`, which were written.
    pub(super) fn written(&mut self, due: &[Change], written: Vec<Written>, now: u64) {
        let results = written.into_iter().map(Some).chain(std::iter::repeat(None));
        for (change, result) in due.iter().zip(results) {
            let Some(place) = self.all.get_mut(&change.key) else { continue };
            place.is_in_write = false;
            // Calls go on if their places could not be written.
            place.refused = result.and_then(|written| written.refused);
            if let Some(Written { set_aside, is_calm, .. }) = result {
                (place.set_aside, place.is_calm, place.written_at) = (set_aside, is_calm, now);
            }
        }
    }

    /// The sum of `of` over this instance's places, for each limit of `key`.
    fn sum(&self, key: &CallKey, of: impl Fn(&Place) -> i64) -> CallSums {
        let mut sum = CallSums::default();
        let same_workspace = self.all.iter().filter(|(other, _)| other.workspace == key.workspace);
        for (other, place) in same_workspace {
            let number = of(place);
            sum.workspace += number;
            if other.integration_id == key.integration_id {
                sum.integration += number;
            }
            if other.agent == key.agent {
                sum.agent += number;
            }
        }
        sum
    }
}

impl Change {
    /// The number of places that the row gets. `own` are the places of the other rows of this instance, and `others` those
    /// of the other instances. The row gets the places in use, and as many of the requested ones as the limits allow. While
    /// less than a quarter of each limit is in use, it gets as many again in reserve.
    pub(super) fn granted(&self, limits: &CallSums, own: CallSums, others: CallSums) -> Written {
        let in_use = |limit: Limit| limit.of(&others) + limit.of(&own) + self.base;
        let room = |limit: Limit| limit.of(limits) - in_use(limit);
        let narrowest = Limit::ALL.into_iter().min_by_key(|limit| room(*limit));
        let narrowest = narrowest.unwrap_or(Limit::Agent);
        let more = self.asked.min(room(narrowest)).max(0);
        let plenty = |limit: Limit| limit.of(limits) / 4 - in_use(limit) - more;
        let plenty = Limit::ALL.into_iter().map(plenty).min().unwrap_or(0);
        let reserve = match self.asked {
            0 => 0,
            _ => self.base.max(1).min(plenty).max(0),
        };
        let refused = (more < self.asked).then_some(narrowest);
        let is_calm =
            Limit::ALL.into_iter().all(|limit| 2 * (in_use(limit) + more) <= limit.of(limits));
        Written { set_aside: self.base + more + reserve, refused, is_calm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: CallSums = CallSums { agent: 8, integration: 12, workspace: 16 };

    fn key(agent: &str) -> CallKey {
        CallKey { workspace: "w".into(), integration_id: "i".into(), agent: agent.into() }
    }

    /// Instances that share one table, as in `shared`.
    struct Table {
        instances: Vec<Places>,
        rows: BTreeMap<(usize, CallKey), i64>,
    }

    impl Table {
        fn new(count: usize) -> Self {
            let instances = (0..count).map(|_| Places::default()).collect();
            Self { instances, rows: BTreeMap::new() }
        }

        fn others(&self, instance: usize, key: &CallKey) -> CallSums {
            let mut sum = CallSums::default();
            for ((at, other), calls) in &self.rows {
                if *at != instance && other.workspace == key.workspace {
                    sum.workspace += calls;
                    sum.integration +=
                        if other.integration_id == key.integration_id { *calls } else { 0 };
                    sum.agent += if other.agent == key.agent { *calls } else { 0 };
                }
            }
            sum
        }

        fn write(&mut self, instance: usize, now: u64) {
            let Some(due) = self.instances[instance].due(now) else { return };
            let mut more = Granted::default();
            let mut all = Vec::new();
            for change in &due {
                let others = self.others(instance, &change.key);
                let own = change.own.plus(more.beside(&change.key));
                let written = change.granted(&LIMITS, own, others);
                more.add(change, written);
                self.rows.insert((instance, change.key.clone()), written.set_aside);
                all.push(written);
            }
            self.rows.retain(|_, calls| *calls > 0);
            self.instances[instance].written(&due, all, now);
        }

        /// Makes a call of `agent` in `instance`. Returns whether it has a place.
        fn call(&mut self, instance: usize, agent: &str, now: u64) -> bool {
            let key = key(agent);
            let others = self.others(instance, &key);
            let places = &mut self.instances[instance];
            match places.decide(&key, &LIMITS, others, now) {
                Decision::Taken => true,
                Decision::Refused(_) => false,
                Decision::Asked => {
                    self.write(instance, now);
                    self.instances[instance].take_after_asking(&key, true).is_none()
                }
            }
        }

        fn used(&self) -> i64 {
            self.instances.iter().flat_map(|one| one.all.values()).map(|place| place.used).sum()
        }
    }

    #[test]
    fn a_burst_over_many_instances_gets_every_place_and_no_more() {
        let mut table = Table::new(20);
        let made = (0..100).filter(|turn| table.call(turn % 20, "a", 1)).count();
        assert!((6..=8).contains(&made), "{made}");
        assert_eq!(table.used(), i64::try_from(made).unwrap());
        // Another agent of the workspace has its own limit, within the integration's.
        let others = (0..100).filter(|turn| table.call(turn % 20, "b", 1)).count();
        assert!((2..=6).contains(&others), "{others}");
        assert!(table.used() <= 12);
    }

    #[test]
    fn the_waiting_calls_of_one_instance_share_the_places_that_are_left() {
        let mut table = Table::new(1);
        let agents: Vec<String> = (0..30).map(|number| format!("agent-{number}")).collect();
        for agent in &agents {
            let decision = table.instances[0].decide(&key(agent), &LIMITS, CallSums::default(), 1);
            assert_eq!(decision, Decision::Asked);
        }
        table.write(0, 1);
        let places = &mut table.instances[0];
        let taken =
            agents.iter().filter(|agent| places.take_after_asking(&key(agent), true).is_none());
        // The limit of the integration, minus the reserve of one agent.
        assert!((10..=12).contains(&taken.count()));
    }

    #[test]
    fn the_end_of_a_call_frees_its_place_and_a_steady_rate_writes_nothing() {
        let mut table = Table::new(3);
        for _ in 0..8 {
            assert!(table.call(0, "a", 1));
        }
        assert!(!table.call(0, "a", 1));
        assert!(!table.call(1, "a", 1));
        table.instances[0].release(&key("a"));
        assert!(table.instances[0].take_set_aside(&key("a")), "without a write");
        // If a limit is near, unused places are given back at the next look.
        for _ in 0..8 {
            table.instances[0].release(&key("a"));
        }
        assert!(table.instances[0].look(250));
        table.write(0, 250);
        assert!(table.rows.is_empty() && !table.instances[0].look(500));
        assert!(table.instances[0].are_none());
        // If no limit is near, they are given back after some time.
        assert!(table.call(2, "a", 600));
        table.instances[2].release(&key("a"));
        assert!(!table.instances[2].look(700));
        assert!(table.instances[2].take_set_aside(&key("a")));
        table.instances[2].release(&key("a"));
        for now in [3_000, 6_000, 9_000] {
            table.instances[2].look(now);
            table.write(2, now);
        }
        assert!(table.rows.is_empty() && table.instances[2].are_none());
    }

    #[test]
    fn a_few_short_calls_write_nothing_and_long_calls_are_written() {
        let mut table = Table::new(1);
        assert!(table.call(0, "a", 1));
        table.instances[0].release(&key("a"));
        for now in [3_000, 6_000, 9_000] {
            table.instances[0].look(now);
            table.write(0, now);
        }
        assert!(table.rows.is_empty());
        // The instance is no longer new, so two calls write nothing.
        assert!(table.call(0, "a", 10_000) && table.call(0, "a", 10_000));
        assert!(table.rows.is_empty());
        assert!(!table.instances[0].look(10_001));
        assert!(table.instances[0].look(10_251), "they have lasted");
        table.write(0, 10_251);
        assert_eq!(table.rows.values().sum::<i64>(), 2);
    }

    #[test]
    fn places_that_were_given_back_are_not_reserved_again_without_a_look_at_the_others() {
        let mut table = Table::new(1);
        for _ in 0..6 {
            assert!(table.call(0, "a", 1));
        }
        for _ in 0..5 {
            table.instances[0].release(&key("a"));
        }
        assert!(table.instances[0].look(500), "the limit was near");
        table.write(0, 500);
        assert_eq!(table.rows.values().sum::<i64>(), 1);
        // A period later, the six calls are still known, but the limit is no longer near.
        assert!(!table.instances[0].look(2_100));
        table.write(0, 2_100);
        assert_eq!(table.rows.values().sum::<i64>(), 1);
    }

    #[test]
    fn a_row_is_written_again_before_it_expires_although_other_rows_are_written_often() {
        fn write(places: &mut Places, now: u64) -> Vec<CallKey> {
            let due = places.due(now).unwrap_or_default();
            let granted = |one: &Change| one.granted(&LIMITS, one.own, CallSums::default());
            let written: Vec<Written> = due.iter().map(granted).collect();
            places.written(&due, written, now);
            due.into_iter().map(|change| change.key).collect()
        }
        let (mut places, long) = (Places::default(), key("long"));
        assert_eq!(places.decide(&long, &LIMITS, CallSums::default(), 1), Decision::Asked);
        assert_eq!(write(&mut places, 1), std::slice::from_ref(&long));
        assert_eq!(places.take_after_asking(&long, true), None);
        let (mut long_at, mut other_at, mut other) = (1, 1, None);
        for now in (251_u64..60_000).step_by(250) {
            // Each second, another agent has a call that lasts so long that a row is written.
            if now % 1_000 == 251 {
                let agent = key(&format!("agent-{now}"));
                let decision = places.decide(&agent, &LIMITS, CallSums::default(), now);
                other = (decision == Decision::Taken).then_some(agent);
            } else if now % 1_000 == 1 {
                other.take().iter().for_each(|agent| places.release(agent));
            }
            places.look(now);
            for key in write(&mut places, now) {
                if key == long { long_at = now } else { other_at = now }
            }
            assert!(now - other_at < AGAIN_MS, "other rows are written often: {now}");
            assert!(i64::try_from(now - long_at).unwrap() < ROW_MS, "the row expired: {now}");
        }
    }

    /// Writes the rows that are due, while the other instances have as many calls as an agent may have.
    fn write_beside_full(places: &mut Places, due: &[Change], now: u64) {
        let granted = |one: &Change| one.granted(&LIMITS, one.own, CallSums::all(LIMITS.agent));
        places.written(due, due.iter().map(granted).collect(), now);
    }

    #[test]
    fn a_refused_call_is_refused_although_the_next_write_has_begun() {
        let (mut places, a) = (Places::default(), key("a"));
        assert_eq!(places.decide(&a, &LIMITS, CallSums::default(), 1), Decision::Asked);
        let due = places.due(1).unwrap();
        write_beside_full(&mut places, &due, 1);
        // A place becomes free, and another call asks for it before the first one has seen its result.
        assert_eq!(places.decide(&a, &LIMITS, CallSums::all(7), 2), Decision::Asked);
        let due = places.due(2).unwrap();
        assert_eq!(places.take_after_asking(&a, true), Some(Limit::Agent));
        places.written(&due, Vec::new(), 3);
        assert_eq!(places.take_after_asking(&a, true), None, "the second write failed");
    }

    #[test]
    fn a_look_during_a_write_does_not_lose_its_result() {
        let (mut places, a) = (Places::default(), key("a"));
        assert_eq!(places.decide(&a, &LIMITS, CallSums::default(), 1), Decision::Asked);
        let due = places.due(1).unwrap();
        assert!(!places.look(250));
        write_beside_full(&mut places, &due, 300);
        assert_eq!(places.take_after_asking(&a, true), Some(Limit::Agent));
        assert!(!places.look(500) && places.are_none());
    }

    #[test]
    fn a_call_goes_on_if_nothing_can_be_written() {
        let mut places = Places::default();
        let a = key("a");
        assert_eq!(places.decide(&a, &LIMITS, CallSums::default(), 1), Decision::Asked);
        let due = places.due(1).unwrap();
        places.written(&due, Vec::new(), 1);
        assert_eq!(places.take_after_asking(&a, true), None);
        assert!(!places.look(250) && places.look(500), "it is written later");
    }
}
