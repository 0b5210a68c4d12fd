//! HTTP requests in both directions, in the types of the `http` crate.
//!
//! This module must not follow redirects, retry, or decide where a request may go.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::{HeaderName, HeaderValue, StatusCode};
use bytes::{Bytes, BytesMut};
use futures::channel::mpsc;
use futures::future::{Either, join, select};
use futures::{SinkExt, StreamExt};
use http_body::Frame;
use http_body_util::{BodyExt, BodyStream, Full, StreamBody};
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{self as wasi, ErrorCode, RequestOptions};
use spin_sdk::wasip3::http_compat::RequestOptionsExtension;

use super::beside::spawn;
use super::clock;
pub(crate) use super::messages::PEER;
pub use super::messages::{Body, Incoming, IncomingBody, Message, Response};
use super::messages::{answer, incoming, outgoing, received};

/// A buffered body. Set `content-length` as well: a chunked response costs 44 ms (Nagle's algorithm).
pub fn full(bytes: impl Into<Bytes>) -> Body {
    spin_sdk::http::box_body(Full::new(bytes.into()))
}

/// Passes a request of the runtime to `handler`. `component!` uses this.
#[doc(hidden)]
pub async fn serve<F: Future<Output = Response>>(
    request: wasi::Request,
    handler: impl Fn(Incoming) -> F,
) -> Result<wasi::Response, ErrorCode> {
    let request = incoming(request)?;
    let mut response = handler(request).await;
    if !is_final(response.status().as_u16()) {
        // The runtime cannot set such a status, and would respond with 200.
        *response.status_mut() = StatusCode::BAD_GATEWAY;
    }
    match response.extensions_mut().remove::<Untouched>().and_then(|untouched| untouched.take()) {
        Some(untouched) => Ok(untouched),
        None => answer(response),
    }
}

/// A response of another component, in the runtime's own type.
#[derive(Clone)]
struct Untouched(Arc<Mutex<Option<wasi::Response>>>);

impl Untouched {
    fn take(&self) -> Option<wasi::Response> {
        self.0.lock().ok()?.take()
    }
}

/// Why a call got no complete response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The call did not finish in time.
    Timeout,
    /// This component may not call that host (`allowed_outbound_hosts`).
    Denied,
    /// The name does not resolve, the connection was refused or interrupted, or TLS failed.
    Unreachable(String),
    /// The body is larger than the limit.
    TooLarge(usize),
    /// The response's status is not a final one (RFC 9110, 15: 200 to 599).
    Status(u16),
    /// The response is not HTTP, or it is incomplete.
    Broken(String),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no complete response in time"),
            Self::Denied => f.write_str("the host is not among this component's outbound hosts"),
            Self::Unreachable(why) => write!(f, "not reachable ({why})"),
            Self::TooLarge(limit) => write!(f, "the response is larger than {limit} bytes"),
            Self::Status(status) => {
                write!(f, "the response has the status {status}, which is not from 200 to 599")
            }
            Self::Broken(why) => write!(f, "the response is incomplete ({why})"),
        }
    }
}

/// Sends `request` and reads the whole response, within `limit` and with at most `max_body` bytes.
///
/// # Errors
/// [`CallError`]. A redirect is not an error, and is not followed.
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

/// Sends `request` and returns the response. Its body has not been read.
///
/// # Errors
/// [`CallError`] if there is no response, or if its status is not a final one.
pub async fn pass(request: ::http::Request<Body>) -> Result<Response, CallError> {
    let answer = send(request).await?;
    match answer.get_status_code() {
        status if is_final(status) => {
            received(status, answer).map_err(|code| CallError::from(&code))
        }
        status => Err(CallError::Status(status)),
    }
}

async fn send(request: ::http::Request<Body>) -> Result<wasi::Response, CallError> {
    let sent = async {
        let (request, end) = outgoing(request)?;
        // Sending begins with the first poll, and then the runtime reads the end of an empty body.
        let (answer, ()) = join(client::send(request), async move { drop(end) }).await;
        answer
    };
    clock::waited(sent).await.map_err(|code| CallError::from(&code))
}

/// Limits how long the runtime waits until a response to `request` begins. The time to connect counts too. After it, the
/// error is [`CallError::Timeout`].
///
/// The runtime's timer costs a call less than [`clock::within`] does.
pub fn limit_first_byte<B>(request: &mut ::http::Request<B>, limit: Duration) {
    let options = RequestOptions::new();
    let nanoseconds = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    // A runtime that does not have the option has its own limit.
    let _ = options.set_first_byte_timeout(Some(nanoseconds));
    request.extensions_mut().insert(RequestOptionsExtension(options));
}

/// Whether a status is final. A status below 200 only announces a response, a status above 599 is not
/// defined, and the runtime can set neither.
fn is_final(status: u16) -> bool {
    (200..=599).contains(&status)
}

/// Sends `request` and returns a response that can only be passed on as it is. Changes to it have no effect,
/// and its body is not copied through this component. If its status is 5xx, the headers `names` can be read.
///
/// # Errors
/// [`CallError`] if there is no response.
pub async fn pass_untouched(
    request: ::http::Request<Body>,
    names: impl IntoIterator<Item = HeaderName>,
) -> Result<Response, CallError> {
    let answer = send(request).await?;
    let mut response = Response::new(full(""));
    *response.status_mut() =
        StatusCode::from_u16(answer.get_status_code()).unwrap_or(StatusCode::BAD_GATEWAY);
    if response.status().is_server_error() {
        // These headers show whether one of our components responded, and what the caller has to wait for.
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
/// [`CallError::TooLarge`], or [`CallError::Broken`] if the peer stopped half-way.
pub async fn collect<B>(mut body: B, limit: usize) -> Result<Bytes, CallError>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    // At the announced length the body is complete. Waiting for the end of the stream would be two more
    // waits.
    let whole = body.size_hint().upper();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| CallError::Broken("the connection ended early".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(CallError::TooLarge(limit));
        }
        if bytes.is_empty() && whole == Some(data.len() as u64) {
            // A body that arrives at once is not copied.
            return Ok(data);
        }
        bytes.extend_from_slice(&data);
        if whole == Some(bytes.len() as u64) {
            break;
        }
    }
    Ok(bytes.freeze())
}

/// A body, or the beginning of a body.
pub struct Collected {
    /// The bytes that were read.
    pub bytes: Bytes,
    /// Why the body is incomplete. `None` if it is complete.
    pub cut: Option<Cut>,
}

/// Why a body is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The body is larger than the limit.
    Large,
    /// The connection ended before the body did.
    Broken,
}

/// Reads the first `limit` bytes of a body.
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

/// The error's name in WASI (`connection-refused`), without the details, which a peer may control.
fn short(code: &ErrorCode) -> String {
    let text = format!("{code:?}");
    let end = text.find(['(', ' ', '{']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_start_matches("ErrorCode::").to_owned()
}

/// Any body as a [`Body`].
pub fn boxed<B>(body: B) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<anyhow::Error>,
{
    spin_sdk::http::box_body(body)
}

/// A body of unknown length. `None` if it is empty.
pub async fn whole_or_streamed(mut body: IncomingBody) -> Option<Body> {
    let first = body.frame().await?;
    let frames = futures::stream::iter([first]).chain(BodyStream::new(body));
    Some(spin_sdk::http::box_body(StreamBody::new(frames)))
}

/// How long a body that is aborted waits for the runtime to write its buffer, in milliseconds.
const FLUSH_MS: u64 = 50;

/// Waits for `work` for at most `limit`. After that, the work continues in the background.
///
/// This waits for the work itself. A message from a spawned task would not wake the waiting one.
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

/// The writer of a streamed body.
pub struct BodySender(mpsc::Sender<Result<Frame<Bytes>, anyhow::Error>>);

/// A body that is written while it is sent, one chunk at a time. The writer waits for the reader.
pub fn streamed() -> (BodySender, Body) {
    let (sender, receiver) = mpsc::channel(0);
    (BodySender(sender), spin_sdk::http::box_body(StreamBody::new(receiver)))
}

impl BodySender {
    /// Writes a chunk. Returns `false` if the reader is gone.
    pub async fn send(&mut self, chunk: Bytes) -> bool {
        self.0.send(Ok(Frame::data(chunk))).await.is_ok()
    }

    /// Aborts the body without waiting for the reader. If there still is a reader, it sees an incomplete
    /// body.
    pub fn break_off(&mut self, why: &'static str) {
        // Each clone of the sender has a slot of its own in the channel.
        let _ = self.0.clone().try_send(Err(anyhow::anyhow!(why)));
    }

    /// Aborts the body, so that the reader does not take it for complete.
    pub async fn fail(mut self, why: &'static str) {
        // The runtime discards data that it has not written yet, even the head. A short pause lets it write.
        clock::sleep(Duration::from_millis(FLUSH_MS)).await;
        let _ = self.0.send(Err(anyhow::anyhow!(why))).await;
    }
}
