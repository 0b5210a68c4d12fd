//! Resend's API.
//!
//! - `Authorization: Bearer re_…`, and a `User-Agent`, without which 403:
//!   <https://resend.com/docs/api-reference/introduction>
//! - 401 `missing_api_key`, 401 `restricted_api_key` for a key that may only send, 403
//!   `invalid_api_key`: <https://resend.com/docs/api-reference/errors>; the body is
//!   `{"statusCode","message","name"}`: <https://docs.rs/crate/resend-rs/latest/source/src/error.rs>
//! - `GET /domains`, `POST /emails`: <https://github.com/resend/resend-openapi>
//! - `ratelimit-limit`, `-remaining`, `-reset`: <https://resend.com/docs/api-reference/rate-limit>

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "re_simulated_000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    if request.header("user-agent").is_none() {
        let body = "error code: 1010".to_owned();
        return Reply {
            status: 403,
            headers: vec![("content-type", "text/plain".to_owned())],
            body,
        };
    }
    respond(state, request)
        .header("ratelimit-limit", "5")
        .header("ratelimit-remaining", "4")
        .header("ratelimit-reset", "1")
}

fn respond(state: &mut State, request: &Request) -> Reply {
    let Some(key) = request.bearer().filter(|key| !key.is_empty()) else {
        return error(401, "missing_api_key", "Missing API key in the authorization header.");
    };
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = state.key(key) else {
        return error(403, "invalid_api_key", "API key is invalid.");
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/emails") => send(state, &request.json()),
        _ if known == KeyState::Restricted => {
            error(401, "restricted_api_key", "This API key is restricted to only send emails.")
        }
        ("GET", "/domains") => Reply::json(
            200,
            &json!({"object": "list", "has_more": false,
                "data": [{"id": "d91cd9bd-1176-453e-8fc1-35364d380206", "name": "example.com",
                    "status": "verified", "region": "us-east-1"}]}),
        ),
        _ => error(404, "not_found", "The requested endpoint does not exist."),
    }
}

fn send(state: &mut State, mail: &Value) -> Reply {
    match ["from", "to", "subject"].into_iter().find(|name| mail[*name].is_null()) {
        Some(name) => error(422, "missing_required_field", &format!("Missing `{name}` field.")),
        None => {
            state.messages.push(mail.clone());
            let id = format!("49a3999c-0ce1-4ea6-ab68-{:012}", state.next());
            Reply::json(200, &json!({"id": id}))
        }
    }
}

fn error(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"statusCode": status, "message": message, "name": name}))
}
