//! Twilio SendGrid's v3 API, as far as a key's scopes and sending a mail go.
//!
//! - `Authorization: Bearer`:
//!   <https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/authentication>
//! - Errors are `{"errors":[{"field","message"}]}`; 401 "requires authentication", 403 "too many bad
//!   requests": <https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors>
//! - "The provided authorization grant is invalid, expired, or revoked", 403 for a key without the
//!   permission: <https://support.sendgrid.com/hc/en-us/articles/18322114821403-4XX-API-Errors-and-Troubleshooting-Suggestions>
//! - `GET /v3/scopes` is all the scopes of the very key that asks, and "authorization required"
//!   without one: <https://github.com/sendgrid/sendgrid-oai>
//! - `POST /v3/mail/send`: 202 and no body:
//!   <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>
//! - `X-RateLimit-Limit`, `-Remaining`, `-Reset`:
//!   <https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits>

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "SG.simulated0000000000.simulated00000000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let remaining = 500_u64.saturating_sub(state.next());
    respond(state, request)
        .header("x-ratelimit-limit", "500")
        .header("x-ratelimit-remaining", remaining.to_string())
        .header("x-ratelimit-reset", "1893456000")
}

fn respond(state: &mut State, request: &Request) -> Reply {
    let Some(key) = request.bearer().filter(|key| !key.is_empty()) else {
        return error(401, None, "authorization required");
    };
    let restricted = match state.key(key) {
        Some(KeyState::Accepted) => false,
        Some(KeyState::Restricted) => true,
        None | Some(KeyState::Revoked) => {
            let message = "The provided authorization grant is invalid, expired, or revoked";
            return error(401, None, message);
        }
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v3/scopes") if restricted => {
            Reply::json(200, &json!({"scopes": ["alerts.read"]}))
        }
        ("GET", "/v3/scopes") => {
            Reply::json(200, &json!({"scopes": ["alerts.read", "mail.send", "templates.read"]}))
        }
        ("POST", "/v3/mail/send") if restricted => error(403, None, "access forbidden"),
        ("POST", "/v3/mail/send") => send(state, &request.json()),
        _ => error(404, None, "not found"),
    }
}

fn send(state: &mut State, mail: &Value) -> Reply {
    match ["personalizations", "from", "subject"].into_iter().find(|name| mail[*name].is_null()) {
        Some(name) => error(400, Some(name), &format!("The {name} field is required")),
        None => {
            state.messages.push(mail.clone());
            let id = format!("simulated{:06}", state.next());
            Reply { status: 202, headers: Vec::new(), body: String::new() }
                .header("x-message-id", id)
        }
    }
}

fn error(status: u16, field: Option<&str>, message: &str) -> Reply {
    Reply::json(status, &json!({"errors": [{"field": field, "message": message}]}))
}
