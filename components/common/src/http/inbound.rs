//! An incoming request: path, query, headers, a JSON body of limited size, and a request id. This module must
//! not decide what a caller may do.

use std::future::Future;
use std::time::Duration;

use http::{HeaderMap, HeaderName, Method, StatusCode, header, request};
use serde::de::DeserializeOwned;

use super::looped::ensure_not_looped;
use super::problem::Respond;
use super::upgrade::ensure_no_upgrade;
use super::{RequestId, json, set, transport};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::http::{CallError, Incoming, IncomingBody, Response, collect};
use crate::wire;

/// The maximum size of a request body, in bytes.
const MAX_BODY: usize = 64 * 1024;
pub(super) const REQUEST_ID: &str = "x-request-id";
/// The header in which a component passes the request's id to another. The client's own `x-request-id` goes
/// to the provider.
pub(crate) const PASSED_ID: &str = "x-nexus-request-id";

/// An incoming request. Ids come from its path, never from headers that a client can set.
pub struct Inbound {
    head: request::Parts,
    sent_method: Method,
    body: IncomingBody,
    /// The id of the request, with the id that the client sent.
    pub request_id: RequestId,
}

impl Inbound {
    /// `from_component` is whether another component has passed on the request's id.
    fn new(request: Incoming, from_component: bool) -> Self {
        let (mut head, body) = request.into_parts();
        let sent_method = head.method.clone();
        if head.method == Method::HEAD {
            // The server omits the body (RFC 9110, 9.3.2).
            head.method = Method::GET;
        }
        let sent = |name: &str| head.headers.get(name)?.to_str().ok();
        let passed = if from_component { sent(PASSED_ID) } else { None };
        let passed = passed.and_then(RequestId::of_component);
        let request_id = passed.unwrap_or_else(|| RequestId::new(sent(REQUEST_ID)));
        Self { head, body, sent_method, request_id }
    }

    /// The method as the client sent it, so that `HEAD` is passed on as `HEAD`.
    pub fn sent_method(&self) -> &Method {
        &self.sent_method
    }

    /// The method, with `GET` in place of `HEAD`.
    pub fn method(&self) -> &Method {
        &self.head.method
    }

    /// Rejects every method except `GET` and `HEAD`.
    ///
    /// # Errors
    /// [`Error::MethodNotAllowed`].
    pub fn require_get(&self) -> Result<()> {
        self.require_method(&Method::GET, "GET")
    }

    /// Rejects every method except `POST`.
    ///
    /// # Errors
    /// [`Error::MethodNotAllowed`].
    pub fn require_post(&self) -> Result<()> {
        self.require_method(&Method::POST, "POST")
    }

    fn require_method(&self, method: &Method, name: &'static str) -> Result<()> {
        if self.method() == method { Ok(()) } else { Err(Error::MethodNotAllowed(name)) }
    }

    /// The authority to which the request was sent (RFC 9110, 7.2), with the port if the client sent one.
    pub(super) fn authority(&self) -> Option<&str> {
        self.head.uri.authority().map(|authority| authority.as_str())
    }

    /// The raw path, percent-encoded as the client sent it.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The segments of the path below `prefix`. For example, `/api/integrations/x` has two below `/api`.
    pub fn segments(&self, prefix: &str) -> Vec<&str> {
        match self.path().strip_prefix(prefix) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                rest.split('/').filter(|segment| !segment.is_empty()).collect()
            }
            // The path is not below the prefix. No route has an empty segment.
            _ => vec![""],
        }
    }

    /// The value of a header that occurs at most once. `None` if it is missing or not text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The raw query without its `?`. Empty if there is no query.
    pub fn raw_query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    /// The query as decoded pairs.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a parameter that is not in `known`, and for a duplicate parameter.
    pub fn query(&self, known: &[&str]) -> Result<Vec<(String, String)>> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(self.raw_query().as_bytes()) {
            let pointer = format!("?{name}");
            if !known.contains(&name.as_ref()) {
                let known = known.join(", ");
                let detail = format!("unknown parameter. Known parameters: {known}");
                return Err(Error::invalid(pointer, detail));
            }
            if pairs.iter().any(|(earlier, _)| *earlier == name) {
                return Err(Error::invalid(pointer, "duplicate parameter. Send it once"));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(pairs)
    }

    /// The only parameter of the query, `true` or `false`. `None` if it is missing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another parameter, another value, or a duplicate.
    pub fn choice(&self, name: &str) -> Result<Option<bool>> {
        self.choices([name]).map(|[chosen]| chosen)
    }

    /// The values of several such parameters.
    ///
    /// # Errors
    /// The errors of [`Self::choice`].
    pub fn choices<const N: usize>(&self, names: [&str; N]) -> Result<[Option<bool>; N]> {
        let mut chosen = [None; N];
        for (name, value) in self.query(&names)? {
            let value = wire::choice(&name, &value)?;
            let places = names.iter().zip(&mut chosen).filter(|(one, _)| **one == name);
            places.for_each(|(_, place)| *place = Some(value));
        }
        Ok(chosen)
    }

    /// The query as decoded pairs with any names, as a provider sends it.
    pub fn any_query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.raw_query().as_bytes()).into_owned().collect()
    }

    /// The JSON body as a `T`. Unknown members are rejected.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`], [`Error::TooLarge`], [`Error::RequestTimeout`],
    /// [`Error::BrokenBody`], [`Error::Invalid`].
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        json::parse(&self.json_text().await?)
    }

    /// The text of a JSON body that is not nested too deeply. The text is not parsed yet.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`], [`Error::TooLarge`], [`Error::RequestTimeout`],
    /// [`Error::BrokenBody`], [`Error::Invalid`].
    pub async fn json_text(self) -> Result<String> {
        let content_type = self.header(&header::CONTENT_TYPE).unwrap_or("missing");
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnsupportedMediaType(content_type.chars().take(100).collect()));
        }
        json::text(self.bytes(MAX_BODY).await?.into())
    }

    /// The whole body, which may have at most `limit` bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::RequestTimeout`], or [`Error::BrokenBody`] if the client
    /// stopped half-way.
    pub async fn bytes(self, limit: usize) -> Result<bytes::Bytes> {
        whole(self.body, limit).await
    }

    /// The headers and the body, to pass on.
    pub fn into_headers_and_body(self) -> (HeaderMap, IncomingBody) {
        (self.head.headers, self.body)
    }

    /// The unchanged request, to pass on.
    pub(super) fn into_request(self) -> (Incoming, RequestId) {
        (Incoming::from_parts(self.head, self.body), self.request_id)
    }
}

/// How long the client may take to send a body that is read whole, in seconds.
const BODY_SECONDS: u64 = 30;

/// Waits for `body`, or a part of it, for at most the time that a body may take.
///
/// # Errors
/// [`Error::RequestTimeout`].
pub async fn in_time<T>(body: impl Future<Output = T>) -> Result<T> {
    let received = clock::within(Duration::from_secs(BODY_SECONDS), body).await;
    received.ok_or_else(|| {
        Error::RequestTimeout(format!(
            "the request body did not arrive within {BODY_SECONDS} s. Send the request again"
        ))
    })
}

/// The whole `body`, which may have at most `limit` bytes.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::RequestTimeout`], or [`Error::BrokenBody`] if the client stopped half-way.
pub async fn whole(body: IncomingBody, limit: usize) -> Result<bytes::Bytes> {
    in_time(collect(body, limit)).await?.map_err(|error| match error {
        CallError::TooLarge(limit) => Error::TooLarge(limit),
        _ => Error::BrokenBody,
    })
}

/// Handles a request with `act`. An error becomes a problem document. Each response gets an `x-request-id`.
pub async fn serve<F>(request: Incoming, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    answer(Inbound::new(request, false), act).await
}

/// Handles a request that only another component can send. That component passes on the request's id.
pub async fn serve_component<F>(request: Incoming, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    answer(Inbound::new(request, true), act).await
}

async fn answer<F>(inbound: Inbound, act: impl FnOnce(Inbound) -> F) -> Response
where
    F: Future<Output = Result<Response>>,
{
    let request_id = inbound.request_id.clone();
    // Programs repeat a request by themselves that gets `Retry-After`. To repeat a change that was made does harm, unless
    // its method is idempotent (RFC 9110, 9.2.2).
    let may_repeat = inbound.sent_method().is_idempotent();
    let headers = inbound.headers();
    let answered = match ensure_not_looped(headers).and_then(|()| ensure_no_upgrade(headers)) {
        Ok(()) => act(inbound).await,
        Err(refused) => Err(refused),
    };
    let mut response = answered.unwrap_or_else(|error| {
        let mut response = error.respond(&request_id);
        if !may_repeat && error.may_have_changed() {
            response.headers_mut().remove(header::RETRY_AFTER);
        }
        response
    });
    // A provider's response may already have one.
    if !response.headers().contains_key(REQUEST_ID) {
        set(&mut response, HeaderName::from_static(REQUEST_ID), &request_id);
    }
    transport::secure(&mut response).await;
    if response.status() == StatusCode::NO_CONTENT {
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}
