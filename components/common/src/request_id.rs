//! The id of a request: our own id and, if the client sent one, the client's id.
//!
//! Audit records and events must have our own id, because a client cannot choose it. The response has the
//! client's id, if there is one, so that the client can identify its request.

use std::fmt;
use std::ops::Deref;

use crate::id;
use crate::platform::clock;

/// The prefix of our own ids. A client's id with this prefix is ignored, because it could be taken for ours.
const OURS: &str = "req_";

/// The id of a request. It dereferences to the `x-request-id` of the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId {
    own: String,
    client: Option<String>,
}

impl RequestId {
    /// A new id. `sent` is the client's `x-request-id`.
    pub(crate) fn new(sent: Option<&str>) -> Self {
        let client = sent.filter(|sent| is_well_formed(sent) && !looks_like_ours(sent));
        Self { own: id::request(clock::now_ms()), client: client.map(str::to_owned) }
    }

    /// The id that another component passed on (see [`Self::passed_on`]).
    pub fn of_component(passed: &str) -> Option<Self> {
        let (own, client) = match passed.split_once(' ') {
            Some((own, client)) => (own, Some(client)),
            None => (passed, None),
        };
        let holds = is_well_formed(own) && client.is_none_or(is_well_formed);
        holds.then(|| Self { own: own.to_owned(), client: client.map(str::to_owned) })
    }

    /// Both ids, separated by a space, for the header between components.
    pub(crate) fn passed_on(&self) -> String {
        match &self.client {
            Some(client) => format!("{} {client}", self.own),
            None => self.own.clone(),
        }
    }

    /// Our own id: `req_` and a ULID.
    pub fn own(&self) -> &str {
        &self.own
    }

    /// The client's id, if it is well-formed and does not look like ours.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }
}

impl Deref for RequestId {
    type Target = str;

    /// The id in the response: the client's id if there is one, and otherwise ours.
    fn deref(&self) -> &str {
        self.client.as_deref().unwrap_or(&self.own)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

pub(crate) fn is_well_formed(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn looks_like_ours(text: &str) -> bool {
    text.get(..OURS.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(OURS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ids_are_passed_on_to_the_next_component() {
        for (passed, own, client, shown) in [
            ("req_1", "req_1", None, "req_1"),
            ("req_1 trace-1.a", "req_1", Some("trace-1.a"), "trace-1.a"),
        ] {
            let id = RequestId::of_component(passed).unwrap();
            assert_eq!((id.own(), id.client(), &*id), (own, client, shown));
            assert_eq!(id.passed_on(), passed);
        }
        for broken in ["", " ", "req_1 ", " a", "a b c", "a\tb", "é"] {
            assert_eq!(RequestId::of_component(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_client_cannot_forge_one_of_our_ids() {
        for (text, is_ours) in
            [("req_FORGED", true), ("REQ_x", true), ("req-1", false), ("request_1", false)]
        {
            assert_eq!(looks_like_ours(text), is_ours, "{text}");
        }
    }
}
