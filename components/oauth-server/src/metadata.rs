//! `/.well-known/oauth-authorization-server`: what this server can do (RFC 8414). It needs no token, so it must
//! not show anything else.

use http::StatusCode;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::{Error, Result, config};
use serde_json::json;

use crate::scope;

/// The document. MCP clients also look for it below its path, with the path of the resource.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Misconfigured`].
pub(crate) async fn show(inbound: &Inbound, rest: &str) -> Result<Response> {
    if !matches!(rest, "" | "/" | "/mcp" | "/mcp/") {
        return Err(Error::nothing_at(inbound.path()));
    }
    let base = config::public_url().await?;
    let body = json!({
        "issuer": base.as_str(),
        "authorization_endpoint": format!("{base}/oauth/authorize"),
        "token_endpoint": format!("{base}/oauth/token"),
        "revocation_endpoint": format!("{base}/oauth/revoke"),
        "registration_endpoint": format!("{base}/oauth/register"),
        "scopes_supported": scope::ALL,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": true,
        "protected_resources": [base.as_str(), format!("{base}/mcp")],
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}
