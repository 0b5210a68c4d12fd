//! Notion's API with the secret of an internal integration.
//!
//! - `Authorization: Bearer`: <https://developers.notion.com/reference/authentication>
//! - `Notion-Version` on every request: <https://developers.notion.com/reference/versioning>
//! - Errors are `{"object":"error","status","code","message"}`; 401 `unauthorized`, 400
//!   `missing_version`, 403 `restricted_resource`: <https://developers.notion.com/reference/status-codes>
//! - `GET /v1/users/me` for an integration with any capabilities:
//!   <https://developers.notion.com/reference/get-self>, <https://developers.notion.com/reference/user>
//! - `POST /v1/search`: <https://developers.notion.com/reference/post-search>

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "ntn_simulated000000000000000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let known = request.bearer().and_then(|key| state.key(key));
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = known else {
        return error(401, "unauthorized", "API token is invalid.");
    };
    if request.header("notion-version").is_none() {
        let message = "Notion-Version header failed validation: Notion-Version header should be \
                       defined, instead was `undefined`.";
        return error(400, "missing_version", message);
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/users/me") => Reply::json(200, &bot()),
        ("POST", "/v1/search") if known == KeyState::Restricted => {
            error(403, "restricted_resource", "Insufficient permissions for this endpoint.")
        }
        ("POST", "/v1/search") => Reply::json(
            200,
            &json!({"object": "list", "results": [], "next_cursor": null, "has_more": false,
                "type": "page_or_data_source", "page_or_data_source": {}}),
        ),
        _ => error(400, "invalid_request_url", "Invalid request URL."),
    }
}

fn bot() -> Value {
    json!({"object": "user", "id": "16d84278-ab0e-484c-9bdd-b35da3bd8905", "name": "Nexus",
        "avatar_url": null, "type": "bot",
        "bot": {"owner": {"type": "workspace", "workspace": true}, "workspace_name": "Acme HQ"}})
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({"object": "error", "status": status, "code": code, "message": message});
    Reply::json(status, &body)
}
