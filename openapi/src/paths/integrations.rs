//! `/api/integrations`.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const LIST: &str = "/api/integrations";
const ONE: &str = "/api/integrations/{id}";
const NEXT: [&str; 8] = [
    "getIntegration",
    "updateIntegration",
    "checkIntegration",
    "listIntegrationChoices",
    "listIntegrationEvents",
    "listIntegrationUsage",
    "listIntegrationCalls",
    "deleteIntegration",
];

pub(super) fn calls() -> Vec<Call> {
    vec![
        (LIST, "get", list()),
        (LIST, "post", create()),
        (ONE, "get", get()),
        (ONE, "put", update()),
        (ONE, "delete", delete()),
        ("/api/integrations/{id}/authorize", "post", authorize()),
        ("/api/integrations/{id}/check", "post", check()),
        ("/api/integrations/{id}/choices", "get", choices()),
        ("/api/integrations/{id}/events", "get", events()),
        ("/api/integrations/{id}/usage", "get", usage()),
        ("/api/integrations/{id}/calls", "get", agents_calls()),
        ("/api/integrations/{id}/receipts", "get", receipts()),
        ("/api/usage", "get", workspace_usage()),
        ("/api/calls", "get", workspace_calls()),
    ]
}

fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, "integrations", summary).role(Role::Manager)
}

/// A call for an existing integration.
fn of_one(id: &str, summary: &str) -> Operation {
    of(id, summary, "integration")
}

fn of(id: &str, summary: &str, parameter: &str) -> Operation {
    operation(id, summary).parameter(parameter).problem(problems::NOT_FOUND)
}

fn list() -> Operation {
    operation(
        "listIntegrations",
        "List the integrations, newest first unless `sort` says otherwise",
    )
    .query(&[
        "status",
        "of_manifest",
        "health",
        "integration_part",
        "sort",
        "counts",
        "deleted",
        "limit",
        "after_integration",
    ])
    .responds(
        200,
        Answer::json(
            "A page, of deleted integrations with `deleted=true`",
            "IntegrationOrDeletedPage",
        ),
    )
}

fn create() -> Operation {
    operation("createIntegration", "Connect a provider")
        .describe(
            "The credentials are tried at the provider, then sealed and saved. If a step fails, nothing \
             is saved. With OAuth 2.0 the integration is saved as `pending`, and the response has the \
             `authorization_url` for the browser that made the call. Until the provider's consent comes \
             back, the integration is a draft: it is listed for `health=pending` only, and it is deleted \
             when its last sign-in can no longer be finished, eleven minutes after that began. A request \
             with the name or the slug of the caller's own draft replaces that draft, unless another person \
             signs in to it. If the provider lists several \
             sites or accounts for the credential, the integration is saved as `pending`, with the next action `choose`.",
        )
        .query(&[])
        .body(
            "IntegrationInput",
            &[(
                "sandbox",
                json!({
                    "manifest_id": "custom-sandbox", "name": "Second sandbox",
                    "credentials": {"api_key": "sandbox-demo-key-000000000001"},
                }),
            )],
        )
        .responds(
            201,
            Answer::json("Connected, or with OAuth: the flow has begun", "IntegrationCreated")
                .header("etag", "version")
                .header("location", "location")
                .header("set-cookie", "flow_cookie_by_oauth")
                .links_to("/id", &NEXT),
        )
        .conflicts(&["name_taken", "quota_exceeded"])
        .rejects(&["invalid", "credential_refused", "nothing_found", "oauth_client_missing"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW)
}

fn get() -> Operation {
    of_one("getIntegration", "Get an integration")
        .query(&[])
        .responds(200, Answer::json("The integration", "Integration").header("etag", "version"))
}

fn update() -> Operation {
    of_one("updateIntegration", "Change an integration")
        .describe(
            "Members that are left out stay unchanged. `params` are merged, `policy` is replaced, and \
             `limits` replace those of the policy. New \
             credentials are first tried at the provider. A request that changes nothing creates no new \
             version. `choice` connects the integration to one of its choices, which the provider must still \
             offer. The replaced credential is revoked at the provider, unless that could end a \
             connection in use.",
        )
        .parameter("if_match")
        .query(&["force_replaced", "dry_run"])
        .body(
            "IntegrationPatch",
            &[
                ("name", json!({"name": "Sandbox"})),
                (
                    "policy",
                    json!({"policy": {"agents": ["*"], "rules": [
                        {"effect": "allow", "methods": ["GET"], "path": "/v1/messages/**"},
                    ]}}),
                ),
            ],
        )
        .responds(
            200,
            Answer::json("The integration after the change", "Integration").header("etag", "version"),
        )
        .conflicts(&[
            "name_taken",
            "changed_meanwhile",
            "grant_shared",
            "nothing_to_choose",
            "reauthorization_required",
        ])
        .problem(problems::VERSION)
        .rejects(&["invalid", "credential_refused", "nothing_found", "credentials_required"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW)
}

fn delete() -> Operation {
    of("deleteIntegration", "Delete an integration", "integration_to_delete")
        .describe(
            "The response says for each token what happened to it at the provider. That includes tokens \
             that were given up earlier: those that still wait to be revoked, and those that were kept because \
             revoking them could have ended a connection in use, and are revoked now with the last of those \
             connections. A token that is still kept is `superseded`, and its detail begins with `kept:`. An event of this integration reports \
             when it is revoked, even much later.",
        )
        .query(&["force"])
        .responds(
            200,
            Answer::json("Deleted", "Deleted")
                .links_to("/id", &["listIntegrationEvents", "getReceipts"]),
        )
        .responds(202, Answer::json("Deleted; the revocation at the provider is still pending", "Deleted"))
        .conflicts(&["grant_shared", "changed_meanwhile"])
}

fn authorize() -> Operation {
    of("authorizeIntegration", "Connect again by OAuth", "integration_by_oauth")
        .describe(
            "The old credential works until the new one is stored. If the new account differs from the \
             old one, it is rejected when the browser returns, unless it is accepted here.",
        )
        .query(&["force_replaced"])
        .body("AuthorizeInput", &[("as before", json!({}))])
        .responds(
            200,
            Answer::json("The URL that the browser must open", "Authorization")
                .header("set-cookie", "flow_cookie"),
        )
        .conflicts(&["not_oauth", "grant_shared"])
        .rejects(&["invalid", "oauth_client_missing"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW)
}

fn check() -> Operation {
    of_one("checkIntegration", "Check the credential at the provider now")
        .describe("If the provider is down, the call succeeds, and the health is `failing`.")
        .query(&[])
        .responds(
            200,
            Answer::json("The integration with its new health", "Integration")
                .header("etag", "version"),
        )
}

fn choices() -> Operation {
    of_one("listIntegrationChoices", "List what an integration can be connected to")
        .describe(
            "For a provider whose account may reach several sites, tenants or accounts. The provider is asked \
             now. `PUT` with `choice` connects the integration to one of them.",
        )
        .query(&[])
        .responds(200, Answer::json("The choices", "Choices"))
        .conflicts(&["nothing_to_choose", "reauthorization_required"])
        .rejects(&["credential_refused", "nothing_found", "credentials_required"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW)
}

fn events() -> Operation {
    of_one("listIntegrationEvents", "List the events of an integration, newest first")
        .describe("Events are kept for 90 days. Use the id for a deleted integration.")
        .query(&["limit", "after_row"])
        .responds(200, Answer::json("A page", "EventPage"))
}

fn receipts() -> Operation {
    of("getReceipts", "Get what became of the tokens of a deleted integration", "deleted_integration")
        .describe(
            "Kept for 90 days after the deletion, and for as long as a token waits to be revoked. Each receipt is \
             what is true now. `audit` is the record of the deletion, which was written before the provider was \
             asked. `settled` is the record of what became of the tokens.",
        )
        .query(&[])
        .responds(200, Answer::json("The deleted integration", "DeletedIntegration"))
}

fn workspace_usage() -> Operation {
    Operation::new("listUsage", "integrations", "List the usage of the workspace, newest first")
        .role(Role::Manager)
        .describe(
            "By hour or day (UTC), for the last 30 days unless `from` says otherwise. Usage is kept for 90 days.",
        )
        .query(&["by", "from", "to", "per_long", "limit", "after_row"])
        .responds(200, Answer::json("A page", "WorkspaceUsagePage"))
}

const CALLS: &str = "One record per call of an agent, without query, headers and bodies. The last 1,000 calls to an \
     integration that were sent to the provider are kept for 7 days, and the last 200 that were not, because they were denied or \
     limited, say. A call is listed about a second after it has ended. Of many calls a second that are not sent, some are only \
     counted in the log. To follow, read again with `after` set to `latest`.";

/// The parameters of both lists of calls.
const CALL_FILTERS: [&str; 9] = [
    "call_agent",
    "call_method",
    "call_outcome",
    "call_status",
    "from",
    "to",
    "call_after",
    "limit",
    "after_row",
];

fn agents_calls() -> Operation {
    of_one("listIntegrationCalls", "List agents' last calls to an integration, newest first")
        .describe(CALLS)
        .query(&CALL_FILTERS)
        .responds(200, Answer::json("A page", "CallPage"))
}

fn workspace_calls() -> Operation {
    Operation::new(
        "listCalls",
        "integrations",
        "List agents' last calls in the workspace, newest first",
    )
    .role(Role::Manager)
    .describe(CALLS)
    .query(&["call_integration"])
    .query(&CALL_FILTERS)
    .responds(200, Answer::json("A page", "CallPage"))
}

fn usage() -> Operation {
    of_one("listIntegrationUsage", "List agents' usage of an integration, newest first")
        .describe(
            "By agent and minute, hour or day (UTC), kept for 90 days. Use the id for a deleted \
             integration.",
        )
        .query(&["from", "to", "per", "limit", "after_row"])
        .responds(200, Answer::json("A page", "UsagePage"))
}
