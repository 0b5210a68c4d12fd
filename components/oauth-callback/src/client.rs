//! The metadata document of this application as an OAuth client. Its URL is the client id at providers that take one (OAuth
//! Client ID Metadata Document). It is public, the same for every workspace, and must hold nothing else.

use http::StatusCode;
use nexus_common::Result;
use nexus_common::config;
use nexus_common::http::json_response;
use nexus_common::platform::http::Response;
use serde_json::json;

/// The document for the common callback address, or for that of an own manifest. The application is a public client.
///
/// # Errors
/// [`nexus_common::Error::Misconfigured`] for `public_url`.
pub(crate) async fn document(own: Option<&str>) -> Result<Response> {
    let redirect_uri = config::redirect_uri(own.unwrap_or_default()).await?;
    let document = json!({
        "client_id": config::client_document(&redirect_uri),
        "client_name": "Integration Nexus",
        "client_uri": config::public_url().await?.as_str(),
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    Ok(json_response(StatusCode::OK, document.to_string()))
}
