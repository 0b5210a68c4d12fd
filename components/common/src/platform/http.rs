//! HTTP in and out, in the types of the `http` crate.
//!
//! It must not follow redirects, retry, or decide where a request may go.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use bytes::{Bytes, BytesMut};
use futures::channel::mpsc;
use futures::future::{Either, select};
use futures::{SinkExt, StreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, BodyStream, Full, StreamBody};
use spin_sdk::http::IntoResponse;
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{self as wasi, ErrorCode};
use spin_sdk::wasip3::http_compat::http_into_wasi_request;

use super::clock;

/// A request as it came in; the body has not been read.
pub type Incoming = spin_sdk::http::Request;
/// Its body.
pub type IncomingBody = spin_sdk::wasip3::http_compat::IncomingRequestBody;
/// A body that is buffered or passed through.
pub type Body = spin_sdk::http::BoxBody;
/// A response on its way out.
pub type Response = ::http::Response<Body>;

/// A buffered body. Set `content-length` beside it: a chunked answer costs 44 ms (Nagle).
pub fn full(bytes: impl Into<Bytes>) -> Body {
    spin_sdk::http::box_body(Full::new(bytes.into()))
}

/// Hands a request of the runtime to `handler`. Used by `component!`.
#[doc(hidden)]
pub async fn serve<F: Future<Output = Response>>(
    request: wasi::Request,
    handler: impl Fn(Incoming) -> F,
) -> Result<wasi::Response, ErrorCode> {
    let request = incoming(request)?;
    let mut response = handler(request).await;
    if !is_final(response.status().as_u16()) {
        // The runtime refuses to set it, and would answer 200.
        *response.status_mut() = StatusCode::BAD_GATEWAY;
    }
    match response.extensions_mut().remove::<Untouched>().and_then(|untouched| untouched.take()) {
        Some(untouched) => Ok(untouched),
        None => response.into_response(),
    }
}

/// A request in the types of the `http` crate: its method, path and query, headers and body.
///
/// Without the `spin-*` headers: a client can send them too, and its own come first.
fn incoming(request: wasi::Request) -> Result<Incoming, ErrorCode> {
    let method = Method::try_from(request.get_method());
    let path = PathAndQuery::try_from(request.get_path_with_query().unwrap_or_default());
    let authority = request.get_authority();
    let fields = request.get_headers().copy_all();
    let mut headers = HeaderMap::try_with_capacity(fields.len()).map_err(|error| broken(&error))?;
    for (name, value) in fields {
        if !is_of_spin(&name) {
            let name = HeaderName::try_from(name).map_err(|error| broken(&error))?;
            let value = HeaderValue::try_from(value).map_err(|error| broken(&error))?;
            headers.try_append(name, value).map_err(|error| broken(&error))?;
        }
    }
    let mut incoming = Incoming::new(IncomingBody::new(request)?);
    *incoming.method_mut() = method.map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    *incoming.uri_mut() = uri(authority, path.map_err(|_| ErrorCode::HttpRequestUriInvalid)?);
    *incoming.headers_mut() = headers;
    Ok(incoming)
}

/// The path, and the authority where it is one.
fn uri(authority: Option<String>, path: PathAndQuery) -> Uri {
    let mut parts = Parts::default();
    parts.authority = authority.and_then(|authority| Authority::try_from(authority).ok());
    parts.scheme = parts.authority.is_some().then_some(Scheme::HTTP);
    parts.path_and_query = Some(path.clone());
    Uri::from_parts(parts).unwrap_or_else(|_| path.into())
}

fn is_of_spin(name: &str) -> bool {
    name.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("spin-"))
}

fn broken(error: &impl fmt::Display) -> ErrorCode {
    ErrorCode::InternalError(Some(error.to_string()))
}

/// A response of another component, as the runtime has it.
#[derive(Clone)]
struct Untouched(Arc<Mutex<Option<wasi::Response>>>);

impl Untouched {
    fn take(&self) -> Option<wasi::Response> {
        self.0.lock().ok()?.take()
    }
}

/// Why a call got no (whole) answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The whole call did not finish in its time.
    Timeout,
    /// This component may not reach that host (`allowed_outbound_hosts`).
    Denied,
    /// The name does not resolve, the connection is refused or broke off, TLS failed.
    Unreachable(String),
    /// The body is larger than the caller accepts.
    TooLarge(usize),
    /// The answer's status is not one that ends a request (RFC 9110, 15: 200 to 599).
    Status(u16),
    /// The answer is not HTTP, or stopped before its end.
    Broken(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no complete answer in time"),
            Self::Denied => f.write_str("the host is not among this component's outbound hosts"),
            Self::Unreachable(why) => write!(f, "not reachable ({why})"),
            Self::TooLarge(limit) => write!(f, "the answer is larger than {limit} bytes"),
            Self::Status(status) => {
                write!(f, "the answer has the status {status}, HTTP has 200 to 599 for answers")
            }
            Self::Broken(why) => write!(f, "the answer broke off ({why})"),
        }
    }
}

/// Sends `request` and reads the whole answer, both within `limit` and `max_body` bytes.
///
/// # Errors
/// [`CallError`]; a redirect is an answer like any other.
pub async fn call(
    request: ::http::Request<Body>,
    limit: Duration,
    max_body: usize,
) -> Result<::http::Response<Bytes>, CallError> {
    let exchange = async {
        let (head, body) = pass(request).await?.into_parts();
        Ok(::http::Response::from_parts(head, collect(body, max_body).await?))
    };
    clock::within(limit, exchange).await.unwrap_or(Err(CallError::Timeout))
}

/// Sends `request` and returns the answer with its body still to come.
///
/// # Errors
/// [`CallError`] where no answer began, or one whose status is none.
pub async fn pass(request: ::http::Request<Body>) -> Result<Response, CallError> {
    let response = spin_sdk::http::send(request).await.map_err(|code| CallError::from(&code))?;
    match response.status().as_u16() {
        status if is_final(status) => Ok(response.map(spin_sdk::http::box_body)),
        status => Err(CallError::Status(status)),
    }
}

/// Whether a status is that of an answer: what is below 200 announces one, what is above 599 nobody has
/// defined, and the runtime sets neither.
fn is_final(status: u16) -> bool {
    (200..=599).contains(&status)
}

/// Sends `request` and returns the answer to be handed back as it is: nothing that is done to it
/// has an effect, and its body is not copied through this component. Where it is a 5xx, its headers called
/// `names` can be read.
///
/// # Errors
/// As [`pass`].
pub async fn pass_untouched(
    request: ::http::Request<Body>,
    names: impl IntoIterator<Item = HeaderName>,
) -> Result<Response, CallError> {
    let request = http_into_wasi_request(request).map_err(|code| CallError::from(&code))?;
    let answer = client::send(request).await.map_err(|code| CallError::from(&code))?;
    let mut response = Response::new(full(""));
    *response.status_mut() =
        StatusCode::from_u16(answer.get_status_code()).unwrap_or(StatusCode::BAD_GATEWAY);
    if response.status().is_server_error() {
        // What says whether a component of ours has answered, and what it has the caller wait for.
        let fields = answer.get_headers();
        for name in names {
            if let Some(value) = fields.get(name.as_str()).into_iter().next() {
                let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""));
                response.headers_mut().insert(name, value);
            }
        }
    }
    response.extensions_mut().insert(Untouched(Arc::new(Mutex::new(Some(answer)))));
    Ok(response)
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// [`CallError::TooLarge`], or [`CallError::Broken`] where the peer stopped half-way.
pub async fn collect<B>(mut body: B, limit: usize) -> Result<Bytes, CallError>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    // What is as long as it was to be has ended: to be told so would be two more waits.
    let whole = body.size_hint().upper();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| CallError::Broken("before its end".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(CallError::TooLarge(limit));
        }
        bytes.extend_from_slice(&data);
        if whole == Some(bytes.len() as u64) {
            break;
        }
    }
    Ok(bytes.freeze())
}

/// As much of a body as was asked for.
pub struct Collected {
    /// Its bytes.
    pub bytes: Bytes,
    /// Why they are not all; `None` where they are.
    pub cut: Option<Cut>,
}

/// Why a body is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is larger than what was asked for.
    Large,
    /// It broke off on its way here.
    Broken,
}

/// Reads a body up to `limit` bytes.
pub async fn collect_some<B>(mut body: B, limit: usize) -> Collected
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let mut bytes = BytesMut::new();
    let cut = loop {
        let Some(frame) = body.frame().await else { break None };
        let Ok(frame) = frame else { break Some(Cut::Broken) };
        let Ok(data) = frame.into_data() else { continue };
        let room = limit - bytes.len();
        bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
        if data.len() > room {
            break Some(Cut::Large);
        }
    };
    Collected { bytes: bytes.freeze(), cut }
}

impl From<&ErrorCode> for CallError {
    fn from(code: &ErrorCode) -> Self {
        match code {
            ErrorCode::HttpRequestDenied => Self::Denied,
            ErrorCode::ConnectionTimeout
            | ErrorCode::ConnectionReadTimeout
            | ErrorCode::ConnectionWriteTimeout
            | ErrorCode::HttpResponseTimeout
            | ErrorCode::DnsTimeout => Self::Timeout,
            ErrorCode::DnsError(_)
            | ErrorCode::DestinationNotFound
            | ErrorCode::DestinationUnavailable
            | ErrorCode::DestinationIpProhibited
            | ErrorCode::DestinationIpUnroutable
            | ErrorCode::ConnectionRefused
            | ErrorCode::TlsProtocolError
            | ErrorCode::TlsCertificateError
            | ErrorCode::TlsAlertReceived(_) => Self::Unreachable(short(code)),
            _ => Self::Broken(short(code)),
        }
    }
}

/// The error's name in WASI (`connection-refused`), without what a peer may have put beside it.
fn short(code: &ErrorCode) -> String {
    let text = format!("{code:?}");
    let end = text.find(['(', ' ', '{']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_start_matches("ErrorCode::").to_owned()
}

/// Any body, as it comes.
pub fn boxed<B>(body: B) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<anyhow::Error>,
{
    spin_sdk::http::box_body(body)
}

/// A body whose length nobody has told: `None` where it turns out to be empty.
pub async fn whole_or_streamed(mut body: IncomingBody) -> Option<Body> {
    let first = body.frame().await?;
    let frames = futures::stream::iter([first]).chain(BodyStream::new(body));
    Some(spin_sdk::http::box_body(StreamBody::new(frames)))
}

/// Goes on with `work` beside what this request still does, also after it was answered.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    spin_sdk::wasip3::spawn(work);
}

/// For how long a body that breaks off is left to the runtime, to write what it has of it, in milliseconds.
const FLUSH_MS: u64 = 50;

/// Waits for `work`, at most for `limit`; then it goes on beside what this request still does.
///
/// The work is what is waited for, not a message from a task of its own: that would not wake who waits.
pub async fn within_or_beside<T: 'static>(
    limit: Duration,
    work: impl Future<Output = T> + 'static,
) -> Option<T> {
    match select(Box::pin(work), pin!(clock::sleep(limit))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), work)) => {
            spawn(async move { drop(work.await) });
            None
        }
    }
}

/// The end of a streamed body that is written to.
pub struct BodySender(mpsc::Sender<Result<Frame<Bytes>, anyhow::Error>>);

/// A body that is written while it is sent, a chunk at a time: who writes waits for who reads.
pub fn streamed() -> (BodySender, Body) {
    let (sender, receiver) = mpsc::channel(0);
    (BodySender(sender), spin_sdk::http::box_body(StreamBody::new(receiver)))
}

impl BodySender {
    /// Writes a chunk; `false` where nobody reads any more.
    pub async fn send(&mut self, chunk: Bytes) -> bool {
        self.0.send(Ok(Frame::data(chunk))).await.is_ok()
    }

    /// Breaks the body off although nobody reads: whoever still does sees that it is not whole.
    pub fn break_off(&mut self, why: &'static str) {
        // Each sender has a place of its own.
        let _ = self.0.clone().try_send(Err(anyhow::anyhow!(why)));
    }

    /// Breaks the body off, so that it is not taken for whole.
    pub async fn fail(mut self, why: &'static str) {
        // The runtime throws away what it has not written yet, the head too: a moment lets it write.
        clock::sleep(Duration::from_millis(FLUSH_MS)).await;
        let _ = self.0.send(Err(anyhow::anyhow!(why))).await;
    }
}
