//! A request on its way in: path, query, headers, a size-capped JSON body, a request id.

use std::future::Future;

use http::{HeaderMap, HeaderName, Method, StatusCode, header, request};
use serde::de::DeserializeOwned;

use super::problem::Respond;
use super::{json, set};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::clock;
use crate::platform::http::{CallError, Incoming, IncomingBody, Response, collect};

/// The largest request body, in bytes.
const MAX_BODY: usize = 64 * 1024;
const REQUEST_ID: &str = "x-request-id";
/// The header in which a component tells the broker the request's id: the client's own
/// `x-request-id` goes to the provider.
pub(crate) const PASSED_ID: &str = "x-nexus-request-id";

/// A request. Ids come from its path, never from headers that a client can send itself.
pub struct Inbound {
    head: request::Parts,
    sent_method: Method,
    body: IncomingBody,
    /// In the answer and in the log: what came with the request where it is well-formed, else ours.
    pub request_id: String,
}

impl Inbound {
    /// Its id is in the first of the headers `id_in` that is there and well-formed.
    fn new(request: Incoming, id_in: &[&str]) -> Self {
        let (mut head, body) = request.into_parts();
        let sent_method = head.method.clone();
        if head.method == Method::HEAD {
            // The server leaves the body away (RFC 9110, 9.3.2).
            head.method = Method::GET;
        }
        let sent = |name: &&str| head.headers.get(*name)?.to_str().ok();
        let request_id = id_in.iter().filter_map(sent).find(|sent| is_request_id(sent));
        let request_id = request_id.map_or_else(|| id::request(clock::now_ms()), str::to_owned);
        Self { head, body, sent_method, request_id }
    }

    /// The method as it was sent: where `HEAD` is passed on, it is no `GET`.
    pub fn sent_method(&self) -> &Method {
        &self.sent_method
    }

    /// The method; `GET` for `HEAD`.
    pub fn method(&self) -> &Method {
        &self.head.method
    }

    /// The authority that the request is sent to (RFC 9110, 7.2); the port is part of it where it was sent.
    pub(super) fn authority(&self) -> Option<&str> {
        self.head.uri.authority().map(|authority| authority.as_str())
    }

    /// The raw path, percent-encoded as it came.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The segments of the path below `prefix`; `/api/integrations/x` below `/api` is two.
    pub fn segments(&self, prefix: &str) -> Vec<&str> {
        match self.path().strip_prefix(prefix) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                rest.split('/').filter(|segment| !segment.is_empty()).collect()
            }
            // Beside the prefix: a segment that no route has.
            _ => vec![""],
        }
    }

    /// The value of a header that must come at most once; `None` where it is absent or not text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The query as it came, without its `?`; empty where there was none.
    pub fn raw_query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    /// The query as decoded pairs.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a parameter that is not in `known`, or comes twice.
    pub fn query(&self, known: &[&str]) -> Result<Vec<(String, String)>> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(self.raw_query().as_bytes()) {
            let pointer = format!("?{name}");
            if !known.contains(&name.as_ref()) {
                let known = known.join(", ");
                return Err(Error::invalid(pointer, format!("unknown parameter; known: {known}")));
            }
            if pairs.iter().any(|(earlier, _)| *earlier == name) {
                return Err(Error::invalid(pointer, "the parameter comes twice"));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(pairs)
    }

    /// The query as decoded pairs, whatever they are called: a provider's answer.
    pub fn any_query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.raw_query().as_bytes()).into_owned().collect()
    }

    /// The JSON body as a `T`, every member of which is known.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`], [`Error::TooLarge`], [`Error::Invalid`].
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        json::parse(&self.json_text().await?)
    }

    /// The text of a JSON body that is not nested too deep; whether it is JSON is yet to be seen.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`], [`Error::TooLarge`], [`Error::Invalid`].
    pub async fn json_text(self) -> Result<String> {
        let content_type = self.header(&header::CONTENT_TYPE).unwrap_or("missing");
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnsupportedMediaType(content_type.chars().take(100).collect()));
        }
        json::text(self.bytes(MAX_BODY).await?.into())
    }

    /// The body, at most `limit` bytes of it.
    ///
    /// # Errors
    /// [`Error::TooLarge`], or [`Error::Invalid`] where the client stopped half-way.
    pub async fn bytes(self, limit: usize) -> Result<bytes::Bytes> {
        collect(self.body, limit).await.map_err(|error| match error {
            CallError::TooLarge(limit) => Error::TooLarge(limit),
            other => Error::invalid("", format!("the body did not arrive whole: {other}")),
        })
    }

    /// Headers and body, to be passed on.
    pub fn into_headers_and_body(self) -> (HeaderMap, IncomingBody) {
        (self.head.headers, self.body)
    }

    /// The request as it is, to be passed on.
    pub(super) fn into_request(self) -> (Incoming, String) {
        (Incoming::from_parts(self.head, self.body), self.request_id)
    }
}

pub(crate) fn is_request_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Answers a request by `act`: its errors become problem documents, each answer has its
/// `x-request-id`.
pub async fn serve<F>(request: Incoming, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    answer(Inbound::new(request, &[REQUEST_ID]), act).await
}

/// The same where no client can be asking: the component that asks says the request's id.
pub async fn serve_component<F>(request: Incoming, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    answer(Inbound::new(request, &[PASSED_ID, REQUEST_ID]), act).await
}

async fn answer<F>(inbound: Inbound, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    let request_id = inbound.request_id.clone();
    let mut response = act(inbound).await.unwrap_or_else(|error| error.respond(&request_id));
    // A provider's answer may have one of its own.
    if !response.headers().contains_key(REQUEST_ID) {
        set(&mut response, HeaderName::from_static(REQUEST_ID), &request_id);
    }
    if response.status() == StatusCode::NO_CONTENT {
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}
