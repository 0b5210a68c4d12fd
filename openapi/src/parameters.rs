//! The parameters of paths, queries and headers.

use serde_json::{Map, Value, json};

/// The maximum length of a search text, in characters.
const TYPED: u16 = 200;

/// All parameters, by the names that operations use to refer to them.
pub(crate) fn all() -> Map<String, Value> {
    let groups = [general(), agents()];
    groups.into_iter().filter_map(|group| group.as_object().cloned()).flatten().collect()
}

fn agents() -> Value {
    json!({
        "agent": path(
            "The agent's id",
            &json!({"type": "string", "pattern": "^agt_[0-9A-HJKMNP-TV-Z]{26}$"}),
            "agt_01J00000000000000000000000",
        ),
        "agent_key": {
            "name": "key_id", "in": "path", "required": true,
            "description": "The key's id: the ten characters after `nxa_`",
            "schema": {"type": "string", "pattern": "^[0-9A-Za-z]{10}$"}, "example": "0123456789",
        },
        "person": path(
            "The person's id",
            &json!({"type": "string", "pattern": "^per_[0-9A-HJKMNP-TV-Z]{26}$"}),
            "per_01J00000000000000000000000",
        ),
        "passkey": path(
            "The passkey's id",
            &json!({"type": "string", "pattern": "^pky_[0-9A-HJKMNP-TV-Z]{26}$"}),
            "pky_01J00000000000000000000000",
        ),
        "invitation": path(
            "The invitation's id",
            &json!({"type": "string", "pattern": "^inv_[0-9A-HJKMNP-TV-Z]{26}$"}),
            "inv_01J00000000000000000000000",
        ),
        "stop": path(
            "The stop's id",
            &json!({"type": "string", "pattern": "^stp_[0-9A-HJKMNP-TV-Z]{26}$"}),
            "stp_01J00000000000000000000000",
        ),
        "stop_scope": {
            "name": "scope", "in": "query", "required": true, "description": "What the stop would cover",
            "schema": enumeration(&["agent", "person", "integration", "provider", "workspace"]),
            "example": "workspace",
        },
        "stop_target": query(
            "id",
            "The agent, person, integration or manifest; missing for the workspace",
            &json!({"type": "string"}),
        ),
        "after_person": query(
            "cursor",
            "`next_cursor` of the previous page",
            &json!({"type": "string", "pattern": "^per_[0-9A-Za-z]{26}$"}),
        ),
        "connected_app": path(
            "The id of the connected app, which is an agent",
            &json!({"type": "string", "pattern": "^agt_[0-9A-HJKMNP-TV-Z]{26}$"}),
            "agt_01J00000000000000000000001",
        ),
        "after_agent": query(
            "cursor",
            "`next_cursor` of the previous page",
            &json!({"type": "string", "pattern": "^agt_[0-9A-Za-z]{26}$"}),
        ),
    })
}

fn general() -> Value {
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
            "Is returned, and written to the log and, beside the application's own id, to the audit \
             record, if it is 1 to 128 of `A-Z a-z 0-9 - _ .` and does not begin with `req_`, which \
             marks the application's own ids",
            &text,
        ),
        "if_match": header(
            "If-Match",
            "Change the integration only if it has one of these versions, or `*` (RFC 9110, 13.1.1)",
            &text,
        ),
        "if_none_match": header(
            "If-None-Match",
            "Return the content only if its hash is not one of these (RFC 9110, 13.1.2)",
            &text,
        ),
        "integration": path("The integration's id or slug", &id, "sandbox"),
        "integration_to_delete": path("The integration's id or slug", &id, "second-sandbox"),
        "integration_by_oauth": path("The integration's id or slug", &id, "sandbox-oauth"),
        "provider_path": {
            "name": "path", "in": "path", "required": true,
            "description": "The path below the API's base URL, including slashes",
            "schema": text, "example": "me",
        },
        "host": header(
            "X-Nexus-Host",
            "One of the manifest's hosts, instead of the host of the API's base URL",
            &text,
        ),
        "mcp_version": header(
            "MCP-Protocol-Version",
            "The version that was negotiated, or the one that the message names",
            &text,
        ),
        "oauth_manifest": path("The id of a manifest that connects by OAuth", &manifest, "slack"),
        "manifest": path("The manifest's id", &manifest, "stripe"),
        "own_manifest": path("The id of one of the workspace's own manifests", &manifest, "custom-example"),
        "custom_manifest": path(
            "The id of one of the workspace's own manifests",
            &json!({"type": "string", "pattern": "^custom-[a-z0-9-]{1,57}$"}),
            "custom-sandbox-oauth",
        ),
        "state": query("state", "The value that was sent to the provider", &text),
        "code": query("code", "RFC 6749, 4.1.2", &text),
        "error": query("error", "RFC 6749, 4.1.2.1", &text),
        "error_description": query("error_description", "RFC 6749, 4.1.2.1", &text),
        "iss": query("iss", "RFC 9207", &text),
        "limit": query(
            "limit",
            "The maximum number of items",
            &json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 50}),
        ),
        "after_integration": query(
            "cursor",
            "`next_cursor` of the previous page",
            &json!({"type": "string", "pattern": "^int_[0-9A-Za-z]{26}(\\.[a-z]+\\.[0-9a-f]+)?$"}),
        ),
        "sort": query(
            "sort",
            "The order, after `-` if the greatest value comes first. `used` is the time of the last call: an \
             integration that was never called comes before all others. `health` goes from `healthy` over \
             `unknown`, `pending` and `failing` to `reauthorize`. `expires` is the time at which the \
             credential expires: one that does not expire comes last. Equal values are sorted by id. A cursor \
             is good for its own order only",
            &json!({"type": "string", "default": "-created", "enum": sorts()}),
        ),
        "counts": query(
            "counts",
            "Whether the response counts all integrations of the workspace, whatever the filters",
            &json!({"type": "boolean", "default": false}),
        ),
        "deleted": query(
            "deleted",
            "`true` lists the integrations that were deleted within 90 days, the last deletion first. Of the \
             other parameters, only `manifest`, `q`, `limit` and `cursor` apply",
            &json!({"type": "boolean", "default": false}),
        ),
        "deleted_integration": path(
            "The id of a deleted integration",
            &json!({"type": "string", "pattern": "^int_[0-9A-Za-z]{26}$"}),
            "int_01J00000000000000000000000",
        ),
        "after_row": query(
            "cursor",
            "`next_cursor` of the previous page",
            &json!({"type": "string", "pattern": "^[0-9]{1,18}$"}),
        ),
        "status": query("status", "Exactly this status", &enumeration(&["active", "inactive"])),
        "health": query(
            "health",
            "Exactly this health. Integrations whose OAuth sign-in is not finished are listed for `pending` only",
            &enumeration(&["pending", "unknown", "healthy", "failing", "reauthorize"]),
        ),
        "of_manifest": query("manifest", "Exactly this manifest", &typed),
        "integration_part": query(
            "q",
            "A part of the name, the slug, the account or the id of the manifest, case-insensitive",
            &typed,
        ),
        "manifest_part": query(
            "q",
            "A part of the id, name or description, case-insensitive",
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
        "actor": query("actor", "Exactly this actor", &typed),
        "action": query("action", "Exactly this action", &typed),
        "target": query("target", "Exactly this target", &typed),
        "record_words": query(
            "q",
            "Words that are all in the record (actor, action, target, request id, detail) or in the name of its \
             actor or its target, case-insensitive. Of more than eight words, the first eight count. A page \
             reads at most 20,000 records, so it may have few items or none, and a cursor to go on from",
            &typed,
        ),
        "record_actions": query(
            "q_actions",
            "Actions whose records match `q` too, separated by commas: for a client whose words for them are \
             others",
            &json!({"type": "string", "pattern": "^[a-z_.]{1,64}(,[a-z_.]{1,64}){0,49}$"}),
        ),
        "outcome": query("outcome", "Exactly this outcome", &enumeration(&["done", "denied"])),
        "call_agent": query("agent", "Exactly this agent, by the subject of its token", &typed),
        "call_integration": query("integration_id", "Exactly this integration, by its id", &typed),
        "call_method": query(
            "method",
            "Exactly this method",
            &enumeration(&["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        ),
        "call_outcome": query("outcome", "Exactly this outcome", &enumeration(&crate::schemas::CALL_OUTCOMES)),
        "call_status": query(
            "status",
            "A class of statuses such as `4xx`, or one status such as `404`",
            &json!({"type": "string", "pattern": "^([1-5]xx|[1-5][0-9]{2})$"}),
        ),
        "call_after": query(
            "after",
            "Only calls that were recorded after this position, the `latest` of an earlier page",
            &json!({"type": "string", "pattern": "^[0-9]{1,18}$"}),
        ),
        "by": query(
            "by",
            "What one row is about. Without it, a row has all calls of its period",
            &enumeration(&["integration", "agent"]),
        ),
        "per_long": query(
            "per",
            "The period that one row sums up",
            &json!({"type": "string", "enum": ["hour", "day"], "default": "day"}),
        ),
        "per": query("per", "The period that one row sums up", &enumeration(&["minute", "hour", "day"])),
        "verify": query(
            "verify",
            "Compare the authenticated heads with the record",
            &json!({"type": "boolean", "default": false}),
        ),
        "usable_limit": query(
            "limit",
            "The maximum number of items",
            &json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}),
        ),
        "after_name": query(
            "cursor",
            "`next_cursor` of the previous page",
            &json!({"type": "string", "pattern": "^([0-9a-f]{2})+$"}),
        ),
        "force": query(
            "force",
            "What to do with tokens if revoking them would also end other connections. `true` revokes \
             them nevertheless. `false` deletes the integration and keeps the tokens until the last of \
             those connections is deleted. Without `force` the response is 409 `grant_shared`",
            &json!({"type": "boolean"}),
        ),
        "force_replaced": query(
            "force",
            "What to do with the replaced credential if a connection of another workspace uses it. \
             `true` revokes it nevertheless, which is necessary if it has leaked. `false` keeps it \
             until the last connection that uses it is deleted. Without `force` the response is 409 \
             `grant_shared`",
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

/// The orders of the list of integrations.
fn sorts() -> Vec<String> {
    let keys = ["created", "updated", "used", "name", "provider", "status", "health", "expires"];
    keys.iter().flat_map(|key| [(*key).to_owned(), format!("-{key}")]).collect()
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
