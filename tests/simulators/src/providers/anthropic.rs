//! Anthropic's API, as far as checking a key and a first message go.
//!
//! - The key travels as `x-api-key`; every answer has `request-id` and `anthropic-organization-id`:
//!   <https://platform.claude.com/docs/en/api/overview>
//! - Every request has `anthropic-version`: <https://platform.claude.com/docs/en/api/versioning>
//! - Errors are `{"type":"error","error":{"type","message"},"request_id"}`; 401 `authentication_error`,
//!   403 `permission_error`, 404 `not_found_error`: <https://platform.claude.com/docs/en/api/errors>
//! - `GET /v1/models` is `{"data","first_id","has_more","last_id"}`, `limit` 1 to 1000 (20):
//!   <https://platform.claude.com/docs/en/api/models-list>
//! - `POST /v1/messages`: <https://platform.claude.com/docs/en/api/messages>
//! - `anthropic-ratelimit-requests-…`: <https://platform.claude.com/docs/en/api/rate-limits>

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "sk-ant-api03-simulated000000000000000000";

const MODELS: [&str; 2] = ["claude-opus-4-6", "claude-haiku-4-5"];

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let id = format!("req_simulated{:012}", state.next());
    respond(state, request, &id)
        .header("anthropic-organization-id", "00000000-0000-4000-8000-000000000001")
        .header("anthropic-ratelimit-requests-limit", "50")
        .header("anthropic-ratelimit-requests-remaining", "49")
        .header("anthropic-ratelimit-requests-reset", "2030-01-01T00:00:00Z")
        .header("request-id", id)
}

fn respond(state: &State, request: &Request, id: &str) -> Reply {
    let error = |status, kind, message: &str| error(status, kind, message, id);
    let Some(key) = request.header("x-api-key").filter(|key| !key.is_empty()) else {
        return error(401, "authentication_error", "x-api-key header is required");
    };
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = state.key(key) else {
        return error(401, "authentication_error", "invalid x-api-key");
    };
    if request.header("anthropic-version").is_none() {
        return error(400, "invalid_request_error", "anthropic-version: header is required");
    }
    if known == KeyState::Restricted {
        let message = "Your API key does not have permission to use the specified resource.";
        return error(403, "permission_error", message);
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/models") => match request.query_param("limit").map(str::parse::<usize>) {
            None => models(20),
            Some(Ok(limit @ 1..=1000)) => models(limit),
            Some(_) => error(400, "invalid_request_error", "limit: must be from 1 to 1000"),
        },
        ("GET", path) if path.starts_with("/v1/models/") => {
            let id = path.trim_start_matches("/v1/models/");
            match MODELS.iter().find(|known| **known == id) {
                Some(id) => Reply::json(200, &model(id)),
                None => error(404, "not_found_error", &format!("model: {id}")),
            }
        }
        ("POST", "/v1/messages") => message(&request.json()).unwrap_or_else(|missing| {
            error(400, "invalid_request_error", &format!("{missing}: Field required"))
        }),
        _ => error(404, "not_found_error", "Not Found"),
    }
}

fn models(limit: usize) -> Reply {
    let data: Vec<Value> = MODELS.iter().take(limit).map(|id| model(id)).collect();
    let ids: Vec<&str> = MODELS.into_iter().take(limit).collect();
    Reply::json(
        200,
        &json!({"data": data, "first_id": ids.first(), "last_id": ids.last(),
            "has_more": limit < MODELS.len()}),
    )
}

fn model(id: &str) -> Value {
    json!({"type": "model", "id": id, "display_name": id, "created_at": "2026-02-04T00:00:00Z"})
}

/// The response, or the name of the first missing member.
fn message(body: &Value) -> Result<Reply, &'static str> {
    let missing =
        ["model", "max_tokens", "messages"].into_iter().find(|name| body[*name].is_null());
    if let Some(name) = missing {
        return Err(name);
    }
    Ok(Reply::json(
        200,
        &json!({"id": "msg_simulated", "type": "message", "role": "assistant",
            "model": body["model"], "content": [{"type": "text", "text": "Hello."}],
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": 8, "output_tokens": 3}}),
    ))
}

fn error(status: u16, kind: &str, message: &str, id: &str) -> Reply {
    let body =
        json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": id});
    Reply::json(status, &body)
}
