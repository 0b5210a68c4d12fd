//! `/.well-known/oauth-protected-resource`: names the issuers of the tokens that are accepted here (RFC 9728):
//! our own authorization server, and the outside issuer if it is a server. It needs no token, so it must not show
//! anything else.

use http::StatusCode;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::platform::variables;
use nexus_common::{Error, Result, config};
use serde_json::json;

/// The document of the application (`rest` is empty) or of `/mcp`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Misconfigured`].
pub(crate) async fn show(inbound: &Inbound, rest: &str) -> Result<Response> {
    let path = match rest {
        "" | "/" => "",
        "/mcp" | "/mcp/" => "/mcp",
        _ => return Err(Error::nothing_at(inbound.path())),
    };
    let base = config::public_url().await?;
    let issuers = config::outside_issuers().await?;
    // An issuer with a shared secret is only a name. A client could not ask it for a token.
    let has_list = variables::get(config::ISSUERS).await.is_some();
    let has_keys = has_list || variables::get("jwt_jwks_origin").await.is_some();
    let outside = issuers.iter().filter(|issuer| has_keys && issuer.secret_variable.is_none());
    let servers: Vec<&str> =
        std::iter::once(base.as_str()).chain(outside.map(|issuer| issuer.name.as_str())).collect();
    let body = json!({
        "resource": format!("{base}{path}"),
        "authorization_servers": servers,
        "scopes_supported": ["integrations:read", "integrations:call"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Integration Nexus",
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}
