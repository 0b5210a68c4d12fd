//! `/api/oauth/callback`: for browsers that come back from a provider.

use super::Call;
use crate::answer::Answer;
use crate::component;
use crate::operation::Operation;
use crate::problems;

pub(super) fn calls() -> Vec<Call> {
    let own =
        operation("finishOwnAuthorization", "Come back from a provider of the workspace's own")
            .takes("custom_manifest")
            .problem(problems::NOT_FOUND);
    vec![
        (
            "/api/oauth/callback",
            "get",
            operation("finishAuthorization", "Come back from a provider"),
        ),
        ("/api/oauth/callback/{id}", "get", own),
    ]
}

fn operation(id: &str, summary: &str) -> Operation {
    let failed = |description| Answer::page(description).header("x-nexus-error", "error_code");
    let fault = Answer::page("A fault of ours or of the deployment")
        .of("application/problem+json", component("schemas", "Problem"));
    let operation = Operation::new(id, "oauth-clients", summary).describe(
        "For the browser that began, which has the cookie; the page tells the window that opened \
         it. `state` counts once. Any other parameter is the provider's own.",
    );
    ["state", "code", "error", "error_description", "iss"]
        .iter()
        .fold(operation, |operation, name| operation.takes(name))
        .answers(200, Answer::page("Connected"))
        .answers(400, failed("`flow_invalid`: this browser has not begun; or `access_denied`"))
        .answers(403, failed("`account_mismatch`: another account than before"))
        .answers(409, failed("The integration changed meanwhile"))
        .answers(422, failed("The OAuth app is gone"))
        .answers(500, fault)
        .answers(502, failed("The provider refused, or is in trouble"))
        .answers(503, failed("Storage does not answer now"))
        .answers(504, failed("The provider is too slow"))
}
