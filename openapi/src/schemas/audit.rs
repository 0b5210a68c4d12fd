//! The JSON of the audit record and its heads.

use serde_json::{Value, json};

use super::{
    array, component, count, hash, object, page, partial, text_or_null, time, time_or_null,
};

/// All, by name.
pub(super) fn all() -> Value {
    let authenticated = json!({
        "count": count(), "hash": hash(), "at": time(),
        "mac": {
            "type": "string", "pattern": "^[0-9a-f]{64}$",
            "description": "HMAC-SHA256 under a key that only the broker has",
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
        "request_id": {"type": "string", "description": "Ours; of a denied attempt the first one's"},
        "client_request_id": {
            "type": "string", "description": "The client's `X-Request-Id`, where one came",
        },
        "hash": hash(),
        "count": {
            "type": "integer", "minimum": 1,
            "description": "Of a denied attempt: how often in its minute",
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
                "description": "The hashes are those that were signed, up to this number; that each \
                    record has its hash, an export shows",
            },
            "broken": count(),
            "first_broken": array(object(json!({
                "count": count(), "why": {"type": "string"},
            }))),
        })),
    })
}
