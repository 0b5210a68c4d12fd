//! The JSON of the agents' doors: what they may use, and the messages of MCP.

use serde_json::{Value, json};

use super::{account, array, object, partial};
use crate::component;

/// All, by name.
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
                "description": "In place of the provider's own: what an SDK is told",
            },
            "policy": component("schemas", "Policy"),
        })),
        "McpMessage": {
            "description": "JSON-RPC 2.0: a request, a notification, or an answer, which is ignored",
            "type": "object", "required": ["jsonrpc"],
            "properties": {
                "jsonrpc": version, "id": {"type": ["string", "number", "null"]},
                "method": {"type": "string"}, "params": {"type": "object"},
                "result": {}, "error": {},
            },
            "anyOf": [{"required": ["method"]}, {"required": ["result"]}, {"required": ["error"]}],
        },
        "McpAnswer": {"anyOf": [
            object(json!({"jsonrpc": version, "id": id, "result": {"type": "object"}})),
            component("schemas", "McpFailure"),
        ]},
        "McpFailure": partial(
            &["jsonrpc", "error"],
            json!({"jsonrpc": version, "id": id, "error": error}),
        ),
        "ProtectedResource": object(json!({
            "resource": {"type": "string", "format": "uri"},
            "authorization_servers": array(json!({"type": "string"})),
            "bearer_methods_supported": {"const": ["header"]},
            "resource_name": {"type": "string"},
        })),
    })
}
