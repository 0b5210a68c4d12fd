//! The deployment: health, the tick, and this document.

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
    Operation::new("getHealth", "service", "Get the health of the deployment")
        .describe(
            "Everyone gets the status. An ADMIN and the holder of the tick secret also get the reasons.",
        )
        .security(json!([{}, {"token": []}, {"tick_secret": []}]))
        .responds(200, Answer::json("The deployment works", "Health"))
        .responds(503, Answer::json("The deployment does not work", "Ill").header("retry-after", "retry_after"))
}

fn tick() -> Operation {
    Operation::new("tick", "service", "Do a limited amount of the work that is due")
        .describe("Call it from a timer. Ticks may run concurrently.")
        .security(json!([{"tick_secret": []}]))
        .query(&[])
        .responds(200, Answer::json("The work that was done", "Ticked"))
        .problem(problems::TICK_SECRET)
        .problem(problems::NOT_FOUND)
        .problem(problems::FAULT)
        .problem(problems::UNAVAILABLE)
}

fn openapi() -> Operation {
    Operation::new("getOpenApi", "service", "Get this document")
        .parameter("if_none_match")
        .responds(200, Answer::cacheable("OpenAPI 3.1", "OpenApi"))
        .responds(304, Answer::not_modified())
}
