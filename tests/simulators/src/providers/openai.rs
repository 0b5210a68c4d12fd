//! OpenAI's REST API, as far as checking a key goes.
//!
//! - Keys travel as `Authorization: Bearer`: <https://platform.openai.com/docs/api-reference/authentication>
//! - `GET /v1/models` is `{"object":"list","data":[{"id","object":"model","created","owned_by"}]}`:
//!   <https://developers.openai.com/api/reference/cli/resources/models/methods/list/index.md>
//! - 401 "Incorrect API key provided": <https://platform.openai.com/docs/guides/error-codes>. The
//!   body is `{"error":{"message","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`
//!   and its message shows the first 8 and last 4 characters of what was sent, as reported in
//!   <https://github.com/popjane/free_chatgpt_api/issues/3> and
//!   <https://github.com/continuedev/continue/issues/9634>
//! - A key without the permission for an endpoint: 403, "You have insufficient permissions for this
//!   operation. Missing scopes: …": <https://platform.openai.com/docs/guides/error-codes>

use serde_json::{Value, json};

use crate::mask::mask;
use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "sk-proj-simulated000000000000000000000000";

const MODELS: [(&str, &str); 3] =
    [("gpt-4.1", "system"), ("gpt-4.1-mini", "system"), ("text-embedding-3-small", "system")];

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let id = format!("req_{:032x}", state.next());
    respond(state, request).header("x-request-id", id).header("openai-version", "2020-10-01")
}

fn respond(state: &State, request: &Request) -> Reply {
    let Some(key) = request.bearer().filter(|key| !key.is_empty()) else {
        return error(
            401,
            None,
            "You didn't provide an API key. You need to provide your API key in an Authorization \
             header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API \
             key from https://platform.openai.com/account/api-keys.",
        );
    };
    match state.key(key) {
        None | Some(KeyState::Revoked) => {
            return error(
                401,
                Some("invalid_api_key"),
                &format!(
                    "Incorrect API key provided: {}. You can find your API key at \
                     https://platform.openai.com/account/api-keys.",
                    mask(key, 8, 4)
                ),
            );
        }
        Some(KeyState::Restricted) => {
            return error(
                403,
                None,
                "You have insufficient permissions for this operation. Missing scopes: \
                 api.model.read. Check that you have the correct role in your organization.",
            );
        }
        Some(KeyState::Accepted) => {}
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/models") => {
            let data: Vec<_> = MODELS.iter().map(|(id, owner)| model(id, owner)).collect();
            Reply::json(200, &json!({"object": "list", "data": data}))
        }
        ("GET", path) if path.starts_with("/v1/models/") => {
            let id = path.trim_start_matches("/v1/models/");
            match MODELS.iter().find(|(known, _)| *known == id) {
                Some((id, owner)) => Reply::json(200, &model(id, owner)),
                None => error(
                    404,
                    Some("model_not_found"),
                    &format!("The model '{id}' does not exist or you do not have access to it."),
                ),
            }
        }
        (method, path) => error(404, None, &format!("Invalid URL ({method} {path})")),
    }
}

fn model(id: &str, owner: &str) -> Value {
    json!({"id": id, "object": "model", "created": 1_744_316_542, "owned_by": owner})
}

fn error(status: u16, code: Option<&str>, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"error": {
            "message": message, "type": "invalid_request_error", "param": null, "code": code,
        }}),
    )
}
