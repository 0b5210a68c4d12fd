//! How many records of calls an instance keeps until they are written.
//!
//! An agent can make calls that are not sent as fast as it asks, also to integrations that it has no right to. So these have
//! little room, and none of it is that of calls that were sent. This module must not see what is recorded.

use std::collections::BTreeMap;

use nexus_common::domain::CallKey;
use nexus_common::store::{RING, UNSENT_RING};

/// The most calls of one integration that were sent. More would only displace each other.
const MOST_SENT: u32 = RING;
/// The most calls of one integration that were not sent.
const MOST_UNSENT: u32 = UNSENT_RING;
/// The most calls of one agent to one integration that were not sent.
const MOST_UNSENT_OF_AGENT: u32 = 20;
/// The most calls of all integrations that were sent, because memory is limited.
const MOST_SENT_OF_ALL: u32 = 4 * MOST_SENT;
/// The most calls of all integrations that were not sent.
const MOST_UNSENT_OF_ALL: u32 = 5 * MOST_UNSENT;

/// The number of records that are kept.
#[derive(Default)]
pub(super) struct Room {
    sent: u32,
    unsent: u32,
    integrations: BTreeMap<String, OfIntegration>,
}

/// The number of records of one integration that are kept.
#[derive(Default)]
struct OfIntegration {
    sent: u32,
    unsent: u32,
    /// The calls that were not sent, by the subject of the agent's token.
    unsent_of: BTreeMap<String, u32>,
}

impl Room {
    /// Takes the place of one record. Returns whether there was one.
    pub(super) fn take(&mut self, whose: &CallKey, is_sent: bool) -> bool {
        // Most records beyond a limit end here, before anything is allocated for them.
        let is_full = match is_sent {
            true => self.sent >= MOST_SENT_OF_ALL,
            false => self.unsent >= MOST_UNSENT_OF_ALL,
        };
        if is_full {
            return false;
        }
        let kept = self.integrations.entry(whose.integration_id.clone()).or_default();
        let has_room = match is_sent {
            true => kept.sent < MOST_SENT,
            false => kept.unsent < MOST_UNSENT && kept.take_of_agent(&whose.agent),
        };
        if has_room {
            let (all, own) = match is_sent {
                true => (&mut self.sent, &mut kept.sent),
                false => (&mut self.unsent, &mut kept.unsent),
            };
            *all += 1;
            *own += 1;
        }
        has_room
    }
}

impl OfIntegration {
    /// Takes the place of a call of `agent` that was not sent. Returns whether there was one.
    fn take_of_agent(&mut self, agent: &str) -> bool {
        let calls = self.unsent_of.entry(agent.to_owned()).or_default();
        let has_room = *calls < MOST_UNSENT_OF_AGENT;
        *calls += u32::from(has_room);
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(integration: u32, agent: u32) -> CallKey {
        CallKey {
            workspace: "acme".into(),
            integration_id: format!("int_{integration}"),
            agent: format!("agent-{agent}"),
        }
    }

    /// How many of `calls` find room.
    fn taken(room: &mut Room, calls: u32, is_sent: bool, key: impl Fn(u32) -> CallKey) -> u32 {
        (0..calls).map(|call| u32::from(room.take(&key(call), is_sent))).sum()
    }

    #[test]
    fn calls_that_are_not_sent_leave_the_room_of_others() {
        let mut room = Room::default();
        assert_eq!(taken(&mut room, 5_000, false, |_| key(1, 1)), MOST_UNSENT_OF_AGENT);
        assert_eq!(taken(&mut room, 5, false, |_| key(1, 2)), 5);
        assert_eq!(taken(&mut room, 5, false, |_| key(2, 1)), 5);
        assert_eq!(taken(&mut room, 5_000, false, |call| key(3, call)), MOST_UNSENT);
        // Every place for calls that were not sent is taken, and none for those that were.
        assert_eq!(
            taken(&mut room, 50_000, false, |call| key(call % 100, call)),
            MOST_UNSENT_OF_ALL - MOST_UNSENT - MOST_UNSENT_OF_AGENT - 10
        );
        assert_eq!(taken(&mut room, 5_000, true, |_| key(1, 1)), MOST_SENT);
        assert_eq!(taken(&mut room, 5, true, |_| key(2, 1)), 5);
    }

    #[test]
    fn the_calls_of_all_integrations_have_a_limit() {
        let mut room = Room::default();
        let all = taken(&mut room, 20_000, true, |call| key(call, 1));
        assert_eq!(all, MOST_SENT_OF_ALL);
    }
}
