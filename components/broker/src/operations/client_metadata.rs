//! `fetch-client-metadata`: fetches the metadata document of an OAuth client, whose id is the document's URL.
//!
//! Anybody can make a client id. So the request has no credential, goes to public hosts only, follows no
//! redirect, and reads a small document in a short time. This module must not decide what the document means.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use nexus_common::broker::{ClientDocument, ClientMetadata};
use nexus_common::http::{LOOP, LOOP_ID};
use nexus_common::platform::http::{call, full};
use nexus_common::{Error, Result};
use serde_json::{Map, Value};
use url::Url;

use crate::provider::call::unanswered;
use crate::provider::egress;

/// The time limit, with the response body.
const DEADLINE: Duration = Duration::from_secs(5);
/// The maximum size of a document, in bytes.
const MAX: usize = 64 * 1024;
/// The longest time for which a document is cached, in seconds: a day.
const LONGEST: u32 = 24 * 60 * 60;
/// For how long a document is cached that says nothing about it, in seconds.
const USUAL: u32 = 300;

/// Fetches the document.
///
/// # Errors
/// [`Error::EgressDenied`], [`Error::Provider`].
pub(crate) async fn fetch(asked: &ClientDocument) -> Result<ClientMetadata> {
    let url = Url::parse(&asked.url).ok().filter(|url| url.as_str() == asked.url);
    let url = url.ok_or_else(|| {
        Error::EgressDenied("the client id is not a URL in its usual form (RFC 3986)".into())
    })?;
    let (document, headers) = document(&url, "the client's metadata document").await?;
    Ok(ClientMetadata { document, fresh_seconds: fresh_seconds(&headers) })
}

/// Fetches a small JSON object from a public host. `what` names it in errors.
///
/// # Errors
/// [`Error::EgressDenied`], [`Error::Provider`].
pub(super) async fn document(url: &Url, what: &str) -> Result<(Map<String, Value>, HeaderMap)> {
    read(&response(url).await?, what)
}

/// As [`document`]. `None` if the host has no such document: it answers 404 or 410, or 401 as it does at all its paths.
///
/// # Errors
/// As [`document`].
pub(super) async fn document_if_any(url: &Url, what: &str) -> Result<Option<Map<String, Value>>> {
    let response = response(url).await?;
    let missing = [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND, StatusCode::GONE];
    if missing.contains(&response.status()) {
        return Ok(None);
    }
    read(&response, what).map(|(document, _)| Some(document))
}

/// The response to a request for a document.
async fn response(url: &Url) -> Result<Response<Bytes>> {
    egress::guard().await?.check_public(url)?;
    let agent = concat!("integration-nexus/", env!("CARGO_PKG_VERSION"));
    let request = Request::get(url.as_str())
        .header(header::ACCEPT, "application/json")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::USER_AGENT, agent)
        .header(LOOP, HeaderValue::from_static(LOOP_ID))
        .body(full(""))
        .map_err(|_| Error::Internal("a request for a document cannot be built".into()))?;
    let response = call(request, DEADLINE, MAX).await;
    response.map_err(|error| Error::Provider(unanswered(&error)))
}

/// The document of a response, and its headers.
fn read(response: &Response<Bytes>, what: &str) -> Result<(Map<String, Value>, HeaderMap)> {
    if response.status() != StatusCode::OK {
        let status = response.status().as_u16();
        return Err(Error::Provider(format!(
            "{what} has the status {status}. It must be 200, without a redirect"
        )));
    }
    let document = serde_json::from_slice::<Value>(response.body()).ok();
    let Some(Value::Object(document)) = document else {
        return Err(Error::Provider(format!("{what} is not a JSON object")));
    };
    Ok((document, response.headers().clone()))
}

/// For how long the response may be cached (RFC 9111, 5.2.2). This cache is shared.
fn fresh_seconds(headers: &HeaderMap) -> u32 {
    let values = headers.get_all(header::CACHE_CONTROL).iter();
    let text = values.filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
    let text = text.to_ascii_lowercase();
    let directives = || text.split(',').map(str::trim);
    if directives().any(|one| {
        let name = one.split('=').next().unwrap_or_default();
        matches!(name, "no-store" | "no-cache" | "private")
    }) {
        return 0;
    }
    let seconds = |name: &str| {
        let value = directives().find_map(|one| one.strip_prefix(name)?.strip_prefix('='))?;
        value.trim_matches('"').parse::<u32>().ok()
    };
    let lifetime = seconds("s-maxage").or_else(|| seconds("max-age")).unwrap_or(USUAL);
    let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.parse::<u32>().ok());
    lifetime.min(LONGEST).saturating_sub(age.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_cached_as_http_says() {
        for (control, age, seconds) in [
            (None, None, USUAL),
            (Some("max-age=60"), None, 60),
            (Some("public, MAX-AGE=60"), Some("20"), 40),
            (Some("max-age=60, s-maxage=10"), None, 10),
            (Some("max-age=60"), Some("61"), 0),
            (Some("max-age=999999999"), None, LONGEST),
            (Some("no-store"), None, 0),
            (Some("max-age=60, no-cache"), None, 0),
            (Some("private=\"x\", max-age=60"), None, 0),
            (Some("max-age=soon"), None, USUAL),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(control) = control {
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(control));
            }
            if let Some(age) = age {
                headers.insert(header::AGE, HeaderValue::from_static(age));
            }
            assert_eq!(fresh_seconds(&headers), seconds, "{control:?} {age:?}");
        }
    }
}
