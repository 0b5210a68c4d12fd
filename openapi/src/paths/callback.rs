//! `/api/oauth/callback`: for browsers that return from a provider.

use super::Call;
use crate::answer::Answer;
use crate::operation::Operation;
use crate::{component, problems};

pub(super) fn calls() -> Vec<Call> {
    let own = operation(
        "finishOwnAuthorization",
        "Return from a provider of the workspace's own manifest",
    )
    .parameter("custom_manifest")
    .problem(problems::NOT_FOUND);
    vec![
        ("/api/oauth/callback", "get", operation("finishAuthorization", "Return from a provider")),
        ("/api/oauth/callback/{id}", "get", own),
        ("/api/oauth/callback/client.json", "get", client("getClientMetadata")),
        (
            "/api/oauth/callback/{id}/client.json",
            "get",
            client("getOwnClientMetadata")
                .parameter("custom_manifest")
                .problem(problems::NOT_FOUND),
        ),
    ]
}

fn client(id: &str) -> Operation {
    Operation::new(id, "oauth-clients", "Describe the application as an OAuth client")
        .describe(
            "The URL of this document is the client id at providers that take one (OAuth Client ID Metadata \
             Document). It needs no token, and is the same for every workspace.",
        )
        .query(&[])
        .responds(200, Answer::json("The document", "ClientDocument"))
}

fn operation(id: &str, summary: &str) -> Operation {
    let failed = |description| Answer::page(description).header("x-nexus-error", "error_code");
    let fault = Answer::page("An internal error, or a misconfigured deployment")
        .of("application/problem+json", component("schemas", "Problem"));
    let operation = Operation::new(id, "oauth-clients", summary).describe(
        "For the browser that began the flow, which has the cookie. The page notifies the window that \
         opened it. `state` can be used once. Any other parameter is the provider's own.",
    );
    ["state", "code", "error", "error_description", "iss"]
        .iter()
        .fold(operation, |operation, name| operation.parameter(name))
        .responds(
            200,
            Answer::page("Connected, or connected but for a choice: see the integration's `health.next_action`"),
        )
        .responds(
            400,
            failed("`flow_invalid`: this browser did not begin the flow, or `access_denied`"),
        )
        .responds(
            403,
            failed(
                "`account_mismatch`: the account is not the one that was connected before. `stopped`, \
                 `invalid_token`: an ADMIN has stopped this, or has switched off whoever began it",
            ),
        )
        .responds(409, failed("The integration was changed in the meantime"))
        .responds(
            422,
            failed(
                "The OAuth app was deleted. `nothing_found`: the provider lists nothing that the integration \
                 could be connected to",
            ),
        )
        .responds(500, fault)
        .responds(502, failed("The provider refused, or failed"))
        .responds(503, failed("Storage is unavailable"))
        .responds(504, failed("The provider did not respond in time"))
}
