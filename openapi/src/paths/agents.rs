//! `/api/agents`.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const ALL: &str = "/api/agents";
const ONE: &str = "/api/agents/{id}";
const KEYS: &str = "/api/agents/{id}/keys";
const KEY: &str = "/api/agents/{id}/keys/{key_id}";
const ACCESS: &str = "/api/agents/{id}/access";

pub(super) fn calls() -> Vec<Call> {
    vec![
        (ALL, "get", list()),
        (ALL, "post", create()),
        (ONE, "get", show()),
        (ONE, "put", change()),
        (ONE, "delete", delete()),
        (KEYS, "post", create_key()),
        (KEY, "delete", delete_key()),
        (ACCESS, "get", access()),
    ]
}

fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, "agents", summary).role(Role::Manager)
}

fn list() -> Operation {
    operation("listAgents", "List the workspace's agents")
        .describe("An agent of an outside issuer appears a moment after its first call.")
        .query(&["limit", "after_agent"])
        .responds(200, Answer::json("A page of agents", "AgentPage"))
}

fn create() -> Operation {
    operation("createAgent", "Register an agent")
        .query(&[])
        .body("AgentInput", &[("agent", json!({"name": "Support bot"}))])
        .responds(201, Answer::json("Registered", "Agent").header("location", "location"))
        .conflicts(&["agent_name_taken"])
}

fn show() -> Operation {
    operation("getAgent", "Show an agent")
        .parameter("agent")
        .query(&[])
        .responds(200, Answer::json("The agent", "Agent"))
        .problem(problems::NOT_FOUND)
}

fn change() -> Operation {
    operation("changeAgent", "Change an agent, or switch it off")
        .describe(
            "A missing member stays as it is. An agent that is `disabled` is rejected from the next \
             request on.",
        )
        .parameter("agent")
        .query(&[])
        .body("AgentChange", &[("off", json!({"status": "disabled"}))])
        .responds(200, Answer::json("Changed", "Agent"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["agent_name_taken"])
}

fn delete() -> Operation {
    operation("deleteAgent", "Delete an agent with all its keys")
        .describe("The agent's name stays in the records.")
        .parameter("agent")
        .query(&[])
        .responds(204, Answer::empty("Deleted"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["outside_agent"])
}

fn create_key() -> Operation {
    operation("createAgentKey", "Make a key for an agent")
        .describe(
            "The response is the only place where the key is ever shown. With `public_key`, the agent \
             signs its own tokens (RFC 7523) with its private key, and no secret exists here.",
        )
        .parameter("agent")
        .query(&[])
        .body("AgentKeyInput", &[("key", json!({"name": "production"}))])
        .responds(201, Answer::json("Made", "AgentKeyCreated"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["outside_agent", "too_many_keys"])
}

fn delete_key() -> Operation {
    operation("deleteAgentKey", "Revoke a key of an agent")
        .describe("The key is rejected from the next request on.")
        .parameter("agent")
        .parameter("agent_key")
        .query(&[])
        .responds(204, Answer::empty("Revoked"))
        .problem(problems::NOT_FOUND)
}

fn access() -> Operation {
    operation("getAgentAccess", "List the integrations that an agent may call, and by which rule")
        .parameter("agent")
        .query(&[])
        .responds(200, Answer::json("All active integrations", "AgentAccess"))
        .problem(problems::NOT_FOUND)
}
