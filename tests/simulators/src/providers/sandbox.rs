//! The sandbox: a pretend messaging service. This page is its documentation.
//!
//! - `Authorization: Bearer sandbox-…`; without a key it knows: 401 as RFC 9457
//!   `application/problem+json`, `{"type","title","status":401,"detail"}`; a key that may not do
//!   what it asks: 403 likewise.
//! - `GET /v1/me` → 200 `{"id":"acct_…","label":"…"}`, the account of the key.
//! - `POST /v1/messages` `{"text","channel"?}` → 201 `{"id","channel","text","from"}`; a text that
//!   is missing or empty: 422.
//! - `GET /v1/messages` → 200 `{"items":[…]}`, newest first.
//! - `POST /v1/keys` → 201 `{"key":"sandbox-…"}`, another key of the same account.
//! - `DELETE /v1/keys/current` → 204, and the key that asked is accepted no more.
//! - Anything else: 404, or 405 with `allow`.

use serde_json::{Value, json};

use crate::request::Request;
use crate::server::Reply;
use crate::state::{KeyState, State};

pub(crate) const DEFAULT_KEY: &str = "sandbox-demo-key-000000000001";

const ACCOUNT: &str = "acct_sandbox_1";
const LABEL: &str = "Sandbox Inc.";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let Some(key) = request.bearer() else {
        return problem(401, "Send your key as Authorization: Bearer sandbox-…")
            .header("www-authenticate", "Bearer realm=\"sandbox\"");
    };
    match state.key(key) {
        Some(KeyState::Accepted) => {}
        Some(KeyState::Restricted) => return problem(403, "This key may not do that."),
        Some(KeyState::Revoked) => {
            return problem(401, "This key has been revoked.")
                .header("www-authenticate", "Bearer realm=\"sandbox\", error=\"invalid_token\"");
        }
        None => {
            return problem(401, "No such key.")
                .header("www-authenticate", "Bearer realm=\"sandbox\", error=\"invalid_token\"");
        }
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/me") => Reply::json(200, &json!({"id": ACCOUNT, "label": LABEL})),
        ("GET", "/v1/messages") => {
            let items: Vec<_> = state.messages.iter().rev().collect();
            Reply::json(200, &json!({"items": items}))
        }
        ("POST", "/v1/messages") => post_message(state, request),
        ("POST", "/v1/keys") => mint(state),
        ("DELETE", "/v1/keys/current") => {
            state.set_key(key, KeyState::Revoked);
            Reply { status: 204, headers: Vec::new(), body: String::new() }
        }
        (_, "/v1/me") => problem(405, "Only GET is allowed here.").header("allow", "GET"),
        (_, "/v1/messages") => {
            problem(405, "Only GET and POST are allowed here.").header("allow", "GET, POST")
        }
        (_, "/v1/keys") => problem(405, "Only POST is allowed here.").header("allow", "POST"),
        (_, "/v1/keys/current") => {
            problem(405, "Only DELETE is allowed here.").header("allow", "DELETE")
        }
        (_, path) => problem(404, &format!("There is nothing at {path}.")),
    }
}

fn post_message(state: &mut State, request: &Request) -> Reply {
    let body = request.json();
    let Some(text) = body.get("text").and_then(Value::as_str).filter(|text| !text.is_empty())
    else {
        return problem(422, "text: a string that is not empty is required.");
    };
    let channel = body.get("channel").and_then(Value::as_str).unwrap_or("general");
    let message = json!({
        "id": format!("msg_{}", state.next()), "channel": channel, "text": text, "from": LABEL,
    });
    state.messages.push(message.clone());
    Reply::json(201, &message)
}

fn mint(state: &mut State) -> Reply {
    let key = format!("sandbox-minted-{:014}", state.next());
    state.set_key(&key, KeyState::Accepted);
    Reply::json(201, &json!({"key": key}))
}

fn problem(status: u16, detail: &str) -> Reply {
    let title = match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Unprocessable Content",
    };
    let body = json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
    let mut reply = Reply::json(status, &body);
    reply.headers = vec![("content-type", "application/problem+json".to_owned())];
    reply
}
