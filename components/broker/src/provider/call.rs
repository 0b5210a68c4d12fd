//! Sends one request of the broker's own to a provider, with the credential injected.
//!
//! This module must send only to the origins that are pinned in the sealed credential, and must not follow a
//! redirect. The egress guard checks the final URL just before it is sent. The size of a response is limited,
//! and its texts pass the screen before they leave the broker.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use nexus_common::call::CallMethod;
use nexus_common::http::{LOOP, LOOP_ID};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::http::{CallError, full, pass};
use nexus_common::secret::{Secret, SecretJson};
use nexus_common::{Error, Result};
use nexus_manifests::{Inject, around_key, params, template};
use nexus_vault::credential::{self, Usable, secret_fields};
use nexus_vault::oauth_app::Client;
use serde_json::Value as Json;
use url::Url;

use crate::provider::FORM;
use crate::provider::answer::Answer;
use crate::provider::egress;
use crate::provider::screen::Screen;

/// The time limit of one request, with its response body.
const DEADLINE: Duration = Duration::from_secs(10);

/// A request to the provider's API, before the credential is injected.
pub(crate) struct Outgoing<'a> {
    /// The method.
    pub(crate) method: Method,
    /// The URL, with its parameters replaced.
    pub(crate) url: Url,
    /// More headers. They replace headers of `api.headers` with the same name.
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    /// A body and its content type.
    pub(crate) body: Option<Content>,
}

/// A body: its content type and its text, which may have secrets.
pub(crate) type Content = (&'static str, Secret);

/// A request as it is sent, with its secrets.
pub(crate) struct Transmission<'a> {
    /// The workspace whose credential is in the request.
    pub(crate) workspace: &'a str,
    /// The method.
    pub(crate) method: Method,
    /// The URL.
    pub(crate) url: Url,
    /// All headers except those of the body.
    pub(crate) headers: HeaderMap,
    /// A body and its content type.
    pub(crate) body: Option<Content>,
}

/// Sends `outgoing` with the credential of `usable` to an origin in `pinned`.
///
/// # Errors
/// [`Error::EgressDenied`], [`Error::Provider`], [`Error::ProviderTimeout`], and
/// [`Error::Unreadable`] if the manifest now names other hosts than the pins.
pub(crate) async fn send(
    usable: &Usable,
    outgoing: Outgoing<'_>,
    pinned: &[String],
) -> Result<Answer> {
    let secrets = secrets(usable);
    let screen = Screen::new(secrets.iter().map(Secret::expose));
    transmit(with_credential(usable, outgoing)?, pinned, DEADLINE, screen).await
}

/// `outgoing` with the credential of `usable` in it.
///
/// # Errors
/// [`Error::Internal`], and [`Error::Unreadable`] if the manifest does not fit the credential.
pub(crate) fn with_credential<'a>(
    usable: &'a Usable,
    outgoing: Outgoing<'_>,
) -> Result<Transmission<'a>> {
    let mut url = outgoing.url;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let fixed = &usable.sourced.manifest.api.headers;
    let fixed = fixed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in fixed.chain(outgoing.headers) {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    if segment_of(usable).is_some() {
        let base = params::base_url(&usable.sourced.manifest, &usable.params);
        let base = base.map_err(credential::broken)?.path().trim_end_matches('/').to_owned();
        let path = in_path(usable, &base, below_base(url.path(), &base)?)?;
        url.set_path(path.expose());
    }
    // The credential comes last, so that it replaces headers of the same name.
    let injected = inject_headers(usable, &mut url)?;
    for (name, value) in &injected {
        headers.insert(name, value.clone());
    }
    let Outgoing { method, body, .. } = outgoing;
    Ok(Transmission { workspace: usable.workspace.as_str(), method, url, headers, body })
}

/// Sends to an origin in `pinned`, and reads the whole response within `deadline`.
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
        return Err(Error::EgressDenied(format!(
            "the credential was not entered for {host}: enter it again"
        )));
    }
    let agent = concat!("integration-nexus/", env!("CARGO_PKG_VERSION"));
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(agent));
    let content = body.as_ref().map_or("", |(_, content)| content.expose());
    if let Some((kind, _)) = &body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(content.len()));
    }
    headers.insert(LOOP, HeaderValue::from_static(LOOP_ID));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    egress::guard().await?.check(workspace, &url)?;
    let mut request = Request::builder()
        .method(method)
        .uri(url.as_str())
        .body(full(content.to_owned()))
        .map_err(|_| Error::Internal("a request to a provider cannot be built".into()))?;
    *request.headers_mut() = headers;
    let exchange = async { Answer::read(pass(request).await?, screen).await };
    let answer = clock::within(deadline, exchange).await.unwrap_or(Err(CallError::Timeout));
    answer.map_err(|error| failure(&error, deadline))
}

/// Members as a form body.
pub(crate) fn form_body(members: &[(String, Secret)]) -> Content {
    let mut encoder = url::form_urlencoded::Serializer::new(String::new());
    encoder.extend_pairs(members.iter().map(|(name, value)| (name, value.expose())));
    (FORM, Secret::new(encoder.finish()))
}

/// A JSON body, as it is.
pub(crate) fn json_body(json: &SecretJson) -> Content {
    ("application/json", Secret::new(json.expose().to_string()))
}

/// The method with the name `name`, from a manifest.
///
/// # Errors
/// [`Error::Internal`] for a method that a manifest cannot have, because the lint rejects it.
pub(crate) fn require_method(name: &str) -> Result<Method> {
    let method = CallMethod::parse(name).map(Method::from);
    method.ok_or_else(|| Error::Internal(format!("{name:?} is not the method of a manifest")))
}

/// The value for a template's placeholder.
pub(crate) type Lookup<'a, 'v> = &'a dyn Fn(&str) -> Option<&'v str>;

/// The headers with the credential. A query parameter is added to `url`.
pub(crate) fn inject_headers(
    usable: &Usable,
    url: &mut Url,
) -> Result<Vec<(HeaderName, HeaderValue)>> {
    inject(&usable.credential.pins.inject, &|name| usable.value(name), url)
}

/// The headers of `entries`. A query parameter is added to `url`.
pub(crate) fn inject(
    entries: &[Inject],
    lookup: Lookup<'_, '_>,
    url: &mut Url,
) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = Vec::new();
    for entry in entries {
        match entry {
            Inject::Header { name, value } => {
                let value = expand(value, lookup)?;
                headers.push((header_name(name)?, header_value(value.expose())?));
            }
            Inject::Basic { username, password } => {
                let pair = pair(&expand(username, lookup)?, &expand(password, lookup)?);
                headers.push((header::AUTHORIZATION, basic_value(&pair)?));
            }
            Inject::Query { name, value } => {
                let value = expand(value, lookup)?;
                url.query_pairs_mut().append_pair(name, value.expose());
            }
            // The caller knows which part of its path is that of the base URL: `in_path`.
            Inject::Path { .. } => {}
        }
    }
    Ok(headers)
}

/// The path `base` + `below` with the credential in it, if a segment of the path holds it. `base` is the path of the base
/// URL, without a slash at its end.
///
/// # Errors
/// [`Error::Internal`] for a template with a name that has no value.
pub(crate) fn in_path(usable: &Usable, base: &str, below: &str) -> Result<Secret> {
    let Some((value, prefixes)) = segment_of(usable) else {
        return Ok(Secret::new(format!("{base}{below}")));
    };
    let segment = template::expand_segment(value, &|name| usable.value(name))
        .map(Secret::new)
        .map_err(|error| Error::Internal(format!("inject: {error}")))?;
    let (before, after) = around_key(prefixes, below);
    Ok(Secret::new(format!("{base}{before}/{}{after}", segment.expose())))
}

/// The part of `path` after `base`, the path of the base URL.
///
/// # Errors
/// [`Error::Unreadable`] for another path, whose end would be lost.
fn below_base<'a>(path: &'a str, base: &str) -> Result<&'a str> {
    let below = path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    below.ok_or_else(|| {
        Error::Unreadable(
            "the manifest: a request with a key in the path is not below the base URL".into(),
        )
    })
}

/// The template of the segment that holds the credential, and the paths that the segment follows.
fn segment_of(usable: &Usable) -> Option<(&String, &Vec<String>)> {
    usable.credential.pins.inject.iter().find_map(|entry| match entry {
        Inject::Path { value, below } => Some((value, below)),
        _ => None,
    })
}

/// A form or JSON body of a manifest, with its templates replaced.
///
/// # Errors
/// [`Error::Internal`] for a template with a name that has no value.
pub(crate) fn content(
    form: Option<&BTreeMap<String, String>>,
    json: Option<&Json>,
    lookup: Lookup<'_, '_>,
) -> Result<Option<Content>> {
    let broken = |error: template::TemplateError| Error::Internal(format!("body: {error}"));
    if let Some(form) = form {
        let mut members = Vec::new();
        for (name, value) in form {
            let value = template::expand(value, lookup).map_err(broken)?;
            members.push((name.clone(), Secret::new(value)));
        }
        return Ok(Some(form_body(&members)));
    }
    let Some(json) = json else { return Ok(None) };
    Ok(Some(json_body(&SecretJson::new(expand_json(json, lookup).map_err(broken)?))))
}

fn expand_json(json: &Json, lookup: Lookup<'_, '_>) -> Result<Json, template::TemplateError> {
    Ok(match json {
        Json::String(text) => Json::String(template::expand(text, lookup)?),
        Json::Array(items) => Json::Array(
            items.iter().map(|item| expand_json(item, lookup)).collect::<Result<_, _>>()?,
        ),
        Json::Object(members) => {
            let mut expanded = serde_json::Map::new();
            for (name, value) in members {
                expanded.insert(name.clone(), expand_json(value, lookup)?);
            }
            Json::Object(expanded)
        }
        other => other.clone(),
    })
}

/// The secrets that a provider must not echo: the values of the secret fields, the tokens, and the pairs of
/// Basic authentication, which are in base64 in the header. A user name alone is not a secret, because a
/// provider may use it as the account's name.
pub(crate) fn secrets(usable: &Usable) -> Vec<Secret> {
    let tokens = ["access_token", "refresh_token"].into_iter();
    // A private key is never sent, so nobody can echo it.
    let key = usable.sourced.manifest.signing_key();
    let fields = secret_fields(&usable.sourced.manifest).filter(|name| Some(*name) != key);
    let names = fields.chain(tokens);
    let values = names.filter_map(|name| usable.credential.fields.get(name).cloned());
    values.chain(pairs(&usable.credential.pins.inject, &|name| usable.value(name))).collect()
}

/// The pairs of Basic authentication in `entries`.
pub(crate) fn pairs(entries: &[Inject], lookup: Lookup<'_, '_>) -> Vec<Secret> {
    let pairs = entries.iter().filter_map(|entry| match entry {
        Inject::Basic { username, password } => {
            Some(pair(&expand(username, lookup).ok()?, &expand(password, lookup).ok()?))
        }
        _ => None,
    });
    pairs.collect()
}

/// A user name and a password, as Basic authentication joins them.
fn pair(username: &Secret, password: &Secret) -> Secret {
    Secret::new(format!("{}:{}", username.expose(), password.expose()))
}

/// The header of Basic authentication for a pair.
fn basic_value(pair: &Secret) -> Result<HeaderValue> {
    let value = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
    header_value(value.expose())
}

fn expand(text: &str, lookup: Lookup<'_, '_>) -> Result<Secret> {
    template::expand(text, lookup)
        .map(Secret::new)
        .map_err(|error| Error::Internal(format!("inject: {error}")))
}

/// A header name from a manifest.
pub(crate) fn header_name(name: &str) -> Result<HeaderName> {
    HeaderName::try_from(name)
        .map_err(|_| Error::Internal(format!("inject: {name:?} is not a header name")))
}

/// A header value, which may be secret.
pub(crate) fn header_value(value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::invalid("/credentials", "a field has characters that a header cannot contain")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn failure(error: &CallError, deadline: Duration) -> Error {
    match error {
        CallError::Timeout => Error::ProviderTimeout(format!(
            "the provider did not send its whole response within {} s",
            deadline.as_secs()
        )),
        CallError::Denied => Error::EgressDenied(
            "the host is not allowed: the operator can add it to `private_hosts`".into(),
        ),
        other => Error::Provider(unanswered(other)),
    }
}

/// The message for clients when a provider did not answer. It is the same for an unknown name, a refused
/// connection and a TLS failure, so that it cannot be used to scan a network. The log has the cause.
pub(crate) fn unanswered(error: &CallError) -> String {
    match error {
        CallError::Unreachable(_) | CallError::Broken(_) => {
            Line::warning("a provider did not answer").with("why", &error).write();
            "the provider did not answer: the connection failed or broke".to_owned()
        }
        CallError::Status(status) => format!(
            "the provider answered with the status {status}, which is not an HTTP status (200 to \
             599): the provider, or a gateway before it, rejects the request in its own way"
        ),
        other => format!("the provider did not answer: {other}"),
    }
}

/// `Authorization: Basic` with both parts form-encoded (RFC 6749, 2.3.1).
pub(crate) fn basic(client: &Client) -> Result<HeaderValue> {
    let encode = |text: &str| -> Secret {
        Secret::new(url::form_urlencoded::byte_serialize(text.as_bytes()).collect())
    };
    basic_value(&pair(&encode(&client.id), &encode(client.secret.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_elsewhere_does_not_lose_its_path() {
        for (path, base, below) in [
            ("/v1/sites", "/v1", Some("/sites")),
            ("/v1", "/v1", Some("")),
            ("/sites", "", Some("/sites")),
            ("/v10/sites", "/v1", None),
            ("/sites", "/v1", None),
        ] {
            assert_eq!(below_base(path, base).ok(), below, "{path} {base}");
        }
    }
}
