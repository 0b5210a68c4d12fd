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
    Operation::new("listAudit", "audit", "List the audit record, newest first")
        .role(Role::Admin)
        .describe(
            "The record is a chain: each record holds the hash of the previous one. `hash` is the SHA-256 \
             of the record without `hash` and `count`, with sorted members and no white space (RFC 8785).",
        )
        .query(&[
            "actor",
            "action",
            "target",
            "outcome",
            "from",
            "to",
            "record_words",
            "record_actions",
            "limit",
            "after_row",
        ])
        .responds(200, Answer::json("A page", "AuditPage"))
}

fn head() -> Operation {
    Operation::new("getAuditHead", "audit", "Get the head of the audit record")
        .role(Role::Admin)
        .describe(
            "Keep a copy of the head elsewhere to detect later whether an earlier record was changed, or \
             the end of the chain removed. `signed` is the last head that the tick had authenticated, \
             with a key that only the broker has. `verify=true` compares all authenticated heads with \
             the record.",
        )
        .query(&["verify"])
        .responds(200, Answer::json("The head", "AuditHead"))
}

fn heads() -> Operation {
    Operation::new(
        "listAuditHeads",
        "audit",
        "List the authenticated heads of the audit record, newest first",
    )
    .role(Role::Admin)
    .describe("There is one head for each tick that found new records.")
    .query(&["limit", "after_row"])
    .responds(200, Answer::json("A page", "AuditHeadPage"))
}
