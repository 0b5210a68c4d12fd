//! `call_api`: a call as the proxy makes it, its answer as a model can read it.

use form_urlencoded::Serializer;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use nexus_common::call::CallMethod;
use nexus_common::error::Problem;
use nexus_common::forward::{ERROR, Forward, HOST, Upload, address};
use nexus_common::platform::http::collect_some;
use nexus_common::{Error, Result};
use serde_json::{Map, Value, json};

use crate::tools::{Said, Tools, only, refused, text};

/// Most of a body that is shown, in bytes.
const SHOWN: usize = 64 * 1024;
const ARGUMENTS: [&str; 8] =
    ["integration", "method", "path", "query", "headers", "body", "form", "host"];

/// Makes the call.
///
/// # Errors
/// [`Error::Invalid`] naming the argument; what the broker refuses is a result.
pub(crate) async fn run(tools: &Tools<'_>, arguments: &Map<String, Value>) -> Result<Said> {
    only(arguments, &ARGUMENTS)?;
    let target = text(arguments, "integration")?;
    let hub = address(target).await?;
    let Place { path, query: own } = place(arguments, &hub)?;
    let method = method(arguments)?;
    let query = [own, query(arguments.get("query"))?];
    let query = query.iter().filter(|part| !part.is_empty()).map(String::as_str);
    let query = query.collect::<Vec<_>>().join("&");
    let mut headers = headers(arguments.get("headers"))?;
    if let Some(host) = arguments.get("host") {
        let host = host.as_str().and_then(|host| HeaderValue::from_str(host).ok());
        headers.insert(HOST, host.ok_or_else(|| Error::invalid("host", "must be a host's name"))?);
    }
    let body = body(arguments, &mut headers)?;
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let forward = Forward {
        by: "mcp",
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
    let (bytes, is_cut) = collect_some(body, SHOWN).await;
    if head.headers.contains_key(ERROR) {
        let problem: Problem = serde_json::from_slice(&bytes)
            .map_err(|_| Error::Internal("a refusal that cannot be read".into()))?;
        return Ok(refused(&problem));
    }
    let url = format!("{hub}{path}");
    Ok(Answered {
        status: head.status.as_u16(),
        headers: &head.headers,
        bytes: &bytes,
        is_cut,
        url,
    }
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
fn place(arguments: &Map<String, Value>, hub: &str) -> Result<Place> {
    let path = text(arguments, "path")?;
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
fn method(arguments: &Map<String, Value>) -> Result<CallMethod> {
    let name = match arguments.get("method") {
        None | Some(Value::Null) => "GET".to_owned(),
        Some(Value::String(name)) => name.to_ascii_uppercase(),
        Some(_) => String::new(),
    };
    CallMethod::parse(&name)
        .ok_or_else(|| Error::invalid("method", format!("must be one of {}", CallMethod::ALLOW)))
}

fn query(query: Option<&Value>) -> Result<String> {
    let mut encoder = Serializer::new(String::new());
    match query {
        None | Some(Value::Null) => {}
        Some(Value::Object(members)) => {
            for (name, value) in members {
                let values = match value {
                    Value::Array(values) => values.as_slice(),
                    value => std::slice::from_ref(value),
                };
                for value in values {
                    encoder.append_pair(name, &scalar("query", name, value)?);
                }
            }
        }
        Some(_) => return Err(Error::invalid("query", "must be an object")),
    }
    Ok(encoder.finish())
}

fn scalar(argument: &str, name: &str, value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => {
            let rule = "must be a string, a number or a boolean";
            Err(Error::invalid(format!("{argument}/{name}"), rule))
        }
    }
}

fn headers(headers: Option<&Value>) -> Result<HeaderMap> {
    let mut map = HeaderMap::new();
    let members = match headers {
        None | Some(Value::Null) => return Ok(map),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(Error::invalid("headers", "must be an object of strings")),
    };
    for (name, value) in members {
        let broken = || Error::invalid(format!("headers/{name}"), "is no header with a text");
        let key = HeaderName::try_from(name.as_str()).map_err(|_| broken())?;
        let value = value.as_str().and_then(|text| HeaderValue::from_str(text).ok());
        // A map of headers has an end, and to go past it ends the instance.
        map.try_insert(key, value.ok_or_else(broken)?)
            .map_err(|_| Error::invalid("headers", "are too many"))?;
    }
    map.remove(header::CONTENT_LENGTH);
    Ok(map)
}

/// The body, and its content type where none was given.
fn body(arguments: &Map<String, Value>, headers: &mut HeaderMap) -> Result<String> {
    let (kind, body) = match (arguments.get("body"), arguments.get("form")) {
        (None | Some(Value::Null), None | Some(Value::Null)) => return Ok(String::new()),
        (Some(Value::String(text)), None) => ("text/plain; charset=utf-8", text.clone()),
        (Some(json), None) => ("application/json", json.to_string()),
        (None, Some(Value::Object(members))) => {
            let mut encoder = Serializer::new(String::new());
            for (name, value) in members {
                encoder.append_pair(name, &scalar("form", name, value)?);
            }
            ("application/x-www-form-urlencoded", encoder.finish())
        }
        (None, Some(_)) => return Err(Error::invalid("form", "must be an object")),
        (Some(_), Some(_)) => return Err(Error::invalid("form", "stands in place of `body`")),
    };
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    Ok(body)
}

/// A provider's answer.
struct Answered<'a> {
    status: u16,
    headers: &'a HeaderMap,
    bytes: &'a [u8],
    is_cut: bool,
    url: String,
}

impl Answered<'_> {
    fn told(&self) -> Said {
        let mut shown = Map::new();
        for (name, value) in self.headers.iter().filter(|(name, _)| matters(name.as_str())) {
            if let Ok(text) = value.to_str() {
                shown.insert(name.to_string(), text.into());
            }
        }
        let body = self.body();
        let note = match (self.is_cut, &body) {
            (true, _) => Some(format!(
                "cut after {SHOWN} bytes: ask for less (the API's own paging or filters), or GET {} \
                 over HTTP with your token",
                self.url
            )),
            (false, None) => Some(format!(
                "{} bytes that are no text: GET {} over HTTP with your token",
                self.bytes.len(),
                self.url
            )),
            (false, Some(_)) => None,
        };
        let lines = shown.iter().map(|(n, v)| format!("{n}: {}", v.as_str().unwrap_or_default()));
        let mut parts = vec![format!("HTTP {}", self.status)];
        parts.extend(lines);
        let body_text = body.clone().unwrap_or_default();
        let mut text = format!("{}\n\n{body_text}", parts.join("\n"));
        if let Some(note) = &note {
            text = format!("{text}\n\n[{note}]");
        }
        // The broker's mask has read through the escapes that are undone here.
        let json_body = match serde_json::from_slice::<Value>(body_text.as_bytes()) {
            Ok(json) if !self.is_cut => json,
            _ => body_text.into(),
        };
        let json = json!({"status": self.status, "headers": shown, "body": json_body,
            "truncated": self.is_cut, "note": note});
        Said { text, json, is_error: self.status >= 400 }
    }

    /// The body as text, up to the last whole character; `None` where it is none.
    fn body(&self) -> Option<String> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Some(text.to_owned()),
            Err(error) if self.is_cut && error.error_len().is_none() => {
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
