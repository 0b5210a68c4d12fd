//! `call_api`: a call as the proxy makes it, its answer as a model can read it.

use form_urlencoded::Serializer;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use nexus_common::call::CallMethod;
use nexus_common::error::Problem;
use nexus_common::forward::{ERROR, Forward, HOST, Upload, address};
use nexus_common::platform::http::{Collected, Cut, collect_some};
use nexus_common::rpc::Component;
use nexus_common::{Error, Result};
use serde_json::{Map, Value, json};

use crate::arguments::{self, Arguments};
use crate::tools::{Said, Tools, refused};

/// Most of a body that is shown, in bytes.
const SHOWN: usize = 64 * 1024;
/// What `call_api` takes.
pub(crate) const ARGUMENTS: [&str; 8] =
    ["integration", "method", "path", "query", "headers", "body", "form", "host"];

/// Makes the call.
///
/// # Errors
/// [`Error::Invalid`] naming the argument; what the broker refuses is a result.
pub(crate) async fn run(tools: &Tools<'_>, arguments: &Arguments) -> Result<Said> {
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
        headers.insert(HOST, host.ok_or_else(|| Error::invalid("host", "must be a host's name"))?);
    }
    let body = body(arguments, &mut headers)?;
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let forward = Forward {
        by: Component::Mcp,
        agent: tools.agent,
        target,
        hub: &hub,
        path: &path,
        query: &query,
        method: method.into(),
        headers,
        body: Upload::Text(body),
        request_id: tools.request_id,
    };
    let (head, body) = forward.send().await?.into_parts();
    let Collected { bytes, cut } = collect_some(body, SHOWN).await;
    if head.headers.contains_key(ERROR) {
        let problem: Problem = serde_json::from_slice(&bytes)
            .map_err(|_| Error::Internal("a refusal that cannot be read".into()))?;
        return Ok(refused(&problem));
    }
    let url = format!("{hub}{path}");
    Ok(Answered { status: head.status.as_u16(), headers: &head.headers, bytes: &bytes, cut, url }
        .told())
}

/// Where a call goes below the integration.
struct Place {
    /// Empty, or from its `/` on.
    path: String,
    /// The query that a whole URL had.
    query: String,
}

/// The path as it goes on. A whole URL is one that an answer gave: an address of the proxy (`hub`), or the
/// provider's own, which the broker takes apart.
fn place(path: &str, hub: &str) -> Result<Place> {
    if path.starts_with("https://") || path.starts_with("http://") {
        let url = path.split('#').next().unwrap_or_default();
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let below = url.strip_prefix(hub).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let ours = hub.rsplit_once('/').map_or(hub, |(base, _)| base);
        if below.is_none() && url.starts_with(&format!("{ours}/")) {
            let rule = format!("is the address of another integration, this one's is {hub}");
            return Err(Error::invalid("path", rule));
        }
        let path = below.map_or_else(|| format!("/{url}"), str::to_owned);
        return Ok(Place { path: encoded(&path), query: encoded(query) });
    }
    if !path.starts_with('/') || path.contains(['?', '#']) {
        let rule = "must start with `/` and have no `?` or `#` (parameters go into `query`), or be a whole \
                    URL from an earlier answer";
        return Err(Error::invalid("path", rule));
    }
    Ok(Place { path: encoded(path), query: String::new() })
}

/// What stands for itself in a URL stays, everything else is encoded.
fn encoded(text: &str) -> String {
    let plain = |c: char| {
        c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '`' | '{' | '}' | '|' | '^')
    };
    let encode = |c: char| match plain(c) {
        true => c.to_string(),
        false => {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
        }
    };
    text.chars().map(encode).collect()
}

/// Models do not always write it in capitals; it goes on in capitals.
fn method(arguments: &Arguments) -> Result<CallMethod> {
    let name = arguments.text("method")?.unwrap_or_else(|| "GET".to_owned());
    CallMethod::parse(&name.to_ascii_uppercase())
        .ok_or_else(|| Error::invalid("method", format!("must be one of {}", CallMethod::ALLOW)))
}

/// Pairs as a form has them, or a query.
fn encoded_form(pairs: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A name that comes more than once is as many headers.
fn headers(arguments: &Arguments) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in arguments.pairs("headers")? {
        let broken = || Error::invalid(format!("headers/{name}"), "is not a header with a text");
        let key = HeaderName::try_from(name.as_str()).map_err(|_| broken())?;
        let value = HeaderValue::from_str(&value).map_err(|_| broken())?;
        // A map of headers has an end, and to go past it ends the instance.
        map.try_append(key, value).map_err(|_| Error::invalid("headers", "are too many"))?;
    }
    map.remove(header::CONTENT_LENGTH);
    Ok(map)
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The body, and its content type where none was given.
fn body(arguments: &Arguments, headers: &mut HeaderMap) -> Result<String> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = said.is_some_and(|said| said.trim().to_ascii_lowercase().starts_with(FORM));
    let form = arguments.pairs("form")?;
    let (kind, body) = match arguments.get("body") {
        None if form.is_empty() => return Ok(String::new()),
        None => (FORM, encoded_form(&form)),
        Some(_) if !form.is_empty() => {
            return Err(Error::invalid("form", "stands in place of `body`: send one of the two"));
        }
        Some(Value::String(text)) if is_json(text) => ("application/json", text.clone()),
        Some(Value::String(text)) => ("text/plain; charset=utf-8", text.clone()),
        Some(Value::Object(_)) if is_form => (FORM, encoded_form(&arguments.pairs("body")?)),
        Some(json) => ("application/json", json.to_string()),
    };
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    Ok(body)
}

/// Whether a text is that of a JSON object or list: models write a body so where they are to give a text.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && arguments::json(text).is_some()
}

/// A provider's answer.
struct Answered<'a> {
    status: u16,
    headers: &'a HeaderMap,
    bytes: &'a [u8],
    cut: Option<Cut>,
    url: String,
}

impl Answered<'_> {
    fn told(&self) -> Said {
        let shown = self.shown();
        let body = self.body();
        let note = self.note(body.is_some());
        let lines = shown.iter().map(|(n, v)| format!("{n}: {}", v.as_str().unwrap_or_default()));
        let mut parts = vec![format!("HTTP {}", self.status)];
        parts.extend(lines);
        // Where a client shows a model the beginning alone, the note is in it.
        parts.extend(note.iter().map(|note| format!("[{note}]")));
        let body_text = body.clone().unwrap_or_default();
        let mut text = format!("{}\n\n{body_text}", parts.join("\n"));
        if self.cut.is_some() {
            text.push_str("\n\n[the body is cut off here]");
        }
        // The broker's mask has read through the escapes that are undone here.
        let json_body = match serde_json::from_slice::<Value>(body_text.as_bytes()) {
            Ok(json) if self.cut.is_none() => json,
            _ => body_text.into(),
        };
        let json = json!({"status": self.status, "headers": shown, "body": json_body,
            "truncated": self.cut.is_some(), "note": note});
        Said { text, json, is_error: self.status >= 400 || self.cut == Some(Cut::Broken) }
    }

    /// The headers that a model can do something with; one that comes more than once is one with commas
    /// (RFC 9110, 5.3).
    fn shown(&self) -> Map<String, Value> {
        let mut shown: Map<String, Value> = Map::new();
        for name in self.headers.keys().filter(|name| matters(name.as_str())) {
            let values = self.headers.get_all(name).iter();
            // What is not ASCII is shown as far as it can be.
            let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
            let values = values.collect::<Vec<_>>().join(", ");
            shown.insert(name.to_string(), values.into());
        }
        shown
    }

    /// What a model must know of the body.
    fn note(&self, is_text: bool) -> Option<String> {
        let (url, bytes) = (&self.url, self.bytes.len());
        match (self.cut, is_text) {
            (Some(Cut::Large), _) => Some(format!(
                "the body is cut off after {bytes} bytes: ask for less (the API's own paging or \
                 filters), or GET {url} over HTTP with your token"
            )),
            (Some(Cut::Broken), _) => Some(format!(
                "the provider's answer broke off after {bytes} bytes, this is not all of it: ask again"
            )),
            (None, false) => Some(format!(
                "{bytes} bytes that are not text: GET {url} over HTTP with your token"
            )),
            (None, true) => None,
        }
    }

    /// The body as text, up to the last whole character; `None` where it is none.
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

/// Headers that a model can do something with.
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
