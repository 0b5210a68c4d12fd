//! The JSON of the audit record and its heads.

use serde_json::{Value, json};

use super::{
    array, component, count, hash, object, page, partial, text_or_null, time, time_or_null,
};

/// All schemas, by name.
pub(super) fn all() -> Value {
    let authenticated = json!({
        "count": count(), "hash": hash(), "at": time(),
        "mac": {
            "type": "string", "pattern": "^[0-9a-f]{64}$",
            "description": "HMAC-SHA256 with a key that only the broker has",
        },
    });
    let newest = json!({
        "count": count(), "hash": hash(), "at": time_or_null(),
        "signed": {"anyOf": [component("schemas", "AuthenticatedHead"), {"type": "null"}]},
        "verified": component("schemas", "HeadsVerified"),
    });
    let record = json!({
        "workspace": {"type": "string"},
        "seq": {"type": "integer", "minimum": 1},
        "prev": hash(),
        "at": time(),
        "actor": {"type": "string"},
        "role": {"type": "string", "enum": ["ADMIN", "MANAGER", "AGENT", "none", "SYSTEM"]},
        "action": {"type": "string", "pattern": "^[a-z_]+\\.[a-z_]+$"},
        "outcome": {"type": "string", "enum": ["done", "denied"]},
        "target": text_or_null(),
        "detail": {"type": "object", "description": "Facts, by action"},
        "request_id": {"type": "string", "description": "The application's own id; for denied attempts, that of the first one"},
        "client_request_id": {
            "type": "string", "description": "The client's `X-Request-Id`, if it sent one",
        },
        "hash": hash(),
        "count": {
            "type": "integer", "minimum": 1,
            "description": "For a denied attempt: how often it happened in its minute",
        },
    });
    let required = [
        "workspace",
        "seq",
        "prev",
        "at",
        "actor",
        "role",
        "action",
        "outcome",
        "target",
        "detail",
        "request_id",
        "hash",
        "count",
    ];
    json!({
        "AuditPage": page("AuditRecord"),
        "AuditRecord": partial(&required, record),
        "AuditHead": partial(&["count", "hash", "at", "signed"], newest),
        "AuditHeadPage": page("AuthenticatedHead"),
        "AuthenticatedHead": object(authenticated),
        "HeadsVerified": object(json!({
            "heads": count(),
            "since": time_or_null(),
            "up_to": {
                "type": "integer", "minimum": 0,
                "description": "Up to this record number, the hashes equal the signed ones. Only an \
                    export shows that each record matches its hash",
            },
            "broken": count(),
            "first_broken": array(object(json!({
                "count": count(), "why": {"type": "string"},
            }))),
        })),
    })
}
