//! Exchanges a code for an id token at the identity provider (OpenID Connect Core 1.0, 3.1.3).
//!
//! The client secret goes to the token endpoint, and nowhere else. No text of the provider's response is shown or
//! logged, because it may hold a token.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, StatusCode, header};
use nexus_common::oidc::{self, Client, Metadata};
use nexus_common::platform::http::{call, full};
use nexus_common::platform::variables;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use serde::Deserialize;

use super::form;

/// The time limit for the provider's whole response.
const DEADLINE: Duration = Duration::from_secs(10);
/// The maximum size of the response, in bytes.
const MAX_RESPONSE: usize = 256 * 1024;

/// The part of the response that is used.
#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

/// The error of the provider (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The id token for `code`.
///
/// # Errors
/// [`Error::Provider`], [`Error::ProviderTimeout`], [`Error::Misconfigured`].
pub(super) async fn id_token(
    client: &Client,
    metadata: &Metadata,
    code: &str,
    verifier: &str,
) -> Result<String> {
    let redirect_uri = oidc::redirect_uri().await?;
    let secret = variables::get("oidc_client_secret").await.map(Secret::new);
    let mut parameters = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", verifier),
    ];
    let mut request = Request::post(&metadata.token_endpoint)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    match &secret {
        Some(secret) if takes_basic(metadata) => {
            request = request.header(header::AUTHORIZATION, basic(&client.client_id, secret));
        }
        Some(secret) => {
            parameters.push(("client_id", &client.client_id));
            parameters.push(("client_secret", secret.expose()));
        }
        None => parameters.push(("client_id", &client.client_id)),
    }
    let body = form(&parameters);
    let request = request.header(header::CONTENT_LENGTH, body.len()).body(full(body));
    let request =
        request.map_err(|_| Error::Internal("the request for a token cannot be built".into()))?;
    let response = call(request, DEADLINE, MAX_RESPONSE).await.map_err(|error| {
        Error::Provider(format!("the identity provider's token endpoint: {error}"))
    })?;
    if response.status() == StatusCode::OK {
        let tokens: Result<Tokens, _> = serde_json::from_slice(response.body());
        return tokens.map(|tokens| tokens.id_token).map_err(|_| {
            Error::Provider("the identity provider's response has no id token. `oidc_scopes` must have `openid`".into())
        });
    }
    let refusal: Option<Refusal> = serde_json::from_slice(response.body()).ok();
    let error =
        refusal.map(|refusal| nexus_printable::shortened(&refusal.error)).unwrap_or_default();
    let status = response.status().as_u16();
    Err(Error::Provider(format!(
        "the identity provider rejected the code: status {status} {error}"
    )))
}

/// Whether the client authenticates in the header. If the provider does not say, that is so.
fn takes_basic(metadata: &Metadata) -> bool {
    let methods = metadata.token_endpoint_auth_methods_supported.as_ref();
    methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
}

/// The value of the header (RFC 6749, 2.3.1): both parts are form-encoded first.
fn basic(client_id: &str, secret: &Secret) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(secret.expose()));
    format!("Basic {}", STANDARD.encode(pair))
}
