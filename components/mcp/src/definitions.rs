//! The definitions of the tools, as models see them.
//!
//! The schemas use only what the strictest clients accept, because a client that does not know one member may
//! reject every tool of the server. Each schema has one `type`. Each array has `items` (OpenAI, VS Code).
//! Each object has properties (Gemini: "should be non-empty for OBJECT type"). There is no
//! `additionalProperties` (Gemini), no reference, no alternative, and no rule for a value except `enum`: the
//! descriptions have the other rules. `arguments` accepts more than the schemas say. The definitions must not
//! promise what the tools do not do.

use serde_json::Value;

/// The content of `tools.json`. As text it takes a third of the code that would build it.
const TOOLS: &str = include_str!("tools.json");

/// The definitions of all tools, always in the same order.
pub(crate) fn definitions() -> Value {
    serde_json::from_slice(TOOLS.as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{call, describe};

    #[test]
    fn every_tool_has_the_arguments_that_it_reads() {
        let tools = definitions();
        let read: [(&str, &[&str]); 3] = [
            ("list_integrations", &describe::PAGED),
            ("describe_integration", &describe::ONE),
            ("call_api", &call::ARGUMENTS),
        ];
        assert_eq!(tools.as_array().unwrap().len(), read.len());
        for (tool, (name, arguments)) in tools.as_array().unwrap().iter().zip(read) {
            assert_eq!(tool["name"], name);
            let properties = tool["inputSchema"]["properties"].as_object().unwrap();
            let mut arguments = arguments.to_vec();
            arguments.sort_unstable();
            assert_eq!(properties.keys().collect::<Vec<_>>(), arguments, "{name}");
        }
    }
}
