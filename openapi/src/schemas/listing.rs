//! The list of integrations, its counts, and deleted integrations with their receipts.

use serde_json::{Value, json};

use super::{array, count, hash, object, page, text_or_null, time, with_optional};
use crate::component;

pub(super) fn all() -> Value {
    json!({
        "IntegrationPage": integration_page(),
        "IntegrationCounts": counts(),
        "DeletedIntegrationPage": page("DeletedIntegration"),
        "IntegrationOrDeletedPage": {"anyOf": [
            component("schemas", "IntegrationPage"),
            component("schemas", "DeletedIntegrationPage"),
        ]},
        "Receipt": object(json!({
            "token": {"type": "string", "description": "The credential field"},
            "state": {"type": "string", "enum": [
                "revoked", "pending", "failed", "unsupported", "not_revocable", "superseded",
            ], "description": "The current state. `superseded`: not revoked, because that could end \
                a connection in use. If the detail begins with `kept:`, the token is kept, and is \
                revoked with the last of those connections"},
            "detail": {"type": "string"},
            "at": time(),
        })),
        "DeletedIntegration": object(json!({
            "id": component("schemas", "IntegrationId"),
            "slug": text_or_null(),
            "name": {"type": "string"},
            "manifest_id": {"type": "string"},
            "account": text_or_null(),
            "deleted_at": time(),
            "deleted_by": {"type": "string", "description": "The subject of a token"},
            "audit": object(json!({"seq": count(), "hash": hash()})),
            "settled": {"anyOf": [
                object(json!({"seq": count(), "hash": hash(), "at": time()})),
                {"type": "null"},
            ]},
            "revocation": array(component("schemas", "Receipt")),
        })),
        "Deleted": object(json!({
            "id": component("schemas", "IntegrationId"),
            "revocation": array(component("schemas", "Receipt")),
        })),
    })
}

/// A page of integrations, with the counts of the workspace if they were asked for.
fn integration_page() -> Value {
    with_optional(
        &page("Integration"),
        &json!({"counts": component("schemas", "IntegrationCounts")}),
    )
}

fn counts() -> Value {
    let number = count();
    let by = |words: &[&str]| {
        let members = words.iter().map(|word| ((*word).to_owned(), number.clone()));
        object(Value::Object(members.collect()))
    };
    object(json!({
        "total": number,
        "attention": {
            "type": "integer", "minimum": 0,
            "description": "Those that need a person: `failing`, `reauthorize`, and those that wait for a choice",
        },
        "by_status": by(&["active", "inactive"]),
        "by_health": by(&["pending", "unknown", "healthy", "failing", "reauthorize"]),
        "by_manifest": {
            "type": "object", "additionalProperties": number,
            "description": "By the id of the manifest. A manifest without integrations is not a member",
        },
    }))
}
