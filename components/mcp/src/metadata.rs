//! `/.well-known/oauth-protected-resource`: names the issuer of the tokens that are accepted here (RFC 9728).
//! It needs no token, so it must not show anything else.

use http::{Method, StatusCode};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::{Error, Result, config};
use serde_json::json;

/// The document of the application (`rest` is empty) or of `/mcp`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::MethodNotAllowed`], [`Error::Misconfigured`].
pub(crate) async fn show(inbound: &Inbound, rest: &str) -> Result<Response> {
    let path = match rest {
        "" | "/" => "",
        "/mcp" | "/mcp/" => "/mcp",
        _ => return Err(Error::NotFound(format!("there is nothing at {}", inbound.path()))),
    };
    if inbound.method() != Method::GET {
        return Err(Error::MethodNotAllowed("GET"));
    }
    let base = config::public_url().await?;
    let issuers = config::outside_issuers().await?;
    // In a list, an issuer with a shared secret is only a name. A client could not ask it for a token.
    let servers: Vec<&str> = issuers
        .iter()
        .filter(|issuer| issuer.secret_variable.is_none())
        .map(|issuer| issuer.name.as_str())
        .collect();
    let body = json!({
        "resource": format!("{base}{path}"),
        "authorization_servers": servers,
        "bearer_methods_supported": ["header"],
        "resource_name": "Integration Nexus",
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}
