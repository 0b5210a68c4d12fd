//! Runs the tools and returns their results to models. An error must say what the model can do next.

use nexus_common::Result;
use nexus_common::http::Respond;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::message::{Failure, Message, shown};
use crate::tool::{Context, ToolResult, refused};
use crate::{call, describe};

/// The instructions for a model that uses this server.
pub(crate) const INSTRUCTIONS: &str = "Third-party services that an administrator has connected. \
    Start with list_integrations, call describe_integration for the service you need, then use \
    call_api with the paths of that provider's own API documentation. Authentication is added for \
    you. Never ask for credentials, and never send any.";

/// Runs the tool that `tools/call` names.
///
/// # Errors
/// A [`Failure`] if there is no such tool, or if `arguments` is not an object. An error inside a
/// tool is the tool's result.
pub(crate) async fn call(context: &Context<'_>, message: &Message) -> Result<Value, Failure> {
    let name = message.params.get("name").and_then(Value::as_str).unwrap_or_default();
    let known: &[&str] = match name {
        "list_integrations" => &describe::PAGED,
        "describe_integration" => &describe::ONE,
        "call_api" => &call::ARGUMENTS,
        other => return Err(message.invalid(&format!("there is no tool {}", shown(other)))),
    };
    let arguments = Arguments::read(message.params.get("arguments"), known);
    let arguments = arguments
        .ok_or_else(|| message.invalid("`arguments` must be an object, or the JSON text of one"))?;
    let result = match name {
        // The broker checks the caller at each call.
        "call_api" => call::run(context, &arguments).await,
        _ => read_only(context, name, &arguments).await,
    };
    let ToolResult { mut text, json, is_error } =
        result.unwrap_or_else(|error| refused(&error.problem(context.request_id)));
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
async fn read_only(context: &Context<'_>, name: &str, arguments: &Arguments) -> Result<ToolResult> {
    context.agent.caller.require_still_active().await?;
    match name {
        "list_integrations" => describe::list(context, arguments).await,
        _ => describe::one(context, arguments).await,
    }
}
