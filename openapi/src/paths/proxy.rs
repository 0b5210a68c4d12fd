//! `/api/proxy`: what an agent may use, and the calls that go on to a provider.
//!
//! Of those only what is ours is described. What a provider answers is for its own documentation to
//! say, and is told apart by the header that ours have.

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const CALL: &str = "/api/proxy/{id}/{path}";
/// The methods that OpenAPI has names for, but `trace`, which is refused.
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
    Operation::new("listUsable", "proxy", "What this caller may use")
        .marked()
        .role(Role::Agent)
        .describe("The connected, active integrations whose policy names the caller, by name.")
        .query(&["usable_limit", "after_name"])
        .answers(200, Answer::json("A page", "UsableList"))
}

fn call(method: &str, id: &str) -> Operation {
    let operation = Operation::new(id, "proxy", "Call the provider's API")
        .marked()
        .role(Role::Agent)
        .describe(
            "The path goes below the API's base URL byte for byte, slashes and all, and may be empty; \
             so does the query. The integration's credential is put in, the caller's token goes no \
             further: it may come as `Bearer`, as user or password of `Basic`, or where the \
             provider's own key goes. Methods that have no name here are passed on too, `TRACE` and \
             `CONNECT` are not. An answer with `x-nexus-error` is ours; any other is the provider's, \
             which may have the same status. An answer that breaks off before 64 KiB of it were passed \
             on, and one whose status HTTP does not have (600 and above), is 502 `provider_error`; one \
             that breaks off later ends in an error of the connection, never as if it were whole. \
             Trailers (RFC 9110, 6.5) are dropped both ways, so gRPC does not work; WebSockets are 501.",
        )
        .takes("integration")
        .takes("provider_path")
        .takes("host")
        .answers_as("2XX", Answer::of_provider("The provider's answer"))
        .answers_as("default", Answer::of_provider("The provider's answer, redirects among them"))
        .problem(problems::CALL_DENIED)
        .problem(problems::NOT_FOUND)
        .problem(problems::REQUEST_TIMEOUT)
        .problem(problems::BROKEN_BODY)
        .problem(problems::UNUSABLE)
        .problem(problems::TOO_MANY_CALLS)
        .refuses(&["invalid", "oauth_client_missing"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW);
    match method {
        "post" | "put" | "patch" | "delete" => operation.any_body(),
        _ => operation,
    }
}
