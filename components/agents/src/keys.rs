//! Makes and deletes keys of agents. A key of ours is shown once. Of the agent's own pair, only the public key
//! comes here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use nexus_common::auth::{KeyKind, Role, new_key, session_hash};
use nexus_common::http::{Inbound, empty, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{Agents, KeyProof, NewAgentKey, RequestContext};
use nexus_common::{Error, Result, access};
use serde_json::{Map, Value, json};

use crate::input::KeyIn;

/// The members of a private key (RFC 7518, 6.2.2 and 6.3.2; RFC 8037, 2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// `POST /api/agents/{id}/keys`.
///
/// # Errors
/// 401, 403, 404, 409, 422.
pub(crate) async fn create(inbound: Inbound, agent_id: &str) -> Result<Response> {
    let caller = access::require(&inbound, Role::Manager, "agent.key_create").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let input: KeyIn = inbound.json().await?;
    let lifetime_ms = input.check()?;
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let agents = Agents::of(&caller.workspace);
    let made = new_key(KeyKind::Agent);
    let name = input.name.trim();
    let new = |proof| NewAgentKey { id: &made.id, agent_id, name, proof, lifetime_ms };
    let body = match &input.public_key {
        Some(jwk) => {
            let jwk = public_key(jwk)?;
            agents.insert_key(&new(KeyProof::PublicKey(&jwk)), &by).await?;
            json!({ "id": made.id })
        }
        None => {
            let hash = session_hash(made.secret.expose());
            agents.insert_key(&new(KeyProof::SecretHash(hash)), &by).await?;
            json!({ "id": made.id, "key": made.text.expose() })
        }
    };
    Ok(json_response(StatusCode::CREATED, body.to_string()))
}

/// `DELETE /api/agents/{id}/keys/{key_id}`.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn delete(inbound: &Inbound, agent_id: &str, key_id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Manager, "agent.key_delete").await?;
    inbound.query(&[])?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Agents::of(&caller.workspace).delete_key(agent_id, key_id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// The public members of a JWK, for ES256 (P-256) or EdDSA (Ed25519).
fn public_key(jwk: &Map<String, Value>) -> Result<String> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
    if let Some(name) = PRIVATE.iter().find(|name| jwk.contains_key(**name)) {
        let detail =
            format!("is a private key (`{name}`). Send the public key only, and make a new pair");
        return Err(Error::invalid("/public_key", detail));
    }
    let is_point =
        |name: &str| URL_SAFE_NO_PAD.decode(text(name)).is_ok_and(|bytes| bytes.len() == 32);
    let members: &[&str] = match (text("kty"), text("crv")) {
        ("EC", "P-256") if is_point("x") && is_point("y") => &["kty", "crv", "x", "y"],
        ("OKP", "Ed25519") if is_point("x") => &["kty", "crv", "x"],
        _ => {
            let rule =
                "must be a JWK of the curve P-256 (ES256) or Ed25519 (EdDSA), with its coordinates";
            return Err(Error::invalid("/public_key", rule));
        }
    };
    let public: Map<String, Value> =
        members.iter().map(|name| ((*name).to_owned(), Value::from(text(name)))).collect();
    Ok(Value::Object(public).to_string())
}
