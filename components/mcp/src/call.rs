//! The tool `call_api`: makes a call as the proxy does, and returns the response in a form that a model can
//! read. This module must not decide whether a call is allowed: the broker does.

use form_urlencoded::Serializer;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use nexus_common::call::CallMethod;
use nexus_common::error::Problem;
use nexus_common::forward::{Forward, HOST, Upload, address};
use nexus_common::http::ERROR_CODE;
use nexus_common::platform::http::{Collected, Cut, collect_some};
use nexus_common::rpc::Component;
use nexus_common::{Error, Result};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::arguments::{self, Arguments};
use crate::tool::{Context, ToolResult, refused};

/// The maximum size of the part of a body that is shown, in bytes.
const SHOWN: usize = 64 * 1024;
/// The arguments of `call_api`.
pub(crate) const ARGUMENTS: [&str; 8] =
    ["integration", "method", "path", "query", "headers", "body", "form", "host"];

/// Makes the call.
///
/// # Errors
/// [`Error::Invalid`] with the name of the argument. A call that the broker rejects is a result, not
/// an error.
pub(crate) async fn run(context: &Context<'_>, arguments: &Arguments) -> Result<ToolResult> {
    let target = &arguments.required("integration")?;
    let hub = address(target).await?;
    let Place { path, query: own } = place(&arguments.required("path")?, &hub)?;
    let method = method(arguments)?;
    let query = [own, encoded_form(&arguments.pairs("query")?)];
    let query = query.iter().filter(|part| !part.is_empty()).map(String::as_str);
    let query = query.collect::<Vec<_>>().join("&");
    let mut headers = headers(arguments)?;
    if let Some(host) = arguments.text("host")? {
        let host = HeaderValue::from_str(&host).ok();
        headers.insert(HOST, host.ok_or_else(|| Error::invalid("host", "must be a host name"))?);
    }
    let body = body(arguments, &mut headers)?;
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let forward = Forward {
        component: Component::Mcp,
        agent: context.agent,
        target,
        hub: &hub,
        path: &path,
        query: &query,
        method: method.into(),
        headers,
        body: Upload::Text(body),
        request_id: context.request_id,
    };
    let (head, body) = forward.send().await?.into_parts();
    let Collected { bytes, cut } = collect_some(body, SHOWN).await;
    if head.headers.contains_key(ERROR_CODE) {
        let problem: Problem = serde_json::from_slice(&bytes)
            .map_err(|_| Error::Internal("the broker's problem document cannot be read".into()))?;
        return Ok(refused(&problem));
    }
    let url = format!("{hub}{path}");
    Ok(ProviderResponse {
        status: head.status.as_u16(),
        headers: &head.headers,
        bytes: &bytes,
        cut,
        url,
    }
    .to_result())
}

/// The target of a call, below the integration.
struct Place {
    /// The path: empty, or it starts with `/`.
    path: String,
    /// The query of a whole URL.
    query: String,
}

/// The target for the argument `path`. A whole URL comes from an earlier response. It is a URL of the proxy
/// (`hub`), or one of the provider, which the broker parses.
fn place(path: &str, hub: &str) -> Result<Place> {
    if path.starts_with("https://") || path.starts_with("http://") {
        let url = path.split('#').next().unwrap_or_default();
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let below = url.strip_prefix(hub).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let ours = hub.rsplit_once('/').map_or(hub, |(base, _)| base);
        if below.is_none() && url.starts_with(&format!("{ours}/")) {
            let rule =
                format!("is the URL of another integration. Use a URL that starts with {hub}");
            return Err(Error::invalid("path", rule));
        }
        let path = below.map_or_else(|| format!("/{url}"), str::to_owned);
        return Ok(Place { path: encoded(&path), query: encoded(query) });
    }
    if !path.starts_with('/') || path.contains(['?', '#']) {
        let rule = "must start with `/` and contain no `?` or `#` (parameters go into `query`), or be a \
                    whole URL from an earlier response";
        return Err(Error::invalid("path", rule));
    }
    Ok(Place { path: encoded(path), query: String::new() })
}

/// The characters that a URL cannot contain, and those that clients write in other ways (RFC 3986, appendix
/// A).
const NOT_IN_A_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'^');

/// Percent-encodes the characters that a URL cannot contain. The others stay.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NOT_IN_A_URL).to_string()
}

/// The method, GET by default. A model may write it in small letters, so it is converted to capitals.
fn method(arguments: &Arguments) -> Result<CallMethod> {
    let name = arguments.text("method")?.unwrap_or_else(|| "GET".to_owned());
    CallMethod::parse(&name.to_ascii_uppercase())
        .ok_or_else(|| Error::invalid("method", format!("must be one of {}", CallMethod::ALLOW)))
}

/// Pairs in the encoding of a form or a query.
fn encoded_form(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The headers. A name that occurs more than once becomes several headers.
fn headers(arguments: &Arguments) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in arguments.pairs("headers")? {
        let broken = || Error::invalid(format!("headers/{name}"), "is not a valid header");
        let key = HeaderName::try_from(name.as_str()).map_err(|_| broken())?;
        let value = HeaderValue::from_str(&value).map_err(|_| broken())?;
        // A map of headers has a maximum size. To exceed it would panic, which aborts the instance.
        map.try_append(key, value).map_err(|_| Error::invalid("headers", "are too many"))?;
    }
    map.remove(header::CONTENT_LENGTH);
    Ok(map)
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The body. Adds its content type to `headers` if it is missing.
fn body(arguments: &Arguments, headers: &mut HeaderMap) -> Result<String> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form =
        content_type.is_some_and(|text| text.trim().to_ascii_lowercase().starts_with(FORM));
    let form = arguments.pairs("form")?;
    let (kind, body) = match arguments.get("body") {
        None if form.is_empty() => return Ok(String::new()),
        None => (FORM, encoded_form(&form)),
        Some(_) if !form.is_empty() => {
            return Err(Error::invalid("form", "is sent in place of `body`. Use only one of them"));
        }
        Some(Value::String(text)) if is_json(text) => ("application/json", text.clone()),
        Some(Value::String(text)) => ("text/plain; charset=utf-8", text.clone()),
        Some(Value::Object(_)) if is_form => (FORM, encoded_form(&arguments.pairs("body")?)),
        Some(json) => ("application/json", json.to_string()),
    };
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    Ok(body)
}

/// Whether a text is a JSON object or list. Models send a JSON body as a text, because the argument is a
/// text.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && arguments::json(text).is_some()
}

/// A provider's response.
struct ProviderResponse<'a> {
    status: u16,
    headers: &'a HeaderMap,
    bytes: &'a [u8],
    cut: Option<Cut>,
    url: String,
}

impl ProviderResponse<'_> {
    /// The response as the result of the tool.
    fn to_result(&self) -> ToolResult {
        let shown = self.shown();
        let body = self.body();
        let note = self.note(body.is_some());
        let lines = shown.iter().map(|(n, v)| format!("{n}: {}", v.as_str().unwrap_or_default()));
        let mut parts = vec![format!("HTTP {}", self.status)];
        parts.extend(lines);
        // The note comes before the body, because some clients show a model only the beginning.
        parts.extend(note.iter().map(|note| format!("[{note}]")));
        let body_text = body.clone().unwrap_or_default();
        let mut text = format!("{}\n\n{body_text}", parts.join("\n"));
        if self.cut.is_some() {
            text.push_str("\n\n[the body is cut off here]");
        }
        // Parsing undoes escapes. The broker has already masked secrets behind escapes.
        let json_body = match serde_json::from_slice::<Value>(body_text.as_bytes()) {
            Ok(json) if self.cut.is_none() => json,
            _ => body_text.into(),
        };
        let json = json!({"status": self.status, "headers": shown, "body": json_body,
            "truncated": self.cut.is_some(), "note": note});
        ToolResult { text, json, is_error: self.status >= 400 || self.cut == Some(Cut::Broken) }
    }

    /// The headers that are useful to a model. The values of a header that occurs more than once are joined
    /// with commas (RFC 9110, 5.3).
    fn shown(&self) -> Map<String, Value> {
        let mut shown: Map<String, Value> = Map::new();
        for name in self.headers.keys().filter(|name| matters(name.as_str())) {
            let values = self.headers.get_all(name).iter();
            // A value that is not valid UTF-8 is shown with replacement characters.
            let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
            let values = values.collect::<Vec<_>>().join(", ");
            shown.insert(name.to_string(), values.into());
        }
        shown
    }

    /// A note about the body, if a model needs one.
    fn note(&self, is_text: bool) -> Option<String> {
        let (url, bytes) = (&self.url, self.bytes.len());
        match (self.cut, is_text) {
            (Some(Cut::Large), _) => Some(format!(
                "the body is cut off after {bytes} bytes. Request less (with the API's own paging or \
                 filters), or GET {url} over HTTP with your token"
            )),
            (Some(Cut::Broken), _) => Some(format!(
                "the provider's response broke off after {bytes} bytes and is incomplete. Try again"
            )),
            (None, false) => Some(format!(
                "the body has {bytes} bytes that are not text. GET {url} over HTTP with your token"
            )),
            (None, true) => None,
        }
    }

    /// The body as text, up to the last complete character. `None` if it is not text.
    fn body(&self) -> Option<String> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Some(text.to_owned()),
            Err(error) if self.cut.is_some() && error.error_len().is_none() => {
                let whole = self.bytes.get(..error.valid_up_to())?;
                Some(String::from_utf8_lossy(whole).into_owned())
            }
            Err(_) => None,
        }
    }
}

/// Whether a header is useful to a model.
fn matters(name: &str) -> bool {
    matches!(
        name,
        "content-type"
            | "location"
            | "link"
            | "etag"
            | "last-modified"
            | "retry-after"
            | "date"
            | "x-request-id"
            | "request-id"
            | "www-authenticate"
    ) || [
        "x-ratelimit",
        "ratelimit",
        "x-rate-limit",
        "x-total",
        "x-page",
        "x-next",
        "x-oauth-scopes",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod properties;
