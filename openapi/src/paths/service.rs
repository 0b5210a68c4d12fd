//! The deployment: health, metrics, the tick, and this document.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

pub(super) fn calls() -> Vec<Call> {
    vec![
        ("/api/health", "get", health()),
        ("/api/metrics", "get", metrics()),
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

fn metrics() -> Operation {
    let text = json!({"type": "string"});
    let answer = Answer::empty("The metrics, in the text format of Prometheus 0.0.4");
    Operation::new("getMetrics", "service", "Get metrics for Prometheus")
        .describe(
            "The holder of the tick secret gets the metrics of the deployment. An ADMIN gets those of \
             the workspace: its integrations by provider and health, its tokens that wait to be revoked, \
             and its emergency stops.",
        )
        .role(Role::Admin)
        .security(json!([{"token": []}, {"tick_secret": []}]))
        .query(&[])
        .responds(200, answer.of("text/plain", text).header("cache-control", "no_store"))
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
