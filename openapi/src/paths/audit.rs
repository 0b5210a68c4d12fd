//! `/api/audit`.

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};

pub(super) fn calls() -> Vec<Call> {
    vec![("/api/audit", "get", page()), ("/api/audit/head", "get", head())]
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
        .describe("Whoever keeps it elsewhere can tell later whether the record was cut short.")
        .query(&[])
        .answers(200, Answer::json("The head", "AuditHead"))
}
