//! `/api/proxy`: the integrations that an agent may use, and the calls that are passed on to a provider.
//!
//! For those calls, only the application's own responses are described. A provider documents its own
//! responses, and the header `x-nexus-error` distinguishes the two.

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const CALL: &str = "/api/proxy/{id}/{path}";
/// The methods that OpenAPI has names for, except `trace`, which is rejected.
const METHODS: [(&str, &str); 7] = [
    ("get", "proxyGet"),
    ("head", "proxyHead"),
    ("post", "proxyPost"),
    ("put", "proxyPut"),
    ("patch", "proxyPatch"),
    ("delete", "proxyDelete"),
    ("options", "proxyOptions"),
];

pub(super) fn calls() -> Vec<Call> {
    let mut calls = vec![("/api/proxy", "get", list())];
    calls.extend(METHODS.map(|(method, id)| (CALL, method, call(method, id))));
    calls
}

fn list() -> Operation {
    Operation::new("listUsable", "proxy", "List the integrations that the caller may use")
        .marked()
        .role(Role::Agent)
        .describe(
            "The connected, active integrations whose policy allows the caller, sorted by name.",
        )
        .query(&["usable_limit", "after_name"])
        .responds(200, Answer::json("A page", "UsableList"))
}

fn call(method: &str, id: &str) -> Operation {
    let operation = Operation::new(id, "proxy", "Call the provider's API")
        .marked()
        .role(Role::Agent)
        .describe(
            "The path is appended to the API's base URL unchanged, including slashes, and may be empty. \
             The query is passed on unchanged, too. The integration's credential is added, and the \
             caller's token is removed: send the token as `Bearer`, as user or password of `Basic`, or \
             where the provider's own key would be. Methods that are not listed here are passed on too, \
             except `TRACE` and `CONNECT`. A response with `x-nexus-error` is the application's; any other \
             is the provider's, which may have the same status. A response that breaks off within its \
             first 64 KiB, or whose status HTTP does not define (600 and above), becomes 502 \
             `provider_error`. If a response breaks off later, the connection ends with an error, so that \
             it never looks complete. Trailers (RFC 9110, 6.5) are dropped in both directions, so gRPC \
             does not work. WebSockets are rejected with 501.",
        )
        .parameter("integration")
        .parameter("provider_path")
        .parameter("host")
        .responds_as("2XX", Answer::from_provider("The provider's response"))
        .responds_as("default", Answer::from_provider("The provider's response, including redirects"))
        .problem(problems::CALL_DENIED)
        .problem(problems::NOT_FOUND)
        .problem(problems::REQUEST_TIMEOUT)
        .problem(problems::BROKEN_BODY)
        .problem(problems::UNUSABLE)
        .problem(problems::TOO_MANY_CALLS)
        .rejects(&["invalid", "oauth_client_missing"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW);
    match method {
        "post" | "put" | "patch" | "delete" => operation.any_body(),
        _ => operation,
    }
}
