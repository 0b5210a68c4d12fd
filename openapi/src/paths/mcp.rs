//! `/mcp`, and the documents that say who issues its tokens (RFC 9728).

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::component;
use crate::operation::{Operation, Role};
use crate::problems;

const DOCUMENT: &str = "/.well-known/oauth-protected-resource";
const OF_MCP: &str = "/.well-known/oauth-protected-resource/mcp";

pub(super) fn calls() -> Vec<Call> {
    vec![
        ("/mcp", "post", message()),
        (DOCUMENT, "get", document("getProtectedResource", "Who issues this API's tokens")),
        (OF_MCP, "get", document("getProtectedMcp", "Who issues the tokens of `/mcp`")),
    ]
}

fn message() -> Operation {
    let failed = |what| Answer::json(what, "McpFailure");
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    Operation::new("sendMcpMessage", "proxy", "The Model Context Protocol, over Streamable HTTP")
        .role(Role::Agent)
        .describe(
            "Without sessions and streams: one message, one answer. The versions are 2026-07-28, \
             where headers repeat what the message says, 2025-11-25, 2025-06-18, 2025-03-26 and \
             2024-11-05; with the last two, and without a version, up to 50 messages may come as a list. \
             Before 2026-07-28 an error that answers a request is a 200. `/mcp/` is the same. The tools \
             are `list_integrations`, `describe_integration` and `call_api`, which is a call of \
             `/api/proxy`. At most 1 MiB, whatever its media type.",
        )
        .takes("mcp_version")
        .content("McpMessage", &[("tools", list)])
        .problem(problems::REQUEST_TIMEOUT)
        .problem(problems::TOO_LARGE)
        .answers(200, Answer::json("The answer, an error of the protocol too", "McpAnswer"))
        .answers(202, Answer::empty("What needs no answer"))
        .answers(
            400,
            failed(
                "Not a message, one without an `id` to answer it by, a version that is not spoken, in \
                 2026-07-28 any error; as a problem, `broken_body`: the body is not whole",
            )
            .of("application/problem+json", component("schemas", "Problem")),
        )
        .answers(
            403,
            problem(
                "`forbidden`: the role does not do; or another origin's page sent it (`Origin`)",
            )
            .of("application/json", component("schemas", "McpFailure")),
        )
        .answers(404, failed("There is no such method, in 2026-07-28"))
        .answers(
            401,
            problem("The token is missing, or proves nothing; the header says who issues them")
                .header("www-authenticate", "mcp_challenge"),
        )
}

fn problem(description: &'static str) -> Answer {
    Answer::empty(description)
        .of("application/problem+json", component("schemas", "Problem"))
        .header("cache-control", "no_store")
}

fn document(id: &str, summary: &str) -> Operation {
    Operation::new(id, "proxy", summary)
        .describe("RFC 9728.")
        .answers(200, Answer::json("The document", "ProtectedResource"))
        .problem(problems::FAULT)
}
