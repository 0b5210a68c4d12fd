//! `/api/oauth-clients`.

use serde_json::json;

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const ONE: &str = "/api/oauth-clients/{id}";

pub(super) fn calls() -> Vec<Call> {
    vec![("/api/oauth-clients", "get", list()), (ONE, "put", save()), (ONE, "delete", delete())]
}

fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, "oauth-clients", summary).role(Role::Admin).query(&[])
}

fn list() -> Operation {
    operation("listOauthClients", "List the workspace's OAuth apps")
        .describe("The secrets are not returned.")
        .responds(200, Answer::json("All OAuth apps", "OauthClientList"))
}

fn save() -> Operation {
    operation("saveOauthClient", "Save the OAuth app for a manifest")
        .describe(
            "The secret is stored and never returned. Register `redirect_uri` at the provider. A provider with a \
             `registration_url` needs no app: it is registered with the first connection.",
        )
        .parameter("oauth_manifest")
        .body(
            "OauthClientInput",
            &[("app", json!({"client_id": "1234567890.1234567890", "client_secret": "a-secret"}))],
        )
        .responds(200, Answer::json("Saved", "OauthClientSaved"))
        .problem(problems::NOT_FOUND)
}

fn delete() -> Operation {
    operation("deleteOauthClient", "Delete the OAuth app for a manifest")
        .describe("Connections that were made with the app can no longer be refreshed.")
        .parameter("oauth_manifest")
        .responds(204, Answer::empty("Deleted"))
        .problem(problems::NOT_FOUND)
}
