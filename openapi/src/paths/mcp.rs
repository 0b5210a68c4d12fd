//! `/mcp`, and the documents that name the issuer of its tokens (RFC 9728).

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::{component, problems};

const DOCUMENT: &str = "/.well-known/oauth-protected-resource";
const OF_MCP: &str = "/.well-known/oauth-protected-resource/mcp";

pub(super) fn calls() -> Vec<Call> {
    vec![
        ("/mcp", "post", message()),
        (DOCUMENT, "get", document("getProtectedResource", "Get the issuer of this API's tokens")),
        (OF_MCP, "get", document("getProtectedMcp", "Get the issuer of the tokens for `/mcp`")),
    ]
}

fn message() -> Operation {
    let failed = |what| Answer::json(what, "McpFailure");
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    Operation::new("sendMcpMessage", "proxy", "Send a message of the Model Context Protocol, over Streamable HTTP")
        .role(Role::Agent)
        .describe(
            "Without sessions and streams: one message, one response. The supported versions are \
             2026-07-28, in which headers repeat members of the message, 2025-11-25, 2025-06-18, \
             2025-03-26 and 2024-11-05. With the last two, and without a version, up to 50 messages may be \
             sent as a list. Before 2026-07-28 an error that responds to a request has the status 200. \
             `/mcp/` is the same endpoint. The tools are `list_integrations`, `describe_integration` and \
             `call_api`, which makes a call of `/api/proxy`. At most 1 MiB, with any media type.",
        )
        .parameter("mcp_version")
        .content("McpMessage", &[("tools", list)])
        .problem(problems::REQUEST_TIMEOUT)
        .problem(problems::TOO_LARGE)
        .responds(200, Answer::json("The response, or an error of the protocol", "McpAnswer"))
        .responds(202, Answer::empty("The message needs no response"))
        .responds(
            400,
            failed(
                "Not a message, a message without an `id`, an unsupported version, or in 2026-07-28 any \
                 error. As a problem, `broken_body`: the body is incomplete",
            )
            .of("application/problem+json", component("schemas", "Problem")),
        )
        .responds(
            403,
            problem(
                "`forbidden`: the role does not allow the call, or a page of another origin sent it (`Origin`)",
            )
            .of("application/json", component("schemas", "McpFailure")),
        )
        .responds(404, failed("The method does not exist, in 2026-07-28"))
        .responds(
            429,
            problem("`rate_limited`: too many wrong proofs came from this address")
                .header("retry-after", "retry_after")
                .header("ratelimit", "rate_limit")
                .header("ratelimit-policy", "rate_limit_policy"),
        )
        .responds(
            401,
            problem("The token is missing or not valid; the header names the issuer")
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
        .responds(200, Answer::json("The document", "ProtectedResource"))
        .problem(problems::FAULT)
}
