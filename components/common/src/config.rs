//! The variables that more than one component reads, and the rules they must meet.
//!
//! It must not read encryption keys or client secrets: only the broker is given those.

use std::rc::Rc;

use crate::auth::AuthConfig;
use crate::error::{Error, Result};
use crate::platform::variables;
use crate::secret::Secret;

thread_local! {
    // Variables do not change while an instance lives: this is configuration, not request state.
    static AUTH: std::cell::RefCell<Option<Rc<AuthConfig>>> = const { std::cell::RefCell::new(None) };
}

/// How tokens are verified; read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn auth() -> Result<Rc<AuthConfig>> {
    if let Some(config) = AUTH.with_borrow(Clone::clone) {
        return Ok(config);
    }
    let config = Rc::new(read_auth().await?);
    AUTH.set(Some(Rc::clone(&config)));
    Ok(config)
}

async fn read_auth() -> Result<AuthConfig> {
    let secret = variables::get("jwt_secret").await;
    let jwks = variables::get("jwt_jwks_origin").await;
    let secret = match (secret, jwks) {
        (Some(_), Some(_)) => {
            return Err(Error::misconfigured(
                "jwt_secret",
                "is set beside `jwt_jwks_origin`: exactly one of the two must be",
            ));
        }
        (None, None) => {
            return Err(Error::misconfigured("jwt_secret", "or `jwt_jwks_origin` must be set"));
        }
        (None, Some(_)) => {
            return Err(Error::NotImplemented(
                "keys from `jwt_jwks_origin` are not there yet".into(),
            ));
        }
        (Some(secret), None) => secret,
    };
    if secret.len() < 32 {
        return Err(Error::misconfigured("jwt_secret", "must be at least 32 bytes long"));
    }
    Ok(AuthConfig::new(
        required("jwt_issuer").await?,
        required("jwt_audience").await?,
        &Secret::new(secret),
        variables::get("jwt_workspace_claim").await.unwrap_or_else(|| "workspace_id".to_owned()),
        variables::get("jwt_role_claim").await.unwrap_or_else(|| "role".to_owned()),
    ))
}

/// The broker secret.
///
/// # Errors
/// [`Error::Misconfigured`] where it is missing or shorter than 32 bytes.
pub async fn broker_secret() -> Result<Secret> {
    let secret = required("broker_secret").await?;
    if secret.len() < 32 {
        return Err(Error::misconfigured("broker_secret", "must be at least 32 bytes long"));
    }
    Ok(Secret::new(secret))
}

/// A variable that must be set.
///
/// # Errors
/// [`Error::Misconfigured`] where it is empty.
pub async fn required(name: &str) -> Result<String> {
    variables::get(name).await.ok_or_else(|| Error::misconfigured(name, "must be set"))
}

/// The origin under which clients reach the application.
///
/// # Errors
/// [`Error::Misconfigured`] unless it is an https origin, or an http one on a loopback address.
pub async fn public_url() -> Result<url::Url> {
    const RULE: &str = "must be an origin, https://… (or http:// on a loopback address), no path";
    let text = required("public_url").await?;
    let broken = || Error::misconfigured("public_url", RULE);
    let url = url::Url::parse(&text).map_err(|_| broken())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if bare && anonymous && secure { Ok(url) } else { Err(broken()) }
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
