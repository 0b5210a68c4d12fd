//! The JSON of agents' calls.

use serde_json::{Value, json};

use super::{component, count, object};

/// All schemas, by name.
pub(super) fn all() -> Value {
    json!({"CallPage": page(), "Call": call()})
}

/// The words for how a call ended, as the metrics have them.
pub(crate) const CALL_OUTCOMES: [&str; 10] = [
    "succeeded",
    "client_error",
    "server_error",
    "timeout",
    "unreachable",
    "denied",
    "limited",
    "unusable",
    "invalid",
    "failed",
];

fn page() -> Value {
    object(json!({
        "items": {"type": "array", "maxItems": 100, "items": component("schemas", "Call")},
        "next_cursor": {"type": ["string", "null"], "description": "`cursor` of the next page"},
        "latest": {
            "type": "string", "pattern": "^[0-9]{1,18}$",
            "description": "The position of the newest call, whatever the filters select. `after` it, a later \
                request finds the calls that came since",
        },
    }))
}

fn call() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let some = |description: &str| json!({"type": ["string", "null"], "description": description});
    object(json!({
        "id": text("The position of the call"),
        "at": {"type": "string", "format": "date-time", "description": "When it arrived"},
        "integration_id": {"type": "string"},
        "agent": text("The subject of the agent's token"),
        "method": {"type": "string"},
        "host": some("The host, if it is not that of the provider's base URL"),
        "template": text("The path with its ids folded: `/v1/customers/{id}`"),
        "path": text("The path below the base URL, without a query, at most 1024 bytes of it. The template, if the \
            call was rejected before its target was known"),
        "outcome": {
            "type": "string", "enum": CALL_OUTCOMES,
            "description": "`succeeded`; `client_error` and `server_error` of the provider; `timeout` and \
                `unreachable`; `denied` by a policy, the manifest or a stop; `limited`; `unusable` until a person has \
                done something; `invalid`; `failed` in this application",
        },
        "status": {"type": "integer", "minimum": 100, "maximum": 599, "description": "The status that the agent got"},
        "code": some("The code of the problem, if the response was not the provider's"),
        "ms": count(),
        "bytes": count(),
        "rule": some("The rule that decided: `policy.rules[0] denies DELETE /v1/**`"),
        "request_id": text("Our id of the request, as events and audit records have it"),
        "refreshed": {"type": "boolean", "description": "Whether it waited for a new token"},
        "replayed": {
            "type": "boolean",
            "description": "Whether it was sent again with a new token, after the provider's 401",
        },
    }))
}
