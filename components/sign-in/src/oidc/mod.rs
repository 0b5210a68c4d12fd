//! Signs in at the identity provider of the deployment (OpenID Connect Core 1.0, code flow with PKCE).
//!
//! What a browser needs to finish is in its cookie, and `state`, `nonce` and the PKCE verifier follow from the
//! cookie. So an unauthenticated request never writes to the database, and `state` of another browser is worth
//! nothing. This module must not verify an id token, which `auth` does.

mod admit;
mod begin;
mod cookie;
mod exchange;
mod finish;

use http::StatusCode;
use nexus_common::Result;
use nexus_common::auth::has_passkeys;
use nexus_common::config;
use nexus_common::http::{Inbound, json_response};
use nexus_common::oidc::{self, Client, Metadata};
use nexus_common::platform::http::Response;
use serde_json::json;

use crate::page::see_other;

pub(crate) use begin::begin;
pub(crate) use finish::callback;

/// `GET /sign-in/options`: how people can sign in here.
///
/// # Errors
/// [`nexus_common::Error::Invalid`], [`nexus_common::Error::Misconfigured`].
pub(crate) async fn options(inbound: Inbound) -> Result<Response> {
    inbound.query(&[])?;
    let client = oidc::client().await?;
    // A provider that does not respond must not hide the other ways to sign in.
    let has_sign_out = match &client {
        Some(client) => oidc::metadata(client)
            .await
            .is_ok_and(|metadata| metadata.end_session_endpoint.is_some()),
        None => false,
    };
    let body = json!({
        "identity_provider": client.map(|client| client.issuer.clone()), "sign_out": has_sign_out,
        "passkeys": has_passkeys().await?,
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}

/// `GET /sign-in/oidc/sign-out`: on to the page of the provider where a person signs out there, if it has one.
/// Nothing is changed here.
///
/// # Errors
/// [`nexus_common::Error::NotFound`], [`nexus_common::Error::KeysUnavailable`],
/// [`nexus_common::Error::Misconfigured`].
pub(crate) async fn sign_out(inbound: Inbound) -> Result<Response> {
    inbound.query(&[])?;
    let client = oidc::require_client().await?;
    let metadata = oidc::metadata(&client).await?;
    let back = format!("{}/sign-in", config::public_url().await?);
    Ok(see_other(&end_session(&client, &metadata, &back).unwrap_or(back)))
}

/// The URL at which a person signs out (RP-Initiated Logout 1.0, 2).
fn end_session(client: &Client, metadata: &Metadata, back: &str) -> Option<String> {
    let url = metadata.end_session_endpoint.as_deref()?;
    let parameters = [("client_id", client.client_id.as_str()), ("post_logout_redirect_uri", back)];
    Some(with_query(url, &parameters))
}

/// `url` with more parameters. It may already have some.
fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let query = form(parameters);
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{query}")
}

/// Parameters in the form `application/x-www-form-urlencoded`.
fn form(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}
