//! The context that every tool gets besides its arguments, and the result that it returns.

use nexus_common::auth::Agent;
use nexus_common::error::Problem;
use nexus_common::http::RequestId;
use serde_json::Value;

/// The request for which a tool runs.
pub(crate) struct Context<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) request_id: &'a RequestId,
}

/// The result of a tool: text for the model, and the same as JSON.
pub(crate) struct ToolResult {
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) is_error: bool,
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
