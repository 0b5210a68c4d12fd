//! `/api/me/passkeys`: the caller's own passkeys, for the caller's browser only. `auth` verifies a new one.
//!
//! A token or a key must never add a passkey, because a passkey would outlive it.

use http::{StatusCode, header};
use nexus_common::auth::{
    Caller, PasskeyCookie, PasskeyPurpose, Role, SentNewPasskey, Via, begin_passkey,
    read_new_passkey,
};
use nexus_common::encoding::from_base64;
use nexus_common::http::{Inbound, empty, json_response, set};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{NewPasskey, Passkeys, People, RequestContext};
use nexus_common::{Error, Result, access, id};
use nexus_printable::{RULE, is_printable};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The name of a passkey whose authenticator does not say which product it is.
const NAME: &str = "Passkey";

/// `POST /api/me/passkeys`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyIn {
    /// The name. Without it, the product that keeps the passkey.
    #[serde(default, deserialize_with = "nexus_common::wire::present")]
    name: Option<String>,
    /// The browser's JSON of the credential.
    credential: Map<String, Value>,
}

/// `PUT /api/me/passkeys/{id}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyPatch {
    /// The name.
    name: String,
}

/// The caller, who is signed in in this browser, and the id of the person.
async fn require_browser(inbound: &Inbound, action: &str) -> Result<(Caller, String)> {
    let caller = access::require(inbound, Role::Agent, action).await?;
    match (caller.via, caller.basis.person.clone()) {
        (Via::Session, Some(person)) => Ok((caller, person)),
        _ => Err(Error::Forbidden(
            "only a person who is signed in in the browser has passkeys. Sign in at /sign-in"
                .into(),
        )),
    }
}

/// `GET /api/me/passkeys`.
///
/// # Errors
/// 401, 403.
pub(crate) async fn list(inbound: &Inbound) -> Result<Response> {
    let (caller, person) = require_browser(inbound, "passkey.list").await?;
    inbound.query(&[])?;
    let all = Passkeys::of(&caller.workspace, &person).all().await?;
    Ok(json_response(StatusCode::OK, all))
}

/// `POST /api/me/passkeys/options`: what the page asks the browser for.
///
/// # Errors
/// 401, 403, 409 (`passkeys_unavailable`).
pub(crate) async fn options(inbound: &Inbound) -> Result<Response> {
    let (caller, person) = require_browser(inbound, "passkey.create").await?;
    inbound.query(&[])?;
    People::of(&caller.workspace).find(&person).await?.require_local()?;
    let purpose = PasskeyPurpose::Register { workspace: caller.workspace, person };
    let begun = begin_passkey(purpose).await?;
    let body = json!({"public_key": begun.options});
    let mut response = json_response(StatusCode::OK, body.to_string());
    PasskeyCookie::Register.set(&mut response, &begun.cookie).await?;
    Ok(response)
}

/// `POST /api/me/passkeys`.
///
/// # Errors
/// 401, 403, 409 (`too_many_passkeys`, `passkey_exists`), 422.
pub(crate) async fn create(inbound: Inbound) -> Result<Response> {
    let (caller, person) = require_browser(&inbound, "passkey.create").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let cookie = PasskeyCookie::Register.of(&inbound).await?.unwrap_or_default();
    let PasskeyIn { name, credential } = inbound.json().await?;
    let name = name.as_deref().map(checked_name).transpose()?;
    People::of(&caller.workspace).find(&person).await?.require_local()?;
    let workspace = caller.workspace.clone();
    let sent = SentNewPasskey { workspace, person: person.clone(), cookie, credential };
    let made = read_new_passkey(&sent).await.map_err(|error| match error {
        // The session is good.
        Error::InvalidToken(why) => Error::invalid("/credential", why),
        other => other,
    })?;
    let bytes = |text: &str| {
        from_base64(text).ok_or_else(|| Error::Internal("a passkey is not base64".into()))
    };
    let passkey_id = id::passkey(clock::now_ms());
    let new = NewPasskey {
        id: &passkey_id,
        name: name.or(made.product.as_deref()).unwrap_or(NAME),
        credential_id: &bytes(&made.credential_id)?,
        public_key: &bytes(&made.public_key)?,
        algorithm: made.algorithm,
        sign_count: made.sign_count,
        is_backup_eligible: made.is_backup_eligible,
        is_backed_up: made.is_backed_up,
        transports: &made.transports,
    };
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let doc = Passkeys::of(&caller.workspace, &person).insert(&new, &by).await?;
    let mut response = json_response(StatusCode::CREATED, doc);
    set(&mut response, header::LOCATION, &format!("/api/me/passkeys/{passkey_id}"));
    PasskeyCookie::Register.clear(&mut response).await?;
    Ok(response)
}

/// `PUT /api/me/passkeys/{id}`.
///
/// # Errors
/// 401, 403, 404, 422.
pub(crate) async fn rename(inbound: Inbound, id: &str) -> Result<Response> {
    let (caller, person) = require_browser(&inbound, "passkey.update").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let PasskeyPatch { name } = inbound.json().await?;
    let by = RequestContext { caller: &caller, request_id: &request_id };
    let name = checked_name(&name)?;
    let doc = Passkeys::of(&caller.workspace, &person).rename(id, name, &by).await?;
    Ok(json_response(StatusCode::OK, doc))
}

/// `DELETE /api/me/passkeys/{id}`. It counts from the next sign-in on. Sessions stay.
///
/// # Errors
/// 401, 403, 404, 409 (`last_passkey`).
pub(crate) async fn delete(inbound: &Inbound, id: &str) -> Result<Response> {
    let (caller, person) = require_browser(inbound, "passkey.delete").await?;
    inbound.query(&[])?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Passkeys::of(&caller.workspace, &person).delete(id, &by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// `DELETE /api/people/{id}/passkeys`: removes all passkeys of a person, and ends all sessions.
///
/// # Errors
/// 401, 403, 404.
pub(crate) async fn delete_all(inbound: &Inbound, person_id: &str) -> Result<Response> {
    let caller = access::require(inbound, Role::Admin, "person.passkeys_delete").await?;
    inbound.query(&[])?;
    People::of(&caller.workspace).find(person_id).await?;
    let by = RequestContext { caller: &caller, request_id: &inbound.request_id };
    Passkeys::of(&caller.workspace, person_id).delete_all(&by).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    match (1..=100).contains(&name.chars().count()) && is_printable(name) {
        true => Ok(name),
        false => Err(Error::invalid("/name", format!("must have 1 to 100 characters, and {RULE}"))),
    }
}
