//! GitHub's REST API with personal access tokens.
//!
//! - `Authorization: Bearer` or `token`; invalid credentials are 401, a token without the permission
//!   403 or 404: <https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api>
//! - Every request has a `User-Agent`:
//!   <https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api>
//! - `GET /user` needs no permission of a fine-grained token: <https://docs.github.com/en/rest/users/users>
//! - Errors are `{"message","documentation_url","status"}`; `Resource not accessible by personal
//!   access token`: <https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api>
//! - `x-ratelimit-limit`, `-remaining`, `-used`, `-reset`, `-resource`:
//!   <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
//! - `POST /credentials/revoke {"credentials":[…]}`: 202, 422; with authentication 403:
//!   <https://docs.github.com/en/rest/credentials/revoke>

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "github_pat_simulated0000000000_000000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let limit = if request.header("authorization").is_some() { 5_000 } else { 60 };
    let used = state.next();
    respond(state, request)
        .header("x-ratelimit-limit", limit.to_string())
        .header("x-ratelimit-remaining", (limit - used.min(limit)).to_string())
        .header("x-ratelimit-used", used.to_string())
        .header("x-ratelimit-reset", "1893456000")
        .header("x-ratelimit-resource", "core")
}

fn respond(state: &mut State, request: &Request) -> Reply {
    if request.header("user-agent").is_none() {
        return error(
            403,
            "Request forbidden by administrative rules. Please make sure your request \
            has a User-Agent header.",
        );
    }
    let authorization = request.header("authorization");
    if (request.method.as_str(), request.path.as_str()) == ("POST", "/credentials/revoke") {
        return match authorization {
            Some(_) => error(403, "Forbidden"),
            None => revoke(state, &request.json()),
        };
    }
    let Some((scheme, token)) = authorization.and_then(|value| value.split_once(' ')) else {
        return error(401, "Requires authentication");
    };
    let scheme_fits = ["bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let known = state.key(token).filter(|_| scheme_fits);
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = known else {
        return error(401, "Bad credentials");
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/user") => Reply::json(200, &user()),
        ("GET", "/repos/octocat/hello-world") if known == KeyState::Accepted => {
            Reply::json(200, &repository())
        }
        ("GET", "/repos/octocat/hello-world") => {
            error(403, "Resource not accessible by personal access token")
        }
        _ => error(404, "Not Found"),
    }
}

fn revoke(state: &mut State, body: &Value) -> Reply {
    let credentials: Option<Vec<&str>> =
        body["credentials"].as_array().and_then(|list| list.iter().map(Value::as_str).collect());
    match credentials {
        Some(tokens) if (1..=1000).contains(&tokens.len()) => {
            for token in tokens
                .into_iter()
                .filter(|token| token.starts_with("gh") || token.starts_with("github_pat_"))
            {
                if state.key(token).is_some() {
                    state.set_key(token, KeyState::Revoked);
                }
            }
            Reply::json(202, &json!({}))
        }
        _ => error(422, "Validation Failed"),
    }
}

fn user() -> Value {
    json!({"login": "octocat", "id": 583_231, "node_id": "MDQ6VXNlcjU4MzIzMQ==", "type": "User",
        "url": "https://api.github.com/users/octocat", "name": "The Octocat", "email": null})
}

fn repository() -> Value {
    json!({"id": 1_296_269, "name": "hello-world", "full_name": "octocat/hello-world",
        "private": false, "default_branch": "main"})
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"message": message, "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string()}),
    )
}
