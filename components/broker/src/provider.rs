//! One call to a provider, with the credential injected.
//!
//! It sends to no origin but those pinned in the sealed credential, follows no redirect, and looks
//! at the final URL with the egress guard just before it sends. What comes back is capped, and its
//! words pass the screen before they leave the broker.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use nexus_common::platform::http::{CallError, call, full};
use nexus_common::{Error, Result};
use nexus_manifests::{Inject, template};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::credential::Usable;
use crate::egress;
use crate::screen::Screen;

/// For the whole call, body included.
const DEADLINE: Duration = Duration::from_secs(10);
/// Most of an answer that is read, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;

/// A request to the provider's API, before the credential is in it.
pub(crate) struct Outgoing<'a> {
    /// The method.
    pub(crate) method: &'a str,
    /// Where, with the parameters put in.
    pub(crate) url: Url,
    /// Further headers; they replace those of `api.headers`.
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    /// A body and its content type.
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
}

/// What the provider answered.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// The body as JSON; `None` where it is something else.
    pub(crate) json: Option<Value>,
    /// Its content type, for an error's words.
    pub(crate) content_type: String,
    /// For every word that leaves the broker.
    pub(crate) screen: Screen,
}

/// Sends `outgoing` with the credential of `usable` to an origin in `pinned`.
///
/// # Errors
/// [`Error::EgressDenied`], [`Error::Provider`], [`Error::ProviderTimeout`], and
/// [`Error::Unreadable`] where the manifest now points elsewhere than the pins.
pub(crate) async fn send(
    usable: &Usable,
    outgoing: Outgoing<'_>,
    pinned: &[String],
) -> Result<Answer> {
    let mut url = outgoing.url;
    if !pinned.contains(&url.origin().ascii_serialization()) {
        let host = url.host_str().unwrap_or_default();
        return Err(Error::EgressDenied(format!("the credential was not entered for {host}")));
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let agent = concat!("integration-nexus/", env!("CARGO_PKG_VERSION"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
    let fixed = &usable.sourced.manifest.api.headers;
    let fixed = fixed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in fixed.chain(outgoing.headers) {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    if let Some((kind, bytes)) = &outgoing.body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    // Last, so that nothing stands in their place.
    let injected = inject(usable, &mut url)?;
    for (name, value) in &injected {
        headers.insert(name, value.clone());
    }
    egress::guard().await?.check(&url)?;
    let mut request = Request::builder()
        .method(Method::from_bytes(outgoing.method.as_bytes()).unwrap_or(Method::GET))
        .uri(url.as_str())
        .body(full(outgoing.body.map(|(_, bytes)| bytes).unwrap_or_default()))
        .map_err(|_| Error::Internal("a request to a provider cannot be built".into()))?;
    *request.headers_mut() = headers;
    let response = call(request, DEADLINE, MAX_ANSWER).await.map_err(|error| failure(&error))?;

    let encoded = injected
        .iter()
        .filter_map(|(_, value)| value.to_str().ok()?.trim_end_matches('=').split(' ').next_back());
    // All fields: what a manifest calls secret is for forms.
    let fields = usable.credential.fields.values().map(String::as_str);
    let screen = Screen::new(fields.chain(encoded));
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("none");
    // JSON under another name is a page of somebody else's: a portal, a proxy, a placeholder.
    let is_json = content_type.to_ascii_lowercase().contains("json");
    Ok(Answer {
        status: response.status(),
        json: is_json.then(|| serde_json::from_slice(response.body()).ok()).flatten(),
        content_type: screen.pass(content_type).unwrap_or_default(),
        screen,
    })
}

/// The headers that carry the credential; a query parameter goes into `url`.
fn inject(usable: &Usable, url: &mut Url) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = Vec::new();
    for entry in &usable.credential.pins.inject {
        match entry {
            Inject::Header { name, value } => {
                let value = expand(usable, value)?;
                headers.push((header_name(name)?, header_value(&value)?));
            }
            Inject::Basic { username, password } => {
                let username = expand(usable, username)?;
                let password = expand(usable, password)?;
                let pair = Zeroizing::new(format!("{}:{}", *username, *password));
                let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
                headers.push((header::AUTHORIZATION, header_value(&value)?));
            }
            Inject::Query { name, value } => {
                let value = expand(usable, value)?;
                url.query_pairs_mut().append_pair(name, &value);
            }
        }
    }
    Ok(headers)
}

fn expand(usable: &Usable, text: &str) -> Result<Zeroizing<String>> {
    let lookup = |name: &str| {
        usable.credential.fields.get(name).or_else(|| usable.params.get(name)).cloned()
    };
    template::expand(text, &lookup)
        .map(Zeroizing::new)
        .map_err(|error| Error::Internal(format!("inject: {error}")))
}

fn header_name(name: &str) -> Result<HeaderName> {
    HeaderName::try_from(name)
        .map_err(|_| Error::Internal(format!("inject: {name:?} is no header")))
}

fn header_value(value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid("/credentials", "a field holds characters that a header cannot carry")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn failure(error: &CallError) -> Error {
    match error {
        CallError::Timeout => Error::ProviderTimeout(format!(
            "the provider did not answer completely within {} s",
            DEADLINE.as_secs()
        )),
        CallError::Denied => Error::EgressDenied("the host is not allowed (private_hosts)".into()),
        other => Error::Provider(format!("the provider did not answer: {other}")),
    }
}
