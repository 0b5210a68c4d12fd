//! `/api/audit`.

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};

pub(super) fn calls() -> Vec<Call> {
    vec![
        ("/api/audit", "get", page()),
        ("/api/audit/head", "get", head()),
        ("/api/audit/heads", "get", heads()),
    ]
}

fn page() -> Operation {
    Operation::new("listAudit", "audit", "The record, newest first")
        .role(Role::Admin)
        .describe(
            "A chain: each record holds the hash of the one before it. Without `hash` and `count`, \
             members sorted and without white space (RFC 8785), its SHA-256 is `hash`.",
        )
        .query(&["limit", "after_row"])
        .answers(200, Answer::json("A page", "AuditPage"))
}

fn head() -> Operation {
    Operation::new("getAuditHead", "audit", "The head of the record")
        .role(Role::Admin)
        .describe(
            "Whoever keeps it elsewhere can tell later whether anything before it was changed, or the \
             record cut short. `signed` is the last head that the tick had authenticated, under a key \
             that only the broker has. With `verify=true` all of those are compared with the record.",
        )
        .query(&["verify"])
        .answers(200, Answer::json("The head", "AuditHead"))
}

fn heads() -> Operation {
    Operation::new("listAuditHeads", "audit", "The authenticated heads of the record, newest first")
        .role(Role::Admin)
        .describe("One for each tick before which the record had grown.")
        .query(&["limit", "after_row"])
        .answers(200, Answer::json("A page", "AuditHeadPage"))
}
