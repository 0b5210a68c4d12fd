//! The parameters of paths, queries and headers.

use serde_json::{Value, json};

/// The largest of what people type to search, in characters.
const TYPED: u16 = 200;

/// All, by the names that operations take them by.
pub(crate) fn all() -> Value {
    let typed = json!({"type": "string", "maxLength": TYPED});
    let text = json!({"type": "string"});
    let id = json!({
        "type": "string",
        "pattern": "^(int_[0-9A-HJKMNP-TV-Z]{26}|[a-z0-9-]{1,64})$",
    });
    let manifest = json!({"type": "string", "pattern": "^[a-z0-9-]{1,64}$"});
    let time = json!({"type": "string", "format": "date-time"});
    json!({
        "request_id": header(
            "X-Request-Id",
            "Comes back, and stands in the log and beside our own in the audit record, where it is 1 \
             to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, as ours do",
            &text,
        ),
        "if_match": header(
            "If-Match",
            "Only while the integration has one of these versions (RFC 9110, 13.1.1), or `*`",
            &text,
        ),
        "if_none_match": header(
            "If-None-Match",
            "Only where it is none of these (RFC 9110, 13.1.2)",
            &text,
        ),
        "integration": path("The integration's id or slug", &id, "sandbox"),
        "integration_to_delete": path("The integration's id or slug", &id, "second-sandbox"),
        "integration_by_oauth": path("The integration's id or slug", &id, "sandbox-oauth"),
        "provider_path": {
            "name": "path", "in": "path", "required": true,
            "description": "What goes below the API's base URL, slashes and all",
            "schema": text, "example": "me",
        },
        "host": header(
            "X-Nexus-Host",
            "Another of the manifest's hosts than that of the API's base URL",
            &text,
        ),
        "mcp_version": header(
            "MCP-Protocol-Version",
            "The version that was negotiated, or that the message names",
            &text,
        ),
        "oauth_manifest": path("The id of a manifest connected by OAuth", &manifest, "slack"),
        "manifest": path("The manifest's id", &manifest, "stripe"),
        "own_manifest": path("The id of one of the workspace's own", &manifest, "custom-example"),
        "custom_manifest": path(
            "The id of one of the workspace's own",
            &json!({"type": "string", "pattern": "^custom-[a-z0-9-]{1,57}$"}),
            "custom-sandbox-oauth",
        ),
        "state": query("state", "As it was sent to the provider", &text),
        "code": query("code", "RFC 6749, 4.1.2", &text),
        "error": query("error", "RFC 6749, 4.1.2.1", &text),
        "error_description": query("error_description", "RFC 6749, 4.1.2.1", &text),
        "iss": query("iss", "RFC 9207", &text),
        "limit": query(
            "limit",
            "At most this many",
            &json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50}),
        ),
        "after_integration": query(
            "cursor",
            "`next_cursor` of the page before",
            &json!({"type": "string", "pattern": "^int_[0-9A-Za-z]{26}$"}),
        ),
        "after_row": query(
            "cursor",
            "`next_cursor` of the page before",
            &json!({"type": "string", "pattern": "^[0-9]{1,18}$"}),
        ),
        "status": query("status", "Exactly this status", &enumeration(&["active", "inactive"])),
        "health": query(
            "health",
            "Exactly this health",
            &enumeration(&["pending", "unknown", "healthy", "failing", "reauthorize"]),
        ),
        "of_manifest": query("manifest", "Exactly this manifest", &typed),
        "name_part": query("q", "A part of the name; letter case does not matter", &typed),
        "manifest_part": query(
            "q",
            "A part of id, name or description; letter case does not matter",
            &typed,
        ),
        "category": query("category", "Exactly this category", &typed),
        "auth_method": query(
            "auth_method",
            "Exactly this method",
            &crate::component("schemas", "ManifestAuthMethod"),
        ),
        "from": query("from", "From this time on", &time),
        "to": query("to", "Before this time", &time),
        "per": query("per", "What one row sums up", &enumeration(&["minute", "hour", "day"])),
        "verify": query(
            "verify",
            "Compare the authenticated heads with the record",
            &json!({"type": "boolean", "default": false}),
        ),
        "usable_limit": query(
            "limit",
            "At most this many",
            &json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}),
        ),
        "after_name": query(
            "cursor",
            "`next_cursor` of the page before",
            &json!({"type": "string", "pattern": "^([0-9a-f]{2})+$"}),
        ),
        "force": query(
            "force",
            "Where other connections use what would end: `true` ends it all the same, `false` deletes \
             and keeps the tokens until the last of those connections is deleted. Without it that is \
             409 `grant_shared`",
            &json!({"type": "boolean"}),
        ),
        "force_replaced": query(
            "force",
            "Where a connection of another workspace uses what is replaced: `true` ends it all the \
             same, as it must be where it has leaked, `false` keeps it until the last connection that \
             uses it is deleted. Without it that is 409 `grant_shared`",
            &json!({"type": "boolean"}),
        ),
        "dry_run": query(
            "dry_run",
            "`true` checks the form alone (names, policy, members) and changes nothing: the answer is the \
             integration as it is. The provider is not asked, so credentials and `params` are not judged",
            &json!({"type": "boolean", "default": false}),
        ),
        "believe_effect": query(
            "believe_effect",
            "Whether an ADMIN vouches for `revoke.effect_source`: that a revocation ends one token \
             alone. Where that is wrong, a reconnect or a deletion ends other connections of the same \
             account while they are used. `false` saves the manifest and does not believe it. Without \
             it a manifest with `effect_source` is 409 `effect_unconfirmed`",
            &json!({"type": "boolean"}),
        ),
    })
}

fn enumeration(values: &[&str]) -> Value {
    json!({"type": "string", "enum": values})
}

fn header(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "header", "description": description, "schema": schema})
}

fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn path(description: &str, schema: &Value, example: &str) -> Value {
    json!({
        "name": "id", "in": "path", "required": true, "description": description,
        "schema": schema, "example": example,
    })
}
