//! The JSON of people, sessions, invitations and emergency stops.

use serde_json::{Value, json};

use super::{array, count, object, page, partial, printable, text_or_null, time, time_or_null};
use crate::component;

/// All schemas, by name.
pub(super) fn all() -> Value {
    let role = || json!({"type": "string", "enum": ["ADMIN", "MANAGER"]});
    let any_role = || json!({"type": "string", "enum": ["ADMIN", "MANAGER", "AGENT"]});
    let status = || json!({"type": "string", "enum": ["active", "disabled"]});
    let scope = || json!({"type": "string", "enum": ["agent", "person", "integration", "provider", "workspace"]});
    let passkey_id = || json!({"type": "string", "pattern": "^pky_[0-9A-HJKMNP-TV-Z]{26}$"});
    let credential = || {
        json!({
            "type": "object", "additionalProperties": true,
            "description": "The JSON of the credential, as the browser makes it",
        })
    };
    let secret = || json!({"type": "string", "maxLength": 200});
    let person_or_null = || json!({"type": ["string", "null"], "description": "The person who signs in again; `null` for a new person"});
    let may = object(json!({
        "call": {"type": "boolean"}, "manage_integrations": {"type": "boolean"},
        "manage_agents": {"type": "boolean"}, "manage_people": {"type": "boolean"},
        "manage_oauth_clients": {"type": "boolean"}, "manage_manifests": {"type": "boolean"},
        "read_audit": {"type": "boolean"}, "stop": {"type": "boolean"},
    }));
    json!({
        "Me": object(json!({
            "workspace": {"type": "string"},
            "subject": {"type": "string", "description": "The name that records use"},
            "kind": {"type": "string", "enum": ["person", "agent", "service"]},
            "role": {"anyOf": [any_role(), {"type": "null"}]},
            "agent": text_or_null(),
            "person": text_or_null(),
            "name": text_or_null(),
            "via": {"type": "string", "enum": ["issuer_token", "agent_key", "access_token", "signed_token", "session"]},
            "expires_at": {
                "anyOf": [time(), {"type": "null"}],
                "description": "When the proof expires; `null` if it does not",
            },
            "may": may,
        })),
        "Passkey": object(json!({
            "id": passkey_id(),
            "name": {"type": "string"},
            "backed_up": {
                "type": "boolean", "description": "Whether its authenticator has copied it to other devices",
            },
            "created_at": time(),
            "last_used_at": time_or_null(),
        })),
        "PasskeyList": object(json!({"items": array(component("schemas", "Passkey"))})),
        "PasskeyOptions": object(json!({
            "public_key": {
                "type": "object", "additionalProperties": true,
                "description": "The options for `navigator.credentials`, in the JSON form of Web Authentication",
            },
        })),
        "PasskeyInput": partial(&["credential"], json!({
            "name": {"anyOf": [printable(100), {"type": "null"}]}, "credential": credential(),
        })),
        "PasskeyChange": object(json!({"name": printable(100)})),
        "PasskeyAnswer": object(json!({"credential": credential()})),
        "SessionEnd": partial(&[], json!({"all": {"type": "boolean", "default": false}})),
        "SessionsEnded": object(json!({"ended": count()})),
        "Person": object(json!({
            "id": {"type": "string", "pattern": "^per_[0-9A-HJKMNP-TV-Z]{26}$"},
            "name": {"type": "string"},
            "email": text_or_null(),
            "role": any_role(),
            "source": {"type": "string", "enum": ["oidc", "local", "issuer"]},
            "status": status(),
            "issuer": text_or_null(),
            "passkeys": count(),
            "created_at": time(),
            "last_seen_at": time_or_null(),
            "sessions": array(object(json!({
                "id": {"type": "string"}, "method": {"type": "string"}, "created_at": time(), "used_at": time(),
            }))),
        })),
        "PersonPage": page("Person"),
        "PersonChange": partial(&[], json!({"role": role(), "status": status()})),
        "InvitationInput": {"anyOf": [
            partial(&["role"], json!({
                "role": role(), "name": printable(100),
                "email": {"type": "string", "minLength": 3, "maxLength": 254, "format": "email"},
            })),
            object(json!({"person_id": {
                "type": "string", "pattern": "^per_[0-9A-HJKMNP-TV-Z]{26}$",
                "description": "The person who signs in again with the link, and keeps role, name and status",
            }})),
        ]},
        "InvitationCreated": object(json!({
            "id": {"type": "string", "pattern": "^inv_[0-9A-HJKMNP-TV-Z]{26}$"},
            "url": {"type": "string", "format": "uri", "description": "The link. It is never shown again"},
            "expires_at": time(),
        })),
        "InvitationList": object(json!({"items": array(object(json!({
            "id": {"type": "string"}, "person_id": person_or_null(), "role": role(), "name": text_or_null(),
            "email": text_or_null(), "created_by": {"type": "string"}, "expires_at": time(),
        })))})),
        "InvitationSecret": object(json!({"invitation": secret()})),
        "InvitationShown": object(json!({
            "workspace": {"type": "string"}, "person_id": person_or_null(), "role": role(),
            "name": text_or_null(), "email": text_or_null(),
        })),
        "InvitationAnswer": partial(&["invitation"], json!({
            "invitation": secret(), "name": {"type": ["string", "null"], "maxLength": 100},
        })),
        "LinkInput": object(json!({"link": {"type": "string", "maxLength": 16384}})),
        "SignInOptions": object(json!({
            "identity_provider": {
                "type": ["string", "null"], "description": "The issuer, if the deployment has an identity provider",
            },
            "passkeys": {"type": "boolean", "description": "Whether browsers can keep passkeys for this address"},
            "sign_out": {"type": "boolean", "description": "Whether a person can sign out at the provider too"},
        })),
        "OidcBegin": partial(&[], json!({
            "invitation": {
                "type": ["string", "null"], "maxLength": 200,
                "description": "The secret of an invitation that is open in the browser",
            },
            "return_to": {
                "type": ["string", "null"], "maxLength": 3400, "pattern": "^/oauth/authorize\\?",
                "description": "The request of an OAuth client, to which the person goes on",
            },
        })),
        "OidcBegun": object(json!({"url": {"type": "string", "format": "uri"}})),
        "SignedIn": object(json!({
            "workspace": {"type": "string"}, "name": {"type": "string"}, "role": role(),
            "passkeys": {"type": "integer", "minimum": 0, "description": "How many passkeys the person has"},
        })),
        "StopInput": partial(&["scope", "reason"], json!({
            "scope": scope(), "reason": printable(200),
            "id": {
                "type": ["string", "null"],
                "description": "The agent, person, integration (id or slug) or manifest; missing for the workspace",
            },
        })),
        "Stop": object(json!({
            "id": {"type": "string", "pattern": "^stp_[0-9A-HJKMNP-TV-Z]{26}$"},
            "scope": scope(), "target": text_or_null(), "reason": {"type": "string"},
            "created_at": time(), "created_by": {"type": "string"},
        })),
        "StopList": object(json!({"items": array(component("schemas", "Stop"))})),
        "StopPreview": object(json!({
            "agents": count(), "keys": count(), "sessions": count(), "integrations": count(),
        })),
    })
}
