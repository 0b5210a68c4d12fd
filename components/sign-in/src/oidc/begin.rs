//! Sends a browser to the identity provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use nexus_common::auth::{require_same_origin, session_hash};
use nexus_common::http::{Inbound, json_response};
use nexus_common::oidc;
use nexus_common::platform::http::Response;
use nexus_common::platform::variables;
use nexus_common::{Error, Result};
use serde::Deserialize;
use serde_json::json;

use super::cookie::Begun;
use super::with_query;
use crate::return_to::{self, ReturnTo};

const SCOPES: &str = "openid profile email";

/// `POST /sign-in/oidc`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BeginIn {
    /// The secret of the invitation that is open in the browser.
    #[serde(default)]
    invitation: Option<String>,
    /// The request of a program, to which the person goes on.
    #[serde(default)]
    return_to: Option<String>,
}

/// Returns the URL to which the page sends the browser, and gives the browser its cookie. The request must come
/// from our own page, so that no other site can begin a sign-in.
///
/// # Errors
/// 403, 404, 422, [`nexus_common::Error::KeysUnavailable`], [`nexus_common::Error::Misconfigured`].
pub(crate) async fn begin(inbound: Inbound) -> Result<Response> {
    require_same_origin(&inbound).await?;
    inbound.query(&[])?;
    let BeginIn { invitation, return_to } = inbound.json().await?;
    let parse = |text: String| {
        ReturnTo::parse(&text).ok_or_else(|| Error::invalid("/return_to", return_to::RULE))
    };
    let return_to = return_to.map(parse).transpose()?;
    let client = oidc::require_client().await?;
    let metadata = oidc::metadata(&client).await?;
    let begun = Begun::new(invitation.as_deref(), return_to.as_ref());
    let scopes = variables::get("oidc_scopes").await.unwrap_or_else(|| SCOPES.to_owned());
    let (state, nonce) = (begun.state(), begun.nonce());
    let challenge = URL_SAFE_NO_PAD.encode(session_hash(&begun.verifier()));
    let redirect_uri = oidc::redirect_uri().await?;
    let parameters = [
        ("response_type", "code"),
        ("client_id", client.client_id.as_str()),
        ("redirect_uri", redirect_uri.as_str()),
        ("scope", scopes.as_str()),
        ("state", state.as_str()),
        ("nonce", nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let url = with_query(&metadata.authorization_endpoint, &parameters);
    let mut response = json_response(StatusCode::OK, json!({ "url": url }).to_string());
    begun.set(&mut response).await?;
    Ok(response)
}
