//! The JSON of connected apps, and of the authorization server's metadata.

use serde_json::{Value, json};

use super::{array, object, page, time, time_or_null};
use crate::component;

/// All schemas, by name.
pub(super) fn all() -> Value {
    let url = || json!({"type": "string", "format": "uri"});
    let texts = || array(json!({"type": "string"}));
    json!({
        "ConnectedApp": object(json!({
            "id": component("schemas", "AgentId"),
            "name": {"type": "string", "description": "The name that the app gave itself, with its person's"},
            "client_id": {
                "type": "string",
                "description": "The id of a registration, or the URL of the app's metadata document",
            },
            "status": {"type": "string", "enum": ["active", "disabled"]},
            "person": object(json!({"id": {"type": "string"}, "name": {"type": "string"}})),
            "integrations": {
                "type": ["array", "null"], "items": component("schemas", "IntegrationId"),
                "description": "The integrations that the person chose; null: all",
            },
            "read_only": {"type": "boolean"},
            "created_at": time(),
            "expires_at": time(),
            "last_used_at": time_or_null(),
        })),
        "ConnectedAppPage": page("ConnectedApp"),
        "AuthorizationServer": object(json!({
            "issuer": url(),
            "authorization_endpoint": url(),
            "token_endpoint": url(),
            "revocation_endpoint": url(),
            "registration_endpoint": url(),
            "scopes_supported": texts(),
            "response_types_supported": texts(),
            "response_modes_supported": texts(),
            "grant_types_supported": texts(),
            "code_challenge_methods_supported": {"const": ["S256"]},
            "token_endpoint_auth_methods_supported": texts(),
            "revocation_endpoint_auth_methods_supported": texts(),
            "authorization_response_iss_parameter_supported": {"const": true},
            "client_id_metadata_document_supported": {"const": true},
            "protected_resources": array(url()),
        })),
    })
}
