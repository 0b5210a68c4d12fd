//! Runs the tools and returns their results to models. An error must say what the model can do next.

use nexus_common::auth::Agent;
use nexus_common::error::Problem;
use nexus_common::http::{RequestId, Respond};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::message::{Failure, Message, shown};
use crate::{call, describe};

/// The instructions for a model that uses this server.
pub(crate) const INSTRUCTIONS: &str = "Third-party services that an administrator has connected. \
    Start with list_integrations, call describe_integration for the service you need, then use \
    call_api with the paths of that provider's own API documentation. Authentication is added for \
    you. Never ask for credentials, and never send any.";

/// The tools of one caller.
pub(crate) struct Tools<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) request_id: &'a RequestId,
}

/// The result of a tool: text for the model, and the same as JSON.
pub(crate) struct ToolResult {
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) is_error: bool,
}

impl Tools<'_> {
    /// Runs the tool that `tools/call` names.
    ///
    /// # Errors
    /// A [`Failure`] if there is no such tool, or if `arguments` is not an object. An error inside a
    /// tool is the tool's result.
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
        let result = match name {
            // The broker checks the caller at each call.
            "call_api" => call::run(self, &arguments).await,
            _ => self.describe(name, &arguments).await,
        };
        let ToolResult { mut text, json, is_error } =
            result.unwrap_or_else(|error| refused(&error.problem(self.request_id)));
        if let Some(note) = arguments.note() {
            text.push_str(&format!("\n\n{note}"));
        }
        Ok(json!({
            "content": [{"type": "text", "text": text}],
            "structuredContent": json,
            "isError": is_error,
        }))
    }

    /// Runs a tool that only reads. The caller may have been switched off while earlier messages of a list were
    /// processed.
    async fn describe(
        &self,
        name: &str,
        arguments: &Arguments,
    ) -> nexus_common::Result<ToolResult> {
        self.agent.caller.require_still_welcome().await?;
        match name {
            "list_integrations" => describe::list(self, arguments).await,
            _ => describe::one(self, arguments).await,
        }
    }
}

/// A problem document as the result of a tool.
pub(crate) fn refused(problem: &Problem) -> ToolResult {
    let rules: Vec<String> =
        problem.errors.iter().map(|e| format!("{}: {}", e.pointer, e.detail)).collect();
    let mut text = format!("{}: {}", problem.code, problem.detail);
    if rules.len() > 1 {
        text = format!("{text}\n{}", rules.join("\n"));
    }
    let json = serde_json::to_value(problem).unwrap_or_default();
    ToolResult { text, json, is_error: true }
}
