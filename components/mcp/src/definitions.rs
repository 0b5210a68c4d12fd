//! The tools as models see them.
//!
//! Their schemas hold to what the narrowest of the readers takes, because one member that a reader does not
//! know costs it every tool of the server. Each schema has one `type`; each array has `items` (OpenAI, VS
//! Code); each object has properties (Gemini: "should be non-empty for OBJECT type"); there is no
//! `additionalProperties` (Gemini), no reference, no alternative, and no rule about a value beyond `enum`:
//! those are in words. What is sent is read by `arguments`, which takes more than is said here. It must not
//! promise what the tools do not do.

use serde_json::Value;

/// What `tools.json` has: as text it is a third of what building it would be.
const TOOLS: &str = include_str!("tools.json");

/// All tools, always in this order.
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
