//! `/api/manifests`.

use serde_json::{Value, json};

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const LIST: &str = "/api/manifests";
const ONE: &str = "/api/manifests/{id}";
const DRAFT: &str = "/api/manifests/draft";
const FINDINGS: &str = "/api/manifests/{id}/findings";

pub(super) fn calls() -> Vec<Call> {
    vec![
        (LIST, "get", list()),
        (LIST, "post", create()),
        (DRAFT, "post", draft()),
        (ONE, "get", get()),
        (ONE, "put", replace()),
        (ONE, "delete", delete()),
        (FINDINGS, "get", findings()),
        (FINDINGS, "delete", clear_findings()),
    ]
}

fn operation(id: &str, summary: &str, role: Role) -> Operation {
    Operation::new(id, "manifests", summary).role(role)
}

fn list() -> Operation {
    operation("listManifests", "List the available providers", Role::Manager)
        .parameter("if_none_match")
        .query(&["manifest_part", "category", "auth_method"])
        .responds(200, Answer::cacheable("All matching manifests", "ManifestList"))
        .responds(304, Answer::not_modified())
}

fn create() -> Operation {
    operation("createManifest", "Add a manifest of the workspace's own", Role::Admin)
        .describe(
            "Members with a default can be left out. Without `api.hosts`, the host of `api.base_url` is meant. \
             The response has the manifest as it is stored. A rejection lists every fault, each with its JSON \
             pointer.",
        )
        .query(&["believe_effect"])
        .body("OwnManifest", &[("own", example())])
        .responds(
            201,
            Answer::json("Added", "Manifest")
                .header("etag", "hash")
                .header("location", "location")
                .links_to("/id", &["getManifest", "replaceManifest", "deleteManifest"]),
        )
        .conflicts(&[
            "manifest_exists",
            "too_many_manifests",
            "quota_exceeded",
            "effect_unconfirmed",
        ])
}

fn draft() -> Operation {
    operation("draftManifest", "Draft a manifest for an MCP server", Role::Admin)
        .describe(
            "Reads what the server says of its authorization (RFC 9728, RFC 8414). Nothing is saved: read the \
             draft, and send it to `POST /api/manifests`. An authorization server of another domain must be confirmed: \
             the problem at `/authorization_server` names it.",
        )
        .query(&[])
        .body(
            "DraftInput",
            &[
                ("server", json!({"url": "https://mcp.example.com/mcp"})),
                (
                    "confirmed",
                    json!({"url": "https://mcp.example.com/mcp",
                        "authorization_server": "https://login.example.net"}),
                ),
            ],
        )
        .responds(200, Answer::json("The draft", "ManifestDraft"))
        .problem(problems::PROVIDER)
}

fn get() -> Operation {
    operation("getManifest", "Get a manifest", Role::Manager)
        .parameter("manifest")
        .parameter("if_none_match")
        .query(&[])
        .responds(200, Answer::cacheable("The manifest", "Manifest"))
        .responds(304, Answer::not_modified())
        .problem(problems::NOT_FOUND)
}

fn replace() -> Operation {
    operation("replaceManifest", "Save a new version of a manifest", Role::Admin)
        .describe("New connections use the new version. Existing connections keep the version that they were made with.")
        .parameter("own_manifest")
        .query(&["believe_effect"])
        .body("OwnManifest", &[("own", example())])
        .responds(
            200,
            Answer::json("Saved", "Manifest").header("etag", "hash").header("location", "location"),
        )
        .conflicts(&["effect_unconfirmed", "quota_exceeded"])
        .problem(problems::NOT_FOUND)
}

fn delete() -> Operation {
    operation("deleteManifest", "Delete a manifest of the workspace's own", Role::Admin)
        .parameter("own_manifest")
        .query(&[])
        .responds(204, Answer::empty("Deleted"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["manifest_in_use"])
}

fn findings() -> Operation {
    operation("listFindings", "List the findings about revocations", Role::Manager)
        .describe(
            "There is a finding where a manifest says that a revocation affects one token alone, but the \
             provider refused another connection right after a revocation that this workspace made, \
             although it had accepted that connection right before. From then on, such a token is kept \
             until revoking it can no longer end a connection in use. For a built-in manifest, this \
             applies to every workspace once two workspaces have a finding.",
        )
        .parameter("manifest")
        .query(&[])
        .responds(200, Answer::json("The findings", "FindingList"))
        .problem(problems::NOT_FOUND)
}

fn clear_findings() -> Operation {
    operation("clearFindings", "Delete the findings about revocations", Role::Admin)
        .describe(
            "Trusts the manifest again, if the connections ended for another reason. Deletes only this \
             workspace's findings.",
        )
        .parameter("manifest")
        .query(&[])
        .responds(204, Answer::empty("Cleared"))
        .problem(problems::NOT_FOUND)
}

/// An API with a key in a header.
fn example() -> Value {
    json!({
        "id": "custom-example", "name": "Example", "auth_method": "api_key",
        "credentials": [{"name": "api_key", "label": "API key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {api_key}"}],
        "api": {"base_url": "https://api.example.com/v1", "hosts": ["api.example.com"]},
        "verify": {"method": "GET", "path": "/me"},
        "revoke": {
            "not_revocable": "Delete keys in the settings",
            "manage_url": "https://example.com/settings/keys",
        },
    })
}
