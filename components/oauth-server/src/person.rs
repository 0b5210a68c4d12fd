//! The person who is asked for consent. Only the session of a browser proves who the person is.

use nexus_common::auth::{Caller, Role};
use nexus_common::domain::CredentialRow;

/// A person who is signed in by a session.
pub(crate) struct SignedIn {
    /// The caller.
    pub(crate) caller: Caller,
    /// The person.
    pub(crate) person_id: String,
    /// The session.
    pub(crate) session_id: String,
}

impl SignedIn {
    /// The person of a session. `None` for every other proof.
    pub(crate) fn of(caller: Caller) -> Option<Self> {
        let Some(CredentialRow::Session(session_id)) = caller.basis.credential.clone() else {
            return None;
        };
        let person_id = caller.basis.person.clone()?;
        Some(Self { caller, person_id, session_id })
    }

    /// How policies name the person, if the policies limit the person: the role AGENT may not change them.
    pub(crate) fn limited_as(&self) -> Option<&str> {
        (!self.caller.may(Role::Manager)).then_some(self.caller.subject.as_str())
    }
}
