//! The JSON of the agents of a workspace and their keys.

use serde_json::{Value, json};

use super::{array, object, page, partial, printable, time, time_or_null};
use crate::component;

/// All schemas, by name.
pub(super) fn all() -> Value {
    let name = || {
        json!({
            "allOf": [printable(100)],
            "description": "Unique in the workspace; names are compared without regard to case and white space",
        })
    };
    let description = || json!({"type": "string", "maxLength": 500});
    let person = || json!({"type": "string", "pattern": "^per_[0-9A-HJKMNP-TV-Z]{26}$"});
    let person_or_null = || json!({"anyOf": [person(), {"type": "null"}]});
    json!({
        "AgentId": {"type": "string", "pattern": "^agt_[0-9A-HJKMNP-TV-Z]{26}$"},
        "AgentInput": partial(&["name"], json!({
            "name": name(), "description": description(), "owner": person_or_null(),
        })),
        "AgentChange": partial(&[], json!({
            "name": name(), "description": description(), "owner": person(),
            "status": {"type": "string", "enum": ["active", "disabled"]},
        })),
        "Agent": object(json!({
            "id": component("schemas", "AgentId"),
            "name": {"type": "string"},
            "description": {"type": "string"},
            "owner": {"type": ["string", "null"], "description": "The person who answers for the agent"},
            "kind": {"type": "string", "enum": ["registered", "connected_app", "outside"]},
            "status": {"type": "string", "enum": ["active", "disabled"]},
            "issuer": {"type": ["string", "null"], "description": "The outside issuer of its tokens"},
            "subject": {"type": ["string", "null"], "description": "The subject of its tokens"},
            "created_at": time(),
            "created_by": {"type": "string"},
            "last_used_at": time_or_null(),
            "last_used_from": {
                "type": ["string", "null"],
                "description": "The network address of the client of the last use, at most ten seconds old: IPv4, \
                    or the first 64 bits of an IPv6 address",
            },
            "keys": array(component("schemas", "AgentKey")),
        })),
        "AgentPage": page("Agent"),
        "AgentKey": object(json!({
            "id": {"type": "string", "pattern": "^[0-9A-Za-z]{10}$"},
            "name": {"type": "string"},
            "kind": {"type": "string", "enum": ["secret", "public_key"]},
            "created_at": time(),
            "created_by": {"type": "string"},
            "expires_at": time_or_null(),
        })),
        "AgentKeyInput": partial(&[], json!({
            "name": {"type": "string", "maxLength": 100},
            "expires_in": {
                "type": ["integer", "null"], "minimum": 60, "maximum": 31_536_000,
                "description": "Seconds; 90 days by default, and without a limit for a public key",
            },
            "public_key": {
                "type": ["object", "null"],
                "description": "A public JWK: P-256 for ES256, or Ed25519 for EdDSA",
            },
        })),
        "AgentKeyCreated": partial(&["id"], json!({
            "id": {"type": "string", "pattern": "^[0-9A-Za-z]{10}$"},
            "key": {
                "type": "string", "pattern": "^nxa_[0-9A-Za-z]{10}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$",
                "description": "The key. It is never shown again. Missing for a public key",
            },
        })),
        "AgentAccess": object(json!({
            "items": {"type": "array", "maxItems": 1000, "items": object(json!({
                "id": component("schemas", "IntegrationId"),
                "slug": {"type": "string"},
                "name": {"type": "string"},
                "manifest_id": {"type": "string"},
                "may": {"type": "boolean", "description": "Whether `policy.agents` admits the agent"},
                "by": {"type": ["string", "null"], "description": "The entry that admits the agent"},
                "rules": array(object(json!({
                    "by": {"type": "string"}, "rule": component("schemas", "Rule"),
                }))),
            }))},
        })),
    })
}
