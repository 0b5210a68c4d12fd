//! The variables that more than one component reads, with their rules.
//!
//! This module must not read encryption keys and client secrets, which only `broker` gets. It must not read
//! the keys of tokens, which only `auth` gets.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Deserialize;

use crate::domain::manifest_id;
use crate::error::{Error, Result};
use crate::kept::{Once, once};
use crate::origin::Origin;
use crate::platform::variables;
use crate::proxy_domain::ProxyDomain;
use crate::secret::Secret;

/// The claim that holds the workspace, unless `jwt_workspace_claim` names another.
pub const WORKSPACE_CLAIM: &str = "workspace_id";
/// The claim that holds one or more roles, unless `jwt_role_claim` names another.
pub const ROLE_CLAIM: &str = "role";

/// The variable that lists the trusted issuers.
pub const ISSUERS: &str = "issuers";
/// The variable that names the one trusted issuer, if `issuers` is not set.
pub const JWT_ISSUER: &str = "jwt_issuer";

thread_local! {
    static BROKER_SECRET: Once<Secret> = const { Once::new(None) };
    static PUBLIC_URL: Once<Origin> = const { Once::new(None) };
    static PROXY_DOMAIN: Once<Option<Rc<ProxyDomain>>> = const { Once::new(None) };
}

/// The broker secret. It is read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`] if it is missing or can be guessed ([`check_secret`]).
pub async fn broker_secret() -> Result<Rc<Secret>> {
    let read = async {
        let secret = Secret::new(required("broker_secret").await?);
        check_secret("broker_secret", &secret)?;
        Ok(secret)
    };
    once(&BROKER_SECRET, read).await
}

/// Checks that the secret in the variable `name` cannot be guessed.
///
/// # Errors
/// [`Error::Misconfigured`] for fewer than 32 bytes, and for a text that [`is_monotonous`].
pub fn check_secret(name: &str, secret: &Secret) -> Result<()> {
    let bytes = secret.expose().as_bytes();
    if bytes.len() < 32 {
        return Err(Error::misconfigured(name, "must be at least 32 bytes long"));
    }
    if is_monotonous(bytes) {
        return Err(Error::misconfigured(name, MONOTONOUS));
    }
    Ok(())
}

/// The rule that monotonous bytes break.
pub const MONOTONOUS: &str = "must not repeat a few bytes. Use random bytes, such as the output of `openssl rand -base64 32`";

/// Whether `bytes` have fewer than eight different values, like zeros, `aaaa…` or a placeholder. Of 32 random
/// bytes, or 32 random hexadecimal digits, fewer than one in a million are monotonous.
pub fn is_monotonous(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count() < 8
}

/// The value of a variable that must be set.
///
/// # Errors
/// [`Error::Misconfigured`] if it is empty.
pub async fn required(name: &str) -> Result<String> {
    variables::get(name).await.ok_or_else(|| Error::misconfigured(name, "must be set"))
}

/// An outside issuer whose tokens are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OutsideIssuer {
    /// The exact value of `iss`.
    #[serde(rename = "issuer")]
    pub name: String,
    /// The variable with the secret that signs its tokens. `None` if the issuer publishes its keys.
    pub secret_variable: Option<String>,
    /// The workspace of all its tokens. `None` if a claim names the workspace.
    pub workspace: Option<String>,
}

/// The outside issuers whose tokens are accepted, without duplicates. There may be none. `auth` checks the rest of
/// each entry, and whether there must be one.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn outside_issuers() -> Result<Vec<OutsideIssuer>> {
    let mut issuers = issuer_entries().await?;
    let mut seen = BTreeSet::new();
    issuers.retain(|issuer| seen.insert(issuer.name.clone()));
    Ok(issuers)
}

/// Whether a token of an outside issuer can be for `workspace`.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn has_outside_issuer(workspace: &str) -> Result<bool> {
    let is_for =
        |issuer: &OutsideIssuer| issuer.workspace.as_deref().is_none_or(|fixed| fixed == workspace);
    Ok(issuer_entries().await?.iter().any(is_for))
}

/// The entries of the variable `issuers`, or the one issuer that the single variables describe.
async fn issuer_entries() -> Result<Vec<OutsideIssuer>> {
    let Some(list) = variables::get(ISSUERS).await else {
        let name = variables::get(JWT_ISSUER).await;
        let issuer =
            name.map(|name| OutsideIssuer { name, secret_variable: None, workspace: None });
        return Ok(issuer.into_iter().collect());
    };
    let rule = "must be a JSON list of issuers (docs/identity.md)";
    serde_json::from_str(&list).map_err(|_| Error::misconfigured(ISSUERS, rule))
}

/// The limit per minute in the variable `name`, which is `default` unless it is set.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn per_minute(name: &str, default: u32) -> Result<u32> {
    let Some(text) = variables::get(name).await else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (1..=10_000_000).contains(number));
    number.ok_or_else(|| Error::misconfigured(name, "must be a whole number from 1 to 10000000"))
}

/// The origin at which clients reach the application. It is read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`] if it is not an origin.
pub async fn public_url() -> Result<Rc<Origin>> {
    let read = async {
        let text = required("public_url").await?;
        Origin::parse(&text).ok_or_else(|| Error::misconfigured("public_url", Origin::RULE))
    };
    once(&PUBLIC_URL, read).await
}

/// The domain below which each integration has a host name of its own. `None` if it is not set.
///
/// # Errors
/// [`Error::Misconfigured`] if it is not a domain.
pub async fn proxy_domain() -> Result<Option<Rc<ProxyDomain>>> {
    let read = async {
        let Some(text) = variables::get("proxy_domain").await else { return Ok(None) };
        let domain = ProxyDomain::parse(&text).map(Rc::new);
        domain.map(Some).ok_or_else(|| Error::misconfigured("proxy_domain", ProxyDomain::RULE))
    };
    once(&PROXY_DOMAIN, read).await.map(|domain| (*domain).clone())
}

/// The deployment's variables about hosts that may not be called, and private hosts that may be. The crate of
/// the manifests parses them (`guard::Guard::of`).
pub struct Hosts {
    /// The origin of the application.
    pub public_url: Rc<Origin>,
    /// The other host names of the application, separated by commas: `own_hosts`, and the hosts below
    /// `proxy_domain`.
    pub own: String,
    /// `private_hosts`. Empty if it is not set.
    pub private: String,
    /// `private_hosts_workspaces`. Empty if it is not set.
    pub private_workspaces: String,
}

/// The variables about hosts, not parsed yet.
///
/// # Errors
/// [`Error::Misconfigured`] for `public_url`.
pub async fn hosts() -> Result<Hosts> {
    let own = variables::get("own_hosts").await;
    let below = proxy_domain().await.ok().flatten().map(|domain| format!("*.{domain}"));
    Ok(Hosts {
        public_url: public_url().await?,
        own: own.into_iter().chain(below).collect::<Vec<_>>().join(","),
        private: variables::get("private_hosts").await.unwrap_or_default(),
        private_workspaces: variables::get("private_hosts_workspaces").await.unwrap_or_default(),
    })
}

/// The URL to which a provider sends the browser back. Each of a workspace's own manifests has its own URL,
/// to prevent mix-up attacks between authorization servers (RFC 9700, 4.4).
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn redirect_uri(manifest_id: &str) -> Result<String> {
    let base = public_url().await?;
    Ok(match manifest_id::is_own(manifest_id) {
        true => format!("{base}/api/oauth/callback/{manifest_id}"),
        false => format!("{base}/api/oauth/callback"),
    })
}

/// The URL of the metadata document of this application as an OAuth client of the manifest's provider, which is its client
/// id there. `None` unless the application is reached by https, as a provider requires.
///
/// # Errors
/// [`Error::Misconfigured`] for `public_url`.
pub async fn client_metadata_url(manifest_id: &str) -> Result<Option<String>> {
    let is_https = public_url().await?.is_https();
    let redirect_uri = redirect_uri(manifest_id).await?;
    Ok(is_https.then(|| client_document(&redirect_uri)))
}

/// The URL of the metadata document of this application as an OAuth client with this redirect URI.
#[must_use]
pub fn client_document(redirect_uri: &str) -> String {
    format!("{redirect_uri}/client.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_can_be_guessed_is_rejected() {
        for (text, rule) in [
            ("x".to_owned(), "32 bytes"),
            ("0123456789abcdef0123456789abcde".to_owned(), "32 bytes"),
            ("a".repeat(64), "random"),
            ("ab".repeat(32), "random"),
            ("changed".repeat(8), "random"),
        ] {
            let Err(Error::Misconfigured { variable, rule: message }) =
                check_secret("tick_secret", &Secret::new(text.clone()))
            else {
                panic!("{text}")
            };
            assert!(message.contains(rule) && variable == "tick_secret", "{message}");
            assert!(!message.contains(&text), "{message}");
        }
        let hex = Secret::new("9f86d081884c7d659a2feaa0c55ad015".to_owned());
        assert!(check_secret("tick_secret", &hex).is_ok());
        assert!(is_monotonous(&[0; 32]) && is_monotonous(&[255; 32]));
    }
}
