//! What is said back to models: results, and errors in words that they can act on.

use nexus_common::auth::Agent;
use nexus_common::error::Problem;
use nexus_common::http::{RequestId, Respond};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::message::{Failure, Message, shown};
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

impl Tools<'_> {
    /// Does what `tools/call` asks for.
    ///
    /// # Errors
    /// A tool that does not exist. What goes wrong in a tool is its result.
    pub(crate) async fn call(&self, message: &Message) -> Result<Value, Failure> {
        let name = message.params.get("name").and_then(Value::as_str).unwrap_or_default();
        let known: &[&str] = match name {
            "list_integrations" => &describe::PAGED,
            "describe_integration" => &describe::ONE,
            "call_api" => &call::ARGUMENTS,
            other => return Err(message.invalid(&format!("there is no tool {}", shown(other)))),
        };
        let arguments = Arguments::read(message.params.get("arguments"), known);
        let arguments = arguments.ok_or_else(|| {
            message.invalid("`arguments` must be an object, or the JSON text of one")
        })?;
        let said = match name {
            "list_integrations" => describe::list(self, &arguments).await,
            "describe_integration" => describe::one(self, &arguments).await,
            _ => call::run(self, &arguments).await,
        };
        let Said { mut text, json, is_error } =
            said.unwrap_or_else(|error| refused(&error.problem(self.request_id)));
        if let Some(note) = arguments.note() {
            text.push_str(&format!("\n\n{note}"));
        }
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
