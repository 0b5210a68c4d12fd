//! Zendesk's Ticketing API with API tokens.
//!
//! - HTTP Basic, `{email_address}/token:{api_token}`:
//!   <https://developer.zendesk.com/api-reference/introduction/security-and-auth/>
//! - Who sends no credentials is the anonymous user, whose `id` is null; `GET /api/v2/users/me` is
//!   for anonymous users too: <https://developer.zendesk.com/api-reference/ticketing/users/users/>
//! - 401 `{"error":"Couldn't authenticate you"}`, 403 for what the agent may not do; with `.json` and
//!   without: <https://developer.zendesk.com/api-reference/introduction/requests/>
//! - `POST /api/v2/tickets`: 201, 422 `RecordInvalid`:
//!   <https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/>
//! - `X-Rate-Limit`, `X-Rate-Limit-Remaining`:
//!   <https://developer.zendesk.com/api-reference/introduction/rate-limits/>
//!
//! The simulator's keys are `email_address/token:api_token`.

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str =
    "agent@acme.example/token:simulated0000000000000000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let remaining = 700_u64.saturating_sub(state.next());
    respond(state, request)
        .header("x-rate-limit", "700")
        .header("x-rate-limit-remaining", remaining.to_string())
}

fn respond(state: &mut State, request: &Request) -> Reply {
    let path = request.path.strip_suffix(".json").unwrap_or(&request.path).to_owned();
    let refused = || Reply::json(401, &json!({"error": "Couldn't authenticate you"}));
    if request.header("authorization").is_none() {
        return match (request.method.as_str(), path.as_str()) {
            ("GET", "/api/v2/users/me") => Reply::json(200, &json!({"user": anonymous()})),
            _ => refused(),
        };
    }
    let key = request.basic().map(|(user, password)| format!("{user}:{password}"));
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) =
        key.as_deref().and_then(|key| state.key(key))
    else {
        return refused();
    };
    match (request.method.as_str(), path.as_str()) {
        ("GET", "/api/v2/users/me") => Reply::json(200, &json!({"user": agent()})),
        (_, "/api/v2/tickets") if known == KeyState::Restricted => Reply::json(
            403,
            &json!({"error": {"title": "Forbidden",
                "message": "You do not have access to this page. Please contact the account owner \
                            of this help desk for further help."}}),
        ),
        ("GET", "/api/v2/tickets") => {
            let tickets: Vec<_> = state.messages.iter().collect();
            Reply::json(
                200,
                &json!({"tickets": tickets, "count": tickets.len(), "next_page": null,
                    "previous_page": null}),
            )
        }
        ("POST", "/api/v2/tickets") => ticket(state, &request.json()),
        _ => Reply::json(404, &json!({"error": "RecordNotFound", "description": "Not found"})),
    }
}

fn ticket(state: &mut State, body: &Value) -> Reply {
    let comment = body.pointer("/ticket/comment").unwrap_or(&Value::Null);
    if comment.is_null() {
        return Reply::json(
            422,
            &json!({"error": "RecordInvalid", "description": "Record validation errors",
                "details": {"base": [{"description": "Description: cannot be blank"}]}}),
        );
    }
    let subject = body.pointer("/ticket/subject").unwrap_or(&Value::Null);
    let ticket = json!({"id": state.next(), "subject": subject, "status": "new"});
    state.messages.push(ticket.clone());
    Reply::json(201, &json!({"ticket": ticket}))
}

fn agent() -> Value {
    json!({"id": 35_436, "name": "Agent Smith", "email": "agent@acme.example", "role": "admin",
        "verified": true, "active": true})
}

fn anonymous() -> Value {
    json!({"id": null, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user",
        "verified": false, "active": false})
}
