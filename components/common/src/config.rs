//! The variables that more than one component reads, and the rules they must meet.
//!
//! It must not read encryption keys or client secrets, nor the keys of tokens: only `broker` is given
//! those, and only `auth` these.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::kept::{Once, once};
use crate::origin::Origin;
use crate::platform::variables;
use crate::proxy_domain::ProxyDomain;
use crate::secret::Secret;

/// The claim that holds the workspace where `jwt_workspace_claim` names none.
pub const WORKSPACE_CLAIM: &str = "workspace_id";
/// The claim that holds the role, or several, where `jwt_role_claim` names none.
pub const ROLE_CLAIM: &str = "role";

thread_local! {
    static BROKER_SECRET: Once<Secret> = const { Once::new(None) };
    static PROXY_DOMAIN: Once<Option<Rc<ProxyDomain>>> = const { Once::new(None) };
}

/// The broker secret; read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`] where it is missing or shorter than 32 bytes.
pub async fn broker_secret() -> Result<Rc<Secret>> {
    let read = async {
        let secret = required("broker_secret").await?;
        match secret.len() >= 32 {
            true => Ok(Secret::new(secret)),
            false => Err(Error::misconfigured("broker_secret", "must be at least 32 bytes long")),
        }
    };
    once(&BROKER_SECRET, read).await
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
/// [`Error::Misconfigured`] where it is none.
pub async fn public_url() -> Result<Origin> {
    let text = required("public_url").await?;
    Origin::parse(&text).ok_or_else(|| Error::misconfigured("public_url", Origin::RULE))
}

/// The domain below which each integration has an address of its own; `None` where there is none.
///
/// # Errors
/// [`Error::Misconfigured`] where it is not a domain.
pub async fn proxy_domain() -> Result<Option<Rc<ProxyDomain>>> {
    let read = async {
        let Some(text) = variables::get("proxy_domain").await else { return Ok(None) };
        let domain = ProxyDomain::parse(&text).map(Rc::new);
        domain.map(Some).ok_or_else(|| Error::misconfigured("proxy_domain", ProxyDomain::RULE))
    };
    once(&PROXY_DOMAIN, read).await.map(|domain| (*domain).clone())
}

/// Where a provider sends the browser back to. A workspace's own manifest has an address of its own,
/// so that one authorization server cannot be taken for another (RFC 9700, 4.4).
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn redirect_uri(manifest_id: &str) -> Result<String> {
    let base = public_url().await?;
    Ok(match manifest_id.starts_with("custom-") {
        true => format!("{base}/api/oauth/callback/{manifest_id}"),
        false => format!("{base}/api/oauth/callback"),
    })
}
