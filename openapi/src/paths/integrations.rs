//! `/api/integrations`.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const LIST: &str = "/api/integrations";
const ONE: &str = "/api/integrations/{id}";
const NEXT: [&str; 6] = [
    "getIntegration",
    "updateIntegration",
    "checkIntegration",
    "listIntegrationEvents",
    "listIntegrationUsage",
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
        ("/api/integrations/{id}/events", "get", events()),
        ("/api/integrations/{id}/usage", "get", usage()),
    ]
}

fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, "integrations", summary).role(Role::Manager)
}

/// One that is there already.
fn of_one(id: &str, summary: &str) -> Operation {
    of(id, summary, "integration")
}

fn of(id: &str, summary: &str, parameter: &str) -> Operation {
    operation(id, summary).takes(parameter).problem(problems::NOT_FOUND)
}

fn list() -> Operation {
    operation("listIntegrations", "The integrations, newest first")
        .query(&["status", "of_manifest", "health", "name_part", "limit", "after_integration"])
        .answers(200, Answer::json("A page", "IntegrationPage"))
}

fn create() -> Operation {
    operation("createIntegration", "Connect a provider")
        .describe(
            "The credentials are tried at the provider, sealed and saved, in that order; where one \
             fails nothing is saved. By OAuth 2.0 it is saved as `pending`, and the answer has the \
             `authorization_url` for the browser that made the call.",
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
        .answers(
            201,
            Answer::json("Connected, or by OAuth begun to be", "IntegrationCreated")
                .header("etag", "version")
                .header("location", "location")
                .header("set-cookie", "flow_cookie_by_oauth")
                .leads("/id", &NEXT),
        )
        .conflicts(&["name_taken", "quota_exceeded"])
        .refuses(&["invalid", "credential_refused", "oauth_client_missing"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW)
}

fn get() -> Operation {
    of_one("getIntegration", "One integration")
        .query(&[])
        .answers(200, Answer::json("The integration", "Integration").header("etag", "version"))
}

fn update() -> Operation {
    of_one("updateIntegration", "Change an integration")
        .describe(
            "What is left out stays. `params` are merged, `policy` is replaced; new credentials are \
             tried at the provider first. What changes nothing makes no version. The credential that \
             is replaced ends at the provider, unless a connection in use could end with it.",
        )
        .takes("if_match")
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
        .answers(
            200,
            Answer::json("As it is now", "Integration").header("etag", "version"),
        )
        .conflicts(&["name_taken", "changed_meanwhile", "grant_shared"])
        .problem(problems::VERSION)
        .refuses(&["invalid", "credential_refused", "credentials_required"])
        .problem(problems::PROVIDER)
        .problem(problems::PROVIDER_SLOW)
}

fn delete() -> Operation {
    of("deleteIntegration", "Delete an integration", "integration_to_delete")
        .describe(
            "The answer says of each token what became of it at the provider, also of tokens that were \
             given up earlier, have waited because revoking them could have ended a connection in use, \
             and end now with the last of them. A token that waits on is `superseded`, and its detail \
             begins with `kept:`; an event of this integration tells when it is revoked, however much \
             later that is.",
        )
        .query(&["force"])
        .answers(200, Answer::json("Deleted", "Deleted").leads("/id", &["listIntegrationEvents"]))
        .answers(202, Answer::json("Deleted; the provider is still being told", "Deleted"))
        .conflicts(&["grant_shared", "changed_meanwhile"])
}

fn authorize() -> Operation {
    of("authorizeIntegration", "Connect again by OAuth", "integration_by_oauth")
        .describe(
            "The old credential works until the new one is stored. Another account than before is \
             refused when the browser comes back, unless it is accepted here.",
        )
        .query(&["force_replaced"])
        .body("AuthorizeInput", &[("as before", json!({}))])
        .answers(
            200,
            Answer::json("Where the browser goes", "Authorization")
                .header("set-cookie", "flow_cookie"),
        )
        .conflicts(&["not_oauth", "grant_shared"])
        .refuses(&["invalid", "oauth_client_missing"])
}

fn check() -> Operation {
    of_one("checkIntegration", "Try the credential at the provider, now")
        .describe("A provider that is down is no error: it is the health `failing`.")
        .query(&[])
        .answers(
            200,
            Answer::json("With the health that was found", "Integration").header("etag", "version"),
        )
}

fn events() -> Operation {
    of_one("listIntegrationEvents", "What happened to an integration, newest first")
        .describe("For 90 days; of one that is deleted by its id.")
        .query(&["limit", "after_row"])
        .answers(200, Answer::json("A page", "EventPage"))
}

fn usage() -> Operation {
    of_one("listIntegrationUsage", "What agents did with an integration, newest first")
        .describe("By agent and minute, hour or day (UTC), for 90 days; of one that is deleted by its id.")
        .query(&["from", "to", "per", "limit", "after_row"])
        .answers(200, Answer::json("A page", "UsagePage"))
}
