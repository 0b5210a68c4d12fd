//! Airtable's Web API with personal access tokens.
//!
//! - `Authorization: Bearer`: <https://airtable.com/developers/web/api/authentication>
//! - `GET /v0/meta/whoami` needs no scope; `email` only with `user.email:read`:
//!   <https://airtable.com/developers/web/api/get-user-id-scopes>
//! - `GET /v0/meta/bases`: <https://airtable.com/developers/web/api/list-bases>
//! - Errors are `{"error":{"type","message"}}`; 401 without a token, 401 for an invalid one, 403
//!   without the scope: <https://airtable.com/developers/web/api/errors>,
//!   <https://support.airtable.com/docs/airtable-api-common-troubleshooting>

use serde_json::json;

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str =
    "patSimulated00000.simulated0000000000000000000000000000000000";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let Some(key) = request.bearer().filter(|key| !key.is_empty()) else {
        return error(401, "AUTHENTICATION_REQUIRED", "Authentication required");
    };
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) = state.key(key) else {
        return error(401, "UNAUTHORIZED", "Invalid authentication token");
    };
    let restricted = known == KeyState::Restricted;
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v0/meta/whoami") if restricted => {
            Reply::json(200, &json!({"id": "usrSimulated00001"}))
        }
        ("GET", "/v0/meta/whoami") => {
            Reply::json(200, &json!({"id": "usrSimulated00001", "email": "owner@example.com"}))
        }
        ("GET", "/v0/meta/bases") if restricted => error(
            403,
            "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND",
            "Invalid permissions, or the requested model was not found. Check that both your user \
             and your token have the required permissions, and that the model names and/or ids are \
             correct.",
        ),
        ("GET", "/v0/meta/bases") => Reply::json(
            200,
            &json!({"bases": [{"id": "appSimulated00001", "name": "Apartment Hunting",
                "permissionLevel": "create"}]}),
        ),
        _ => error(404, "NOT_FOUND", "Not found"),
    }
}

fn error(status: u16, kind: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"error": {"type": kind, "message": message}}))
}
