//! The JSON for agents: the integrations that an agent may use, and the messages of MCP.

use serde_json::{Value, json};

use super::{account, array, object, partial};
use crate::component;

/// All schemas, by name.
pub(super) fn all() -> Value {
    let id = json!({"type": ["string", "number"]});
    let version = json!({"type": "string", "const": "2.0"});
    let error = partial(
        &["code", "message"],
        json!({
            "code": {"type": "integer"}, "message": {"type": "string"}, "data": {"type": "object"},
        }),
    );
    json!({
        "UsableList": object(json!({
            "items": {"type": "array", "maxItems": 1000, "items": component("schemas", "Usable")},
            "next_cursor": {
                "type": ["string", "null"], "description": "`cursor` of the next page",
            },
        })),
        "Usable": object(json!({
            "id": component("schemas", "IntegrationId"),
            "slug": {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"},
            "name": {"type": "string"},
            "manifest_id": {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"},
            "account": account(),
            "base_url": {
                "type": "string", "format": "uri",
                "description": "The base URL to configure in an SDK, in place of the provider's own",
            },
            "policy": component("schemas", "Policy"),
        })),
        "McpMessage": {"anyOf": [
            component("schemas", "McpOne"),
            {
                "description": "Several messages, before 2025-06-18",
                "type": "array", "minItems": 1, "maxItems": 50, "items": component("schemas", "McpOne"),
            },
        ]},
        "McpOne": {
            "description": "JSON-RPC 2.0: a request, a notification, or a response, which is ignored",
            "type": "object", "required": ["jsonrpc"],
            "properties": {
                "jsonrpc": version, "id": {"type": ["string", "number", "null"]},
                "method": {"type": "string"}, "params": {"type": "object"},
                "result": {}, "error": {},
            },
            "anyOf": [{"required": ["method"]}, {"required": ["result"]}, {"required": ["error"]}],
        },
        "McpAnswer": {"anyOf": [
            component("schemas", "McpResult"),
            component("schemas", "McpFailure"),
            {
                "description": "For several messages: one response for each request",
                "type": "array", "minItems": 1, "maxItems": 50, "items": {"anyOf": [
                    component("schemas", "McpResult"), component("schemas", "McpFailure"),
                ]},
            },
        ]},
        "McpResult": object(json!({"jsonrpc": version, "id": id, "result": {"type": "object"}})),
        "McpFailure": partial(
            &["jsonrpc", "error"],
            json!({"jsonrpc": version, "id": id, "error": error}),
        ),
        "ProtectedResource": object(json!({
            "resource": {"type": "string", "format": "uri"},
            "authorization_servers": array(json!({"type": "string"})),
            "scopes_supported": array(json!({"type": "string"})),
            "bearer_methods_supported": {"const": ["header"]},
            "resource_name": {"type": "string"},
        })),
    })
}
