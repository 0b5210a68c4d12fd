//! The tools that models see, and what is said back to them: errors in words that they can act on.

use nexus_common::auth::Agent;
use nexus_common::error::Problem;
use nexus_common::http::{RequestId, Respond};
use nexus_common::{Error, Result};
use serde_json::{Map, Value, json};

use crate::message::{Failure, Message};
use crate::{call, describe};

/// What a model is told of this server.
pub(crate) const INSTRUCTIONS: &str = "Third-party services that an administrator has connected. \
    Start with list_integrations, read describe_integration for the one you need, then use call_api \
    with the paths of that provider's own API documentation. Authentication is added for you: never \
    ask for or send credentials.";

/// The tools of one caller.
pub(crate) struct Tools<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) request_id: &'a RequestId,
}

/// What a tool has to say: text for the model, and the same as JSON.
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) is_error: bool,
}

/// All tools, always in this order.
pub(crate) fn definitions() -> Value {
    let which = json!({"type": "string",
        "description": "The integration's slug or id, as list_integrations shows it"});
    json!([
        {
            "name": "list_integrations",
            "title": "List integrations",
            "description": "The services you may use: name, slug, provider, account and policy. A \
                page of them; next_cursor is where the next begins.",
            "inputSchema": {"type": "object", "properties": {
                "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
                "cursor": {"type": "string", "description": "next_cursor of the page before"},
            }, "additionalProperties": false},
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "describe_integration",
            "title": "Describe an integration",
            "description": "How to call one service: its API's base URL and documentation, fixed \
                headers, the calls that are refused, and the policy in words.",
            "inputSchema": {"type": "object", "properties": {"integration": which},
                "required": ["integration"], "additionalProperties": false},
            "annotations": {"readOnlyHint": true, "openWorldHint": false},
        },
        {
            "name": "call_api",
            "title": "Call a provider's API",
            "description": "One HTTP request to a connected service, authenticated for you. The path \
                is relative to the base URL that describe_integration shows. Answers with status, \
                headers and body; a body of more than 64 KB is cut.",
            "inputSchema": {"type": "object", "properties": {
                "integration": which,
                "method": {"type": "string",
                    "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
                    "default": "GET"},
                "path": {"type": "string", "pattern": "^(/|https?://)",
                    "description": "Such as /v1/charges, without a query; or a whole URL from an earlier \
                        answer, such as that of the next page"},
                "query": {"type": "object", "additionalProperties":
                    {"type": ["string", "number", "boolean", "array"]},
                    "description": "Query parameters; a list repeats its parameter"},
                "headers": {"type": "object", "additionalProperties": {"type": "string"},
                    "description": "Further headers; no credentials"},
                "body": {"description": "An object or a list is sent as JSON, a string as it is"},
                "form": {"type": "object", "additionalProperties":
                    {"type": ["string", "number", "boolean"]},
                    "description": "Sent form-encoded, in place of body"},
                "host": {"type": "string",
                    "description": "Another of the provider's hosts that describe_integration shows"},
            }, "required": ["integration", "path"], "additionalProperties": false},
            "annotations": {"readOnlyHint": false, "destructiveHint": true,
                "idempotentHint": false, "openWorldHint": true},
        },
    ])
}

impl Tools<'_> {
    /// Does what `tools/call` asks for.
    ///
    /// # Errors
    /// A tool that does not exist. What goes wrong in a tool is its result.
    pub(crate) async fn call(&self, message: &Message) -> Result<Value, Failure> {
        let name = message.params.get("name").and_then(Value::as_str).unwrap_or_default();
        let none = Map::new();
        let arguments = match message.params.get("arguments") {
            None | Some(Value::Null) => &none,
            Some(Value::Object(arguments)) => arguments,
            Some(_) => return Err(message.invalid("`arguments` must be an object")),
        };
        let said = match name {
            "list_integrations" => describe::list(self, arguments).await,
            "describe_integration" => describe::one(self, arguments).await,
            "call_api" => call::run(self, arguments).await,
            other => {
                let shown: String = other.chars().take(64).collect();
                return Err(message.invalid(&format!("there is no tool {shown:?}")));
            }
        };
        let Said { text, json, is_error } =
            said.unwrap_or_else(|error| refused(&error.problem(self.request_id)));
        Ok(json!({
            "content": [{"type": "text", "text": text}],
            "structuredContent": json,
            "isError": is_error,
        }))
    }
}

/// A refusal of ours, in words.
pub(crate) fn refused(problem: &Problem) -> Said {
    let rules: Vec<String> =
        problem.errors.iter().map(|e| format!("{}: {}", e.pointer, e.detail)).collect();
    let mut text = format!("{}: {}", problem.code, problem.detail);
    if rules.len() > 1 {
        text = format!("{text}\n{}", rules.join("\n"));
    }
    let json = serde_json::to_value(problem).unwrap_or_default();
    Said { text, json, is_error: true }
}

/// The text argument `name`.
///
/// # Errors
/// [`Error::Invalid`] where it is missing or no text.
pub(crate) fn text<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<&'a str> {
    let value = arguments.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    value.ok_or_else(|| Error::invalid(name, "is required, a string"))
}

/// Refuses arguments that the tool does not have.
///
/// # Errors
/// [`Error::Invalid`] naming them.
pub(crate) fn only(arguments: &Map<String, Value>, known: &[&str]) -> Result<()> {
    match arguments.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let known = match known {
                [] => "none".to_owned(),
                known => known.join(", "),
            };
            Err(Error::invalid(unknown, format!("is not an argument of this tool; it has {known}")))
        }
    }
}
