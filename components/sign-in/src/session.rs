//! Begins the session of a person who has proved who they are.
//!
//! Each sign-in makes a new session, so that nobody can prepare one for another person. Every way to sign in ends
//! here, so the emergency stop of a person is checked here.

use http::StatusCode;
use nexus_common::auth::{new_session_secret, session_hash, set_session_cookie};
use nexus_common::http::{RequestId, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::secret::Secret;
use nexus_common::store::{NewSession, Passkeys, Person, RequestContext, Transaction};
use nexus_common::{Result, id};
use serde_json::json;

/// The method of a link from the machine.
pub(crate) const LINK: &str = "link";

/// Commits `tx` with a new session of `person`, and returns the response with its cookie.
///
/// # Errors
/// The errors of [`open`], [`nexus_common::Error::Misconfigured`].
pub(crate) async fn begin(
    tx: Transaction,
    person: &Person,
    method: &str,
    request_id: &RequestId,
) -> Result<Response> {
    let passkeys = Passkeys::of(&person.workspace, &person.id).count(&tx).await?;
    let secret = open(tx, person, method, request_id).await?;
    let body = json!({"workspace": person.workspace, "name": person.name, "role": person.role.name(),
        "passkeys": passkeys});
    let mut response = json_response(StatusCode::OK, body.to_string());
    set_session_cookie(&mut response, &secret).await?;
    Ok(response)
}

/// Commits `tx` with a new session of `person`, and returns the value of its cookie.
///
/// # Errors
/// [`nexus_common::Error::Stopped`]: then nothing is committed. [`nexus_common::Error::Storage`].
pub(crate) async fn open(
    tx: Transaction,
    person: &Person,
    method: &str,
    request_id: &RequestId,
) -> Result<Secret> {
    match method {
        LINK => tx.require_lifter_not_stopped(person).await?,
        _ => tx.require_not_stopped(person).await?,
    }
    let secret = new_session_secret();
    let session_id = id::session(clock::now_ms());
    tx.begin_session(&NewSession {
        id: &session_id,
        secret_hash: session_hash(secret.expose()),
        workspace: &person.workspace,
        person_id: &person.id,
        method,
    })
    .await?;
    let caller = person.as_caller();
    let by = RequestContext { caller: &caller, request_id };
    let detail = json!({"method": method, "session": session_id});
    tx.audit(&by.entry("person.sign_in", &person.id, detail)).await?;
    tx.commit().await?;
    Ok(secret)
}
