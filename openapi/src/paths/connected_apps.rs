//! `/api/connected-apps`, and the metadata of our authorization server (RFC 8414).

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const SERVER: &str = "/.well-known/oauth-authorization-server";
const OF_MCP: &str = "/.well-known/oauth-authorization-server/mcp";

pub(super) fn calls() -> Vec<Call> {
    let summary = "Get the metadata of the authorization server";
    vec![
        ("/api/connected-apps", "get", list()),
        ("/api/connected-apps/{id}", "delete", end()),
        (SERVER, "get", metadata("getAuthorizationServer", summary)),
        (
            OF_MCP,
            "get",
            metadata("getMcpAuthorizationServer", "Get the same metadata, for clients of `/mcp`"),
        ),
    ]
}

fn list() -> Operation {
    Operation::new("listConnectedApps", "connected-apps", "List your connected apps, newest first")
        .role(Role::Agent)
        .describe(
            "An ADMIN gets the apps of everybody in the workspace. An agent has no connected apps, so it \
             gets an empty list.",
        )
        .query(&["limit", "after_agent"])
        .responds(200, Answer::json("A page of connected apps", "ConnectedAppPage"))
}

fn end() -> Operation {
    Operation::new("endConnectedApp", "connected-apps", "End a connected app")
        .role(Role::Agent)
        .describe(
            "All its tokens are rejected from the next request on. You can end your own apps. An ADMIN can \
             end every app of the workspace.",
        )
        .parameter("connected_app")
        .query(&[])
        .responds(204, Answer::empty("Ended"))
        .problem(problems::NOT_FOUND)
}

fn metadata(id: &str, summary: &str) -> Operation {
    Operation::new(id, "connected-apps", summary)
        .describe("RFC 8414. Programs read it to find the endpoints below `/oauth`.")
        .responds(200, Answer::json("The metadata", "AuthorizationServer"))
        .problem(problems::FAULT)
}
