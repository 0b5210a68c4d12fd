//! The identity provider of the deployment: its variables, and the metadata that it publishes (OpenID Connect
//! Discovery 1.0).
//!
//! `auth` knows the client, and finds the keys itself; `sign-in` uses the metadata. This module must not verify an id token, and must not know the client secret. A
//! request goes to a URL that the operator or the provider named, and only to a host in `oidc_hosts`.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use http::{StatusCode, header};
use serde::Deserialize;

use crate::config;
use crate::error::{Error, Result};
use crate::kept::{Once, once};
use crate::log::Line;
use crate::origin::Origin;
use crate::platform::http::{call, full};
use crate::platform::{clock, variables};

/// The variable that names the provider.
pub const ISSUER: &str = "oidc_issuer";
const CLIENT_ID: &str = "oidc_client_id";
/// How long metadata is used before it is fetched again, in milliseconds.
const FRESH_MS: u64 = 10 * 60 * 1000;
/// The time limit for the provider's whole response.
const DEADLINE: Duration = Duration::from_secs(5);
/// The maximum size of the metadata, in bytes.
const MAX_DOCUMENT: usize = 64 * 1024;
/// After how many seconds a client may try again while the provider does not respond.
const RETRY_AFTER: u64 = 10;

/// The application as a client of the identity provider.
pub struct Client {
    /// The exact value of `iss`.
    pub issuer: String,
    /// The client id.
    pub client_id: String,
}

/// The metadata of the identity provider.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// The issuer, which is `oidc_issuer`.
    pub issuer: String,
    /// Where a browser is sent to sign in.
    pub authorization_endpoint: String,
    /// Where a code is exchanged.
    pub token_endpoint: String,
    /// Where a browser is sent to sign out at the provider, if the provider has such a page.
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    /// How a client may authenticate at the token endpoint. Missing means `client_secret_basic`.
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether each response of the authorization endpoint has an `iss` (RFC 9207).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

thread_local! {
    static CLIENT: Once<Option<Rc<Client>>> = const { Once::new(None) };
    /// The metadata, and when it was fetched.
    static METADATA: RefCell<Option<(u64, Rc<Metadata>)>> = const { RefCell::new(None) };
}

/// The application as a client. `None` if the deployment has no identity provider.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn client() -> Result<Option<Rc<Client>>> {
    let read = async {
        let client = match (variables::get(ISSUER).await, variables::get(CLIENT_ID).await) {
            (None, None) => return Ok(None),
            (Some(issuer), Some(client_id)) => Client { issuer, client_id },
            (None, Some(_)) => {
                return Err(Error::misconfigured(ISSUER, "must be set with `oidc_client_id`"));
            }
            (Some(_), None) => {
                return Err(Error::misconfigured(CLIENT_ID, "must be set with `oidc_issuer`"));
            }
        };
        match is_url(&client.issuer) && !client.issuer.contains('?') {
            true => Ok(Some(Rc::new(client))),
            false => Err(Error::misconfigured(ISSUER, URL_RULE)),
        }
    };
    once(&CLIENT, read).await.map(|client| (*client).clone())
}

/// The application as a client of the identity provider, which must be configured.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Misconfigured`].
pub async fn require_client() -> Result<Rc<Client>> {
    let none =
        || Error::NotFound("this deployment has no identity provider (`oidc_issuer`)".into());
    client().await?.ok_or_else(none)
}

/// The URL to which the identity provider sends the browser back.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn redirect_uri() -> Result<String> {
    Ok(format!("{}/sign-in/oidc/callback", config::public_url().await?))
}

/// The metadata of `client`'s provider. It is fetched again after ten minutes. While the provider does not
/// respond, the last metadata stays valid.
///
/// # Errors
/// [`Error::KeysUnavailable`].
pub async fn metadata(client: &Client) -> Result<Rc<Metadata>> {
    let now = clock::now_ms();
    let kept = METADATA.with_borrow(Clone::clone);
    if let Some((fetched, metadata)) = &kept
        && now.abs_diff(*fetched) < FRESH_MS
    {
        return Ok(Rc::clone(metadata));
    }
    match fetch(&client.issuer).await {
        Ok(metadata) => {
            let metadata = Rc::new(metadata);
            METADATA.set(Some((now, Rc::clone(&metadata))));
            Ok(metadata)
        }
        Err(why) => {
            Line::error("no metadata of `oidc_issuer`").with("why", &why).write();
            let last = kept.map(|(_, metadata)| metadata);
            last.ok_or(Error::KeysUnavailable { retry_after: RETRY_AFTER })
        }
    }
}

async fn fetch(issuer: &str) -> Result<Metadata, String> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let request = http::Request::get(&url)
        .header(header::ACCEPT, "application/json")
        .body(full(Vec::new()))
        .map_err(|_| "the request cannot be built".to_owned())?;
    let response =
        call(request, DEADLINE, MAX_DOCUMENT).await.map_err(|error| error.to_string())?;
    if response.status() != StatusCode::OK {
        return Err(format!("status {}", response.status().as_u16()));
    }
    parse(response.body(), issuer)
}

fn parse(document: &[u8], issuer: &str) -> Result<Metadata, String> {
    let metadata: Metadata = serde_json::from_slice(document)
        .map_err(|_| "the response is not metadata of a provider")?;
    // OpenID Connect Discovery 1.0, 4.3. Another issuer could answer in place of the provider.
    if metadata.issuer != issuer {
        return Err("the metadata names another issuer than `oidc_issuer`".into());
    }
    let Metadata { authorization_endpoint, token_endpoint, .. } = &metadata;
    let mut urls = vec![authorization_endpoint, token_endpoint];
    urls.extend(&metadata.end_session_endpoint);
    match urls.iter().all(|url| is_url(url)) {
        true => Ok(metadata),
        false => Err(format!("an endpoint in the metadata {URL_RULE}")),
    }
}

/// The rule for the URLs of the provider.
pub const URL_RULE: &str =
    "must be an https URL without a fragment (http only on a loopback address)";

/// Whether `url` is https, or http on a loopback address, without a fragment.
fn is_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let is_clean = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    is_clean && Origin::parse(&format!("{scheme}://{authority}")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_of_another_issuer_or_with_unsafe_urls_is_rejected() {
        let document = |issuer: &str, token: &str| {
            format!(
                r#"{{"issuer":"{issuer}","authorization_endpoint":"https://id.example/auth?tenant=1",
                   "token_endpoint":"{token}","other":1}}"#
            )
        };
        let check = |issuer: &str, token: &str| {
            parse(document(issuer, token).as_bytes(), "https://id.example").is_ok()
        };
        assert!(check("https://id.example", "https://id.example/token"));
        assert!(check("https://id.example", "http://127.0.0.1:9/token"));
        assert!(!check("https://id.example/", "https://id.example/token"));
        assert!(!check("https://evil.example", "https://id.example/token"));
        for token in ["http://id.example/token", "/token", "https://id.example/#", "javascript:x"] {
            assert!(!check("https://id.example", token), "{token}");
        }
        assert!(parse(b"[]", "https://id.example").is_err());
    }
}
