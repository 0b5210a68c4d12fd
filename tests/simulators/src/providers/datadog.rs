//! Datadog's API, as far as checking two keys and reading monitors go.
//!
//! - `DD-API-KEY` and `DD-APPLICATION-KEY`: <https://docs.datadoghq.com/api/latest/authentication/>
//! - `GET /api/v1/validate` looks at the API key alone, and is 403 where it is invalid (same page)
//! - `GET /api/v2/validate_keys` looks at both: `{"status":"ok"}`, 401 or 403 otherwise:
//!   <https://docs.datadoghq.com/api/latest/key-management/validate-api-and-application-keys/>
//! - Errors are `{"errors":["…"]}`; a scoped application key may do only what its scopes say:
//!   <https://docs.datadoghq.com/account_management/api-app-keys/>
//! - `GET /api/v1/monitor`: <https://docs.datadoghq.com/api/latest/monitors/>
//! - `X-RateLimit-Limit`, `-Period`, `-Remaining`, `-Reset`, `-Name`:
//!   <https://docs.datadoghq.com/api/latest/rate-limits/>
//!
//! The simulator's keys are `api_key:application_key`.

use serde_json::json;

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str =
    "51500000000000000000000000000001:5150000000000000000000000000000000000001";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let Some(api_key) = request.header("dd-api-key") else { return error(401, "Unauthorized") };
    let path = request.path.as_str();
    if (request.method.as_str(), path) == ("GET", "/api/v1/validate") {
        return match state.any_key(|known| known.split(':').next() == Some(api_key)) {
            true => Reply::json(200, &json!({"valid": true})),
            false => error(403, "Forbidden"),
        };
    }
    let application_key = request.header("dd-application-key").unwrap_or_default();
    let known = state.key(&format!("{api_key}:{application_key}"));
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = known else {
        return error(403, "Forbidden");
    };
    match (request.method.as_str(), path) {
        ("GET", "/api/v2/validate_keys") => Reply::json(200, &json!({"status": "ok"})),
        ("GET", "/api/v1/monitor") if known == KeyState::Restricted => error(403, "Forbidden"),
        ("GET", "/api/v1/monitor") => {
            let remaining = 1_000_u64.saturating_sub(state.next());
            Reply::json(200, &json!([{"id": 91_879, "name": "Load", "type": "metric alert"}]))
                .header("x-ratelimit-limit", "1000")
                .header("x-ratelimit-period", "10")
                .header("x-ratelimit-remaining", remaining.to_string())
                .header("x-ratelimit-reset", "10")
                .header("x-ratelimit-name", "monitors")
        }
        _ => error(404, "Not found"),
    }
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"errors": [message]}))
}
