//! The variables that more than one component reads, and the rules they must meet.
//!
//! It must not read encryption keys or client secrets: only the broker is given those.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

use http::Uri;

use crate::auth::{AuthConfig, Keys};
use crate::error::{Error, Result};
use crate::platform::variables;
use crate::secret::Secret;

/// The claim that holds the workspace where `jwt_workspace_claim` names none.
pub const WORKSPACE_CLAIM: &str = "workspace_id";
/// The claim that holds the role, or several, where `jwt_role_claim` names none.
pub const ROLE_CLAIM: &str = "role";

const ORIGIN_RULE: &str =
    "must be an origin, https://… (or http:// on a loopback address), no path";

/// What `auth` reads, in the order in which it takes them.
const VARIABLES: [&str; 7] = [
    "jwt_secret",
    "jwt_jwks_origin",
    "jwt_jwks_path",
    "jwt_issuer",
    "jwt_audience",
    "jwt_workspace_claim",
    "jwt_role_claim",
];

thread_local! {
    // Variables do not change while an instance lives: this is configuration, not request state.
    static AUTH: RefCell<Option<Rc<AuthConfig>>> = const { RefCell::new(None) };
    static BROKER_SECRET: RefCell<Option<Rc<Secret>>> = const { RefCell::new(None) };
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
    // One place to wait at: each await of its own would be a copy of the code behind it.
    let mut values = [const { None }; VARIABLES.len()];
    for (value, name) in values.iter_mut().zip(VARIABLES) {
        *value = variables::get(name).await;
    }
    let [secret, jwks, path, issuer, audience, workspace_claim, role_claim] = values;
    let keys = match (secret, jwks) {
        (Some(_), Some(_)) => {
            return Err(Error::misconfigured(
                "jwt_secret",
                "is set beside `jwt_jwks_origin`: exactly one of the two must be",
            ));
        }
        (None, None) => {
            return Err(Error::misconfigured("jwt_secret", "or `jwt_jwks_origin` must be set"));
        }
        (Some(secret), None) if secret.len() < 32 => {
            return Err(Error::misconfigured("jwt_secret", "must be at least 32 bytes long"));
        }
        (Some(secret), None) => Keys::secret(&Secret::new(secret)),
        (None, Some(origin)) => Keys::published_at(jwks_url(&origin, path.as_deref())?),
    };
    let missing = |name: &str| Error::misconfigured(name, "must be set");
    Ok(AuthConfig {
        keys,
        issuer: issuer.ok_or_else(|| missing("jwt_issuer"))?,
        audience: audience.ok_or_else(|| missing("jwt_audience"))?,
        workspace_claim: workspace_claim.unwrap_or_else(|| WORKSPACE_CLAIM.to_owned()),
        role_claim: role_claim.unwrap_or_else(|| ROLE_CLAIM.to_owned()),
    })
}

/// Where the issuer publishes its keys.
fn jwks_url(origin: &str, path: Option<&str>) -> Result<String> {
    let origin = origin.strip_suffix('/').unwrap_or(origin);
    if !is_origin(origin) {
        return Err(Error::misconfigured("jwt_jwks_origin", ORIGIN_RULE));
    }
    let path = path.unwrap_or("/.well-known/jwks.json");
    let clean = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    let url = format!("{origin}{path}");
    if !path.starts_with('/') || !clean || url.parse::<Uri>().is_err() {
        return Err(Error::misconfigured(
            "jwt_jwks_path",
            "must be a path that begins with / in ASCII, with a query at most",
        ));
    }
    Ok(url)
}

/// The broker secret; read once per instance.
///
/// # Errors
/// [`Error::Misconfigured`] where it is missing or shorter than 32 bytes.
pub async fn broker_secret() -> Result<Rc<Secret>> {
    if let Some(secret) = BROKER_SECRET.with_borrow(Clone::clone) {
        return Ok(secret);
    }
    let secret = required("broker_secret").await?;
    if secret.len() < 32 {
        return Err(Error::misconfigured("broker_secret", "must be at least 32 bytes long"));
    }
    let secret = Rc::new(Secret::new(secret));
    BROKER_SECRET.set(Some(Rc::clone(&secret)));
    Ok(secret)
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
    let text = required("public_url").await?;
    let broken = || Error::misconfigured("public_url", ORIGIN_RULE);
    let url = url::Url::parse(&text).map_err(|_| broken())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if bare && anonymous && secure { Ok(url) } else { Err(broken()) }
}

/// Where a provider sends the browser back to. A workspace's own manifest has an address of its own,
/// so that one authorization server cannot be taken for another (RFC 9700, 4.4).
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn redirect_uri(manifest_id: &str) -> Result<String> {
    let url = public_url().await?;
    let base = url.as_str().trim_end_matches('/');
    Ok(match manifest_id.starts_with("custom-") {
        true => format!("{base}/api/oauth/callback/{manifest_id}"),
        false => format!("{base}/api/oauth/callback"),
    })
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The same rule without `url`, whose parser is larger than some components are beside it.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let (host, port) = match authority.rsplit_once(':') {
        // An address in brackets has colons of its own.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let address = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::from),
    };
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let named = address.is_some() || host.split('.').all(label);
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let numbered =
        port.is_none_or(|port| digits(port) && port.parse::<u16>().is_ok_and(|port| port > 0));
    let loopback = address.map_or(host == "localhost", |address| address.is_loopback());
    named && numbered && (scheme == "https" || (scheme == "http" && loopback))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        for good in [
            "https://id.example.com",
            "https://id.example.com:8443",
            "https://xn--bcher-kva.example",
            "https://10.1.2.3",
            "https://[2001:db8::1]:8443",
            "http://127.0.0.1:3000",
            "http://127.9.9.9",
            "http://[::1]:80",
            "http://localhost:1",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "id.example.com",
            "https://",
            "https://:443",
            "http://id.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://id.example.com",
            "https://id.example.com/",
            "https://id.example.com/keys",
            "https://id.example.com?x",
            "https://id.example.com#x",
            "https://user@id.example.com",
            "https://id.example.com:0",
            "https://id.example.com:65536",
            "https://id.example.com:",
            "https://id.example.com:+443",
            "https://id..example.com",
            "https://b\u{fc}cher.example",
            "https://id.example.com, https://other.example",
            "https://[::1",
            "https://::1",
            "https://*.example.com",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
