//! The deployment: health, tick, this document.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::Operation;
use crate::problems;

pub(super) fn calls() -> Vec<Call> {
    vec![
        ("/api/health", "get", health()),
        ("/api/tick", "post", tick()),
        ("/api/openapi.json", "get", openapi()),
    ]
}

fn health() -> Operation {
    Operation::new("getHealth", "service", "Whether the deployment can work")
        .describe(
            "Anybody learns whether; an ADMIN and the holder of the tick secret learn why not.",
        )
        .security(json!([{}, {"token": []}, {"tick_secret": []}]))
        .answers(200, Answer::json("It can", "Health"))
        .answers(503, Answer::json("It cannot", "Ill").header("retry-after", "retry_after"))
}

fn tick() -> Operation {
    Operation::new("tick", "service", "Do a bounded part of the work that is due")
        .describe("For a timer. Ticks may run at the same time.")
        .security(json!([{"tick_secret": []}]))
        .query(&[])
        .answers(200, Answer::json("What was done", "Ticked"))
        .problem(problems::TICK_SECRET)
        .problem(problems::NOT_FOUND)
        .problem(problems::FAULT)
        .problem(problems::UNAVAILABLE)
}

fn openapi() -> Operation {
    Operation::new("getOpenApi", "service", "This document")
        .takes("if_none_match")
        .answers(200, Answer::kept("OpenAPI 3.1", "OpenApi"))
        .answers(304, Answer::not_modified())
}
