//! Linear's GraphQL API with personal API keys.
//!
//! - `Authorization: <API_KEY>`, `Bearer` for OAuth tokens only; `POST /graphql {"query"}`; a 200 may
//!   have `errors`: <https://linear.app/developers/graphql>
//! - The types of errors, and the headers of the rate limit:
//!   <https://github.com/linear/linear/blob/master/packages/sdk/src/error.ts>,
//!   <https://linear.app/developers/rate-limiting>
//! - `viewer`, `issues`: <https://github.com/linear/linear/blob/master/packages/sdk/src/schema.graphql>
//! - A key may be limited to reading or to some teams: <https://linear.app/docs/api-and-webhooks>
//!
//! The words of the two refusals are as clients report them; no page has them. It understands a
//! query by the fields that it names.

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "lin_api_simulated0000000000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let remaining = 2_500_u64.saturating_sub(state.next());
    respond(state, request)
        .header("x-ratelimit-requests-limit", "2500")
        .header("x-ratelimit-requests-remaining", remaining.to_string())
        .header("x-ratelimit-requests-reset", "1893456000000")
        .header("x-complexity", "1")
}

fn respond(state: &State, request: &Request) -> Reply {
    let sent = request.header("authorization").unwrap_or_default();
    if sent.starts_with("Bearer lin_api_") {
        return error(
            400,
            ("authentication error", "AUTHENTICATION_ERROR"),
            "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer \
             prefix from the Authorization header.",
        );
    }
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = state.key(sent) else {
        let message = "Authentication required, not authenticated";
        return error(401, ("authentication error", "AUTHENTICATION_ERROR"), message);
    };
    if (request.method.as_str(), request.path.as_str()) != ("POST", "/graphql") {
        return Reply::json(404, &json!({"error": "Not Found"}));
    }
    let body = request.json();
    let query = body.get("query").and_then(Value::as_str).unwrap_or_default();
    if query.contains("viewer") {
        Reply::json(200, &json!({"data": {"viewer": viewer()}}))
    } else if query.contains("issues") && known == KeyState::Restricted {
        error(200, ("forbidden", "FORBIDDEN"), "You don't have permission to do this.")
    } else if query.contains("issues") {
        Reply::json(200, &json!({"data": {"issues": {"nodes": [{"id": "i1", "title": "First"}]}}}))
    } else {
        error(400, ("graphql error", "GRAPHQL_VALIDATION_FAILED"), "Cannot query that.")
    }
}

fn viewer() -> Value {
    json!({"id": "9b1f9f3a-5f5e-4b39-9c39-1f6b1a2c3d4e", "name": "Ada", "email": "ada@example.com"})
}

fn error(status: u16, (kind, code): (&str, &str), message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"errors": [{"message": message, "extensions": {"type": kind, "code": code,
            "userPresentableMessage": message}}], "data": null}),
    )
}
