//! One call to a provider, with the credential injected.
//!
//! It sends to no origin but those pinned in the sealed credential, follows no redirect, and looks
//! at the final URL with the egress guard just before it sends. What comes back is capped, and its
//! words pass the screen before they leave the broker.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use nexus_common::http::{LOOP, LOOP_ID};
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
/// The content type of a form body.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

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
    /// A form-encoded body, as an object of texts.
    pub(crate) form: Option<Value>,
    /// Its content type, for an error's words.
    pub(crate) content_type: String,
    /// For every word that leaves the broker.
    pub(crate) screen: Screen,
}

impl Answer {
    /// The first text of `json` at one of `pointers` that the screen lets through.
    pub(crate) fn words<'p>(
        &self,
        json: &Value,
        pointers: impl IntoIterator<Item = &'p str>,
    ) -> Option<String> {
        let mut pointers = pointers.into_iter();
        pointers.find_map(|pointer| self.screen.pass(json.pointer(pointer)?.as_str()?))
    }
}

/// A request as it goes out, with whatever secret is in it.
pub(crate) struct Transmission<'a> {
    /// The workspace whose credential is in it.
    pub(crate) workspace: &'a str,
    /// The method.
    pub(crate) method: &'static str,
    /// Where.
    pub(crate) url: Url,
    /// All headers but those of the body.
    pub(crate) headers: HeaderMap,
    /// A body and its content type.
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
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
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let fixed = &usable.sourced.manifest.api.headers;
    let fixed = fixed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in fixed.chain(outgoing.headers) {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    // Last, so that nothing stands in their place.
    let injected = inject_headers(usable, &mut url)?;
    for (name, value) in &injected {
        headers.insert(name, value.clone());
    }
    let encoded = injected
        .iter()
        .filter_map(|(_, value)| value.to_str().ok()?.trim_end_matches('=').split(' ').next_back());
    // All fields, because what a manifest calls secret is for forms; but for the one that OAuth
    // itself makes public (RFC 6749, 2.2), which is the account of its own tokens.
    let fields = usable.credential.fields.iter();
    let fields = fields.filter(|(name, _)| *name != "client_id").map(|(_, value)| value.as_str());
    let screen = Screen::new(fields.chain(encoded));
    let method = known_method(outgoing.method);
    let (workspace, body) = (usable.workspace.as_str(), outgoing.body);
    let transmission = Transmission { workspace, method, url, headers, body };
    transmit(transmission, pinned, DEADLINE, screen).await
}

/// Sends to an origin in `pinned`, and reads the whole answer within `deadline`.
///
/// # Errors
/// [`Error::EgressDenied`], [`Error::Provider`], [`Error::ProviderTimeout`].
pub(crate) async fn transmit(
    transmission: Transmission<'_>,
    pinned: &[String],
    deadline: Duration,
    screen: Screen,
) -> Result<Answer> {
    let Transmission { workspace, method, url, mut headers, body } = transmission;
    if !pinned.contains(&url.origin().ascii_serialization()) {
        let host = url.host_str().unwrap_or_default();
        return Err(Error::EgressDenied(format!("the credential was not entered for {host}")));
    }
    let agent = concat!("integration-nexus/", env!("CARGO_PKG_VERSION"));
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(agent));
    if let Some((kind, bytes)) = &body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    headers.insert(LOOP, HeaderValue::from_static(LOOP_ID));
    egress::guard().await?.check(workspace, &url)?;
    let mut request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET))
        .uri(url.as_str())
        .body(full(body.map(|(_, bytes)| bytes).unwrap_or_default()))
        .map_err(|_| Error::Internal("a request to a provider cannot be built".into()))?;
    *request.headers_mut() = headers;
    let response =
        call(request, deadline, MAX_ANSWER).await.map_err(|error| failure(&error, deadline))?;

    let content_type = response.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("none");
    let kind = content_type.to_ascii_lowercase();
    // JSON under another name is a page of somebody else's: a portal, a proxy, a placeholder.
    let json = kind.contains("json").then(|| serde_json::from_slice(response.body()).ok());
    let form = kind.starts_with(FORM).then(|| {
        let pairs = url::form_urlencoded::parse(response.body());
        Value::Object(pairs.map(|(name, value)| (name.into_owned(), value.into())).collect())
    });
    Ok(Answer {
        status: response.status(),
        json: json.flatten(),
        form,
        content_type: screen.pass(content_type).unwrap_or_default(),
        screen,
    })
}

/// Members as a form body.
pub(crate) fn form_body(members: &[(String, Zeroizing<String>)]) -> (&'static str, Vec<u8>) {
    let mut encoder = url::form_urlencoded::Serializer::new(String::new());
    encoder.extend_pairs(members.iter().map(|(name, value)| (name, value.as_str())));
    (FORM, encoder.finish().into_bytes())
}

/// A manifest's method; the lint lets no other through.
pub(crate) fn known_method(method: &str) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|one| *one == method).unwrap_or("GET")
}

/// The headers that carry the credential; a query parameter goes into `url`.
pub(crate) fn inject_headers(
    usable: &Usable,
    url: &mut Url,
) -> Result<Vec<(HeaderName, HeaderValue)>> {
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

/// What stands in the headers of Basic authentication: the pair, which a provider may echo in base64.
pub(crate) fn basic_values(usable: &Usable) -> Vec<Zeroizing<String>> {
    let pairs = usable.credential.pins.inject.iter().filter_map(|entry| match entry {
        Inject::Basic { username, password } => {
            let (username, password) = (expand(usable, username), expand(usable, password));
            Some(Zeroizing::new(format!("{}:{}", *username.ok()?, *password.ok()?)))
        }
        _ => None,
    });
    pairs.collect()
}

fn expand(usable: &Usable, text: &str) -> Result<Zeroizing<String>> {
    template::expand(text, &|name| usable.value(name))
        .map(Zeroizing::new)
        .map_err(|error| Error::Internal(format!("inject: {error}")))
}

/// A name of a manifest as a header's.
pub(crate) fn header_name(name: &str) -> Result<HeaderName> {
    HeaderName::try_from(name)
        .map_err(|_| Error::Internal(format!("inject: {name:?} is no header")))
}

/// A value that may be secret as a header's.
pub(crate) fn header_value(value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid("/credentials", "a field holds characters that a header cannot carry")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn failure(error: &CallError, deadline: Duration) -> Error {
    match error {
        CallError::Timeout => Error::ProviderTimeout(format!(
            "the provider did not answer completely within {} s",
            deadline.as_secs()
        )),
        CallError::Denied => Error::EgressDenied("the host is not allowed (private_hosts)".into()),
        other => Error::Provider(unanswered(other)),
    }
}

/// Why a provider did not answer, as clients hear it: the same whether its name is unknown, the
/// connection refused or TLS failed, so that nobody can search a network with it. The log has which.
pub(crate) fn unanswered(error: &CallError) -> String {
    match error {
        CallError::Unreachable(_) | CallError::Broken(_) => {
            eprintln!("a provider did not answer: {error}");
            "the provider did not answer: no connection to it, or one that broke off".to_owned()
        }
        other => format!("the provider did not answer: {other}"),
    }
}
