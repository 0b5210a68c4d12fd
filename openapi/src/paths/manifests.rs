//! `/api/manifests`.

use serde_json::{Value, json};

use super::Call;
use crate::answer::Answer;
use crate::operation::{Operation, Role};
use crate::problems;

const LIST: &str = "/api/manifests";
const ONE: &str = "/api/manifests/{id}";
const FINDINGS: &str = "/api/manifests/{id}/findings";

pub(super) fn calls() -> Vec<Call> {
    vec![
        (LIST, "get", list()),
        (LIST, "post", create()),
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
    operation("listManifests", "The providers there are", Role::Manager)
        .takes("if_none_match")
        .query(&["manifest_part", "category", "auth_method"])
        .answers(200, Answer::kept("All that match", "ManifestList"))
        .answers(304, Answer::not_modified())
}

fn create() -> Operation {
    operation("createManifest", "Add a provider of the workspace's own", Role::Admin)
        .query(&["believe_effect"])
        .body("OwnManifest", &[("own", example())])
        .answers(
            201,
            Answer::json("Added", "Manifest")
                .header("etag", "hash")
                .header("location", "location")
                .leads("/id", &["getManifest", "replaceManifest", "deleteManifest"]),
        )
        .conflicts(&[
            "manifest_exists",
            "too_many_manifests",
            "quota_exceeded",
            "effect_unconfirmed",
        ])
}

fn get() -> Operation {
    operation("getManifest", "One provider, whole", Role::Manager)
        .takes("manifest")
        .takes("if_none_match")
        .query(&[])
        .answers(200, Answer::kept("The manifest", "Manifest"))
        .answers(304, Answer::not_modified())
        .problem(problems::NOT_FOUND)
}

fn replace() -> Operation {
    operation("replaceManifest", "Save a new version", Role::Admin)
        .describe("For new connections: live ones keep the version they were made with.")
        .takes("own_manifest")
        .query(&["believe_effect"])
        .body("OwnManifest", &[("own", example())])
        .answers(
            200,
            Answer::json("Saved", "Manifest").header("etag", "hash").header("location", "location"),
        )
        .conflicts(&["effect_unconfirmed", "quota_exceeded"])
        .problem(problems::NOT_FOUND)
}

fn delete() -> Operation {
    operation("deleteManifest", "Delete a provider of the workspace's own", Role::Admin)
        .takes("own_manifest")
        .query(&[])
        .answers(204, Answer::empty("Deleted"))
        .problem(problems::NOT_FOUND)
        .conflicts(&["manifest_in_use"])
}

fn findings() -> Operation {
    operation("listFindings", "What revocations were found to end", Role::Manager)
        .describe(
            "Where a manifest says that a revocation ends one token alone, and the provider refused \
             another connection right after one that this workspace made, although it had accepted it \
             right before. From then on such a token waits until no connection in use may end with it. \
             Of a built-in manifest that counts for every workspace when two have found it.",
        )
        .takes("manifest")
        .query(&[])
        .answers(200, Answer::json("What was found", "FindingList"))
        .problem(problems::NOT_FOUND)
}

fn clear_findings() -> Operation {
    operation("clearFindings", "Believe the manifest again", Role::Admin)
        .describe(
            "For the case that the connections had ended for another reason. It concerns this \
             workspace's findings alone.",
        )
        .takes("manifest")
        .query(&[])
        .answers(204, Answer::empty("Cleared"))
        .problem(problems::NOT_FOUND)
}

/// An API whose keys go into a header.
fn example() -> Value {
    json!({
        "id": "custom-example", "name": "Example", "auth_method": "api_key",
        "credentials": [{"name": "api_key", "label": "API key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {api_key}"}],
        "api": {"base_url": "https://api.example.com/v1", "hosts": ["api.example.com"]},
        "verify": {"method": "GET", "path": "/me"},
        "revoke": {
            "not_revocable": "Keys are deleted in the settings",
            "manage_url": "https://example.com/settings/keys",
        },
    })
}
