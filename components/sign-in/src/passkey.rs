//! Signs in by a passkey. `auth` makes the challenge and verifies what the authenticator signed.

use http::StatusCode;
use nexus_common::auth::{
    PasskeyCookie, PasskeyPurpose, SentPasskey, begin_passkey, require_same_origin, use_passkey,
};
use nexus_common::http::{Inbound, client_address, json_response};
use nexus_common::platform::http::Response;
use nexus_common::store::{People, Transaction};
use nexus_common::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::session;

/// `POST /sign-in/passkey`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyIn {
    /// The browser's JSON of the credential.
    credential: Map<String, Value>,
}

/// `POST /sign-in/passkey/options`: what the page asks the browser for. Nothing is written.
///
/// # Errors
/// 403, 409 (`passkeys_unavailable`), 422.
pub(crate) async fn options(inbound: Inbound) -> Result<Response> {
    require_same_origin(&inbound).await?;
    inbound.query(&[])?;
    let begun = begin_passkey(PasskeyPurpose::SignIn).await?;
    let body = json!({"public_key": begun.options});
    let mut response = json_response(StatusCode::OK, body.to_string());
    PasskeyCookie::SignIn.set(&mut response, &begun.cookie).await?;
    Ok(response)
}

/// Signs in. The request must come from our own page, so that no other site can sign a browser in.
///
/// # Errors
/// 401, 403, 422, 429.
pub(crate) async fn sign_in(inbound: Inbound) -> Result<Response> {
    require_same_origin(&inbound).await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let address = client_address(&inbound).await?;
    let cookie = PasskeyCookie::SignIn.of(&inbound).await?.unwrap_or_default();
    let PasskeyIn { credential } = inbound.json().await?;
    let proof = use_passkey(&SentPasskey { cookie, credential, address }).await?;
    let tx = Transaction::begin().await?;
    let person = People::of(&proof.workspace).find_in(&tx, &proof.person).await;
    let person = person.map_err(|error| match error {
        Error::NotFound(_) => Error::InvalidToken("the person of this passkey is gone".into()),
        other => other,
    })?;
    person.require_active()?;
    person.require_local()?;
    let mut response = session::begin(tx, &person, "passkey", &request_id).await?;
    PasskeyCookie::SignIn.clear(&mut response).await?;
    Ok(response)
}
