//! Stores the agents and people of outside issuers when they are first seen, so that each can be switched off
//! by itself.
//!
//! A proof does not wait for that. Identities are collected for a moment and written together. This module must
//! not fail a proof.

use std::cell::RefCell;
use std::time::Duration;

use nexus_common::kept::Recent;
use nexus_common::log::Line;
use nexus_common::platform::beside::spawn;
use nexus_common::platform::clock;
use nexus_common::store::{
    OutsideIdentity, OutsidePerson, note_outside_agents, note_outside_people,
};

/// How long identities are collected before they are written.
const GATHER: Duration = Duration::from_millis(250);

/// An identity that a token of an outside issuer proved.
pub(crate) enum Seen {
    /// An agent, with its id.
    Agent(String, OutsideIdentity),
    /// A person, with their id.
    Person(String, OutsidePerson),
}

impl Seen {
    fn key(&self) -> String {
        match self {
            Self::Agent(id, _) => id.clone(),
            // The role is in the key, because a token with another role changes the row.
            Self::Person(id, person) => format!("{id} {}", person.role.name()),
        }
    }
}

#[derive(Default)]
struct Gathered {
    agents: Vec<OutsideIdentity>,
    people: Vec<OutsidePerson>,
}

thread_local! {
    /// The identities that this instance has noted a moment ago.
    static NOTED: RefCell<Recent<String, ()>> = RefCell::default();
    static GATHERED: RefCell<Gathered> = RefCell::default();
}

/// Notes an identity. It is written a moment later, if it is new.
pub(crate) fn note(seen: Seen) {
    let key = seen.key();
    if NOTED.with_borrow_mut(|noted| noted.get(&key).is_some()) {
        return;
    }
    NOTED.with_borrow_mut(|noted| noted.insert(key, ()));
    let is_first = GATHERED.with_borrow_mut(|gathered| {
        let is_first = gathered.agents.is_empty() && gathered.people.is_empty();
        match seen {
            Seen::Agent(_, agent) => gathered.agents.push(agent),
            Seen::Person(_, person) => gathered.people.push(person),
        }
        is_first
    });
    if is_first {
        spawn(write());
    }
}

async fn write() {
    clock::sleep(GATHER).await;
    let Gathered { agents, people } = GATHERED.take();
    let written = async {
        if !agents.is_empty() {
            note_outside_agents(&agents).await?;
        }
        if !people.is_empty() {
            note_outside_people(&people).await?;
        }
        Ok::<_, nexus_common::Error>(())
    };
    if let Err(error) = written.await {
        // They are noted again with their next token in another instance, or after this one has forgotten
        // them.
        let count = agents.len() + people.len();
        Line::error("new identities are not stored").with("count", &count).why(&error);
    }
}
