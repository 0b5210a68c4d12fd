//! `POST /oauth/register`: a program registers itself (RFC 7591). Anybody may, so there are limits to the
//! registrations that no person has agreed to: of each address, and in all.

use http::StatusCode;
use nexus_common::http::{Inbound, client_address, json_response};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{AppMetadata, register_app_client};
use nexus_common::{Result, id};
use serde_json::{Value, json};

use crate::answer::{Failure, OauthError, answered};
use crate::client;

/// The maximum size of a registration, in bytes.
const MAX: usize = 16 * 1024;

/// Registers a client. It is always a public one, whatever it asks for: the response says so (RFC 7591, 3.2.1).
///
/// # Errors
/// [`nexus_common::Error::Storage`], [`nexus_common::Error::RateLimited`], and the errors of the body.
pub(crate) async fn register(inbound: Inbound) -> Result<Response> {
    answered(write(inbound).await)
}

async fn write(inbound: Inbound) -> Result<Response, Failure> {
    let address = client_address(&inbound).await?;
    let body = inbound.bytes(MAX).await?;
    let Ok(Value::Object(document)) = serde_json::from_slice::<Value>(&body) else {
        let why = "the body must be a JSON object";
        return Err(OauthError::new("invalid_client_metadata", why).into());
    };
    let metadata = client::of_document(&document, "An app without a name")?;
    let id = id::app_client(clock::now_ms());
    let issued_at =
        register_app_client(&id, &metadata, address.as_deref()).await?.ok_or_else(|| {
            let why =
                "there are too many registrations that nobody has used. Try again in ten minutes";
            OauthError::new("temporarily_unavailable", why)
        })?;
    let AppMetadata { name, redirect_uris, may_refresh } = metadata;
    let refresh = may_refresh.then_some("refresh_token");
    let grants: Vec<_> = std::iter::once("authorization_code").chain(refresh).collect();
    let body = json!({
        "client_id": id,
        "client_id_issued_at": issued_at,
        "client_name": name,
        "redirect_uris": redirect_uris,
        "grant_types": grants,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    Ok::<_, Failure>(json_response(StatusCode::CREATED, body.to_string()))
}
