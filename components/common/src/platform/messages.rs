//! Converts requests and responses between the runtime's types and those of the `http` crate.
//!
//! Each function of the runtime's types is a call of the host, and each list of fields is copied into this component's memory.
//! So no function here asks for the same thing twice. ARCHITECTURE.md has the calls of the host that an agent's call makes.
//!
//! This module must not send anything, and must not decide about a request.

use std::cell::Cell;
use std::fmt;

use ::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use http_body::Body as _;
use spin_sdk::wasip3::http::types::{self as wasi, ErrorCode};
use spin_sdk::wasip3::http_compat::{
    self, BodyWriter, IncomingMessage, RequestOptionsExtension, http_into_wasi_request,
};
use spin_sdk::wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader};
use spin_sdk::wasip3::wit_future;

use super::beside::{self, spawn};

/// An incoming request, whose body has not been read.
pub type Incoming = ::http::Request<IncomingBody>;
/// The body of an incoming request.
pub type IncomingBody = http_compat::IncomingBody<Message<wasi::Request>>;
/// A body that is buffered or passed through.
pub type Body = spin_sdk::http::BoxBody;
/// A response to send.
pub type Response = ::http::Response<Body>;

/// A request or response of the runtime with its headers, which the SDK asks for once more to read the content length.
pub struct Message<T> {
    message: T,
    /// The headers, until they are asked for.
    headers: Cell<Option<wasi::Headers>>,
}

impl<T> Message<T> {
    fn of(message: T, headers: wasi::Headers) -> Self {
        Self { message, headers: Cell::new(Some(headers)) }
    }
}

impl<T: IncomingMessage> IncomingMessage for Message<T> {
    fn get_headers(&self) -> wasi::Headers {
        self.headers.take().unwrap_or_else(|| self.message.get_headers())
    }

    fn consume_body(
        self,
        result: FutureReader<Result<(), ErrorCode>>,
    ) -> (StreamReader<u8>, FutureReader<Trailers>) {
        self.message.consume_body(result)
    }
}

/// Converts a request into the types of the `http` crate: method, path and query, headers and body.
///
/// The `spin-*` headers are removed. A client can send them too, and the client's headers come first. The
/// address of the peer, which is in the last of them of that name, becomes the header [`PEER`].
pub(super) fn incoming(request: wasi::Request) -> Result<Incoming, ErrorCode> {
    let method = Method::try_from(request.get_method());
    let path = PathAndQuery::try_from(request.get_path_with_query().unwrap_or_default());
    let authority = request.get_authority();
    let fields = request.get_headers();
    let copied = fields.copy_all();
    let mut headers = HeaderMap::try_with_capacity(copied.len()).map_err(|error| broken(&error))?;
    let mut peer = None;
    for (name, value) in copied {
        if name.eq_ignore_ascii_case(CLIENT_ADDR) {
            peer = HeaderValue::try_from(value).ok();
            continue;
        }
        if !is_of_spin(&name) {
            append(&mut headers, name, value)?;
        }
    }
    set_peer(&mut headers, peer);
    let mut incoming = Incoming::new(IncomingBody::new(Message::of(request, fields))?);
    *incoming.method_mut() = method.map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    *incoming.uri_mut() = uri(authority, path.map_err(|_| ErrorCode::HttpRequestUriInvalid)?);
    *incoming.headers_mut() = headers;
    Ok(incoming)
}

/// A URI with the path and, if it is valid, the authority.
fn uri(authority: Option<String>, path: PathAndQuery) -> Uri {
    let mut parts = Parts::default();
    parts.authority = authority.and_then(|authority| Authority::try_from(authority).ok());
    parts.scheme = parts.authority.is_some().then_some(Scheme::HTTP);
    parts.path_and_query = Some(path.clone());
    Uri::from_parts(parts).unwrap_or_else(|_| path.into())
}

/// The header with the address of the client's connection. A component that passes a request on passes it on
/// too. A client cannot choose it.
pub(crate) const PEER: HeaderName = HeaderName::from_static("x-nexus-peer");
/// Spin's header with the address of the peer. Spin appends it after those of the client.
const CLIENT_ADDR: &str = "spin-client-addr";
/// The address that Spin gives for a request of another component.
const CHAINED: &str = "0.0.0.0:0";

/// Sets [`PEER`] to the address that the runtime names. In a request of another component, the header stays.
fn set_peer(headers: &mut HeaderMap, peer: Option<HeaderValue>) {
    match peer {
        Some(peer) if peer == CHAINED => {}
        Some(peer) => {
            headers.insert(PEER, peer);
        }
        None => {
            headers.remove(PEER);
        }
    }
}

fn is_of_spin(name: &str) -> bool {
    name.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("spin-"))
}

fn broken(error: &impl fmt::Display) -> ErrorCode {
    ErrorCode::InternalError(Some(error.to_string()))
}

/// The trailers of a message, as the runtime reads them.
type Trailers = Result<Option<wasi::Trailers>, ErrorCode>;

/// The end of an empty body. Dropping this value writes that the body has no trailers. The write waits until the runtime
/// reads the end, and then wakes the component once more. It does neither if the runtime is reading the end already.
pub(super) type End = FutureWriter<Trailers>;

/// Converts a request into the runtime's own type. An empty body needs no stream, and no task that writes it. Its end is
/// dropped once the request is being sent.
pub(super) fn outgoing(
    request: ::http::Request<Body>,
) -> Result<(wasi::Request, Option<End>), ErrorCode> {
    if !request.body().is_end_stream() {
        beside::sdk_spawns();
        return http_into_wasi_request(request).map(|request| (request, None));
    }
    let (mut head, _) = request.into_parts();
    let headers = wasi::Headers::try_from(head.headers).map_err(|error| broken(&error))?;
    let options = head.extensions.remove::<RequestOptionsExtension>().map(|options| options.0);
    let (end, trailers) = no_trailers();
    let (converted, _) = wasi::Request::new(headers, None, trailers, options);
    let is_set = converted
        .set_method(&head.method.into())
        .and_then(|()| converted.set_scheme(head.uri.scheme().map(Into::into).as_ref()))
        .and_then(|()| {
            converted.set_authority(head.uri.authority().map(|authority| authority.as_str()))
        })
        .and_then(|()| {
            converted.set_path_with_query(head.uri.path_and_query().map(|path| path.as_str()))
        });
    is_set.map(|()| (converted, Some(end))).map_err(|()| ErrorCode::HttpRequestUriInvalid)
}

/// Converts a response with this status into the types of the `http` crate. Its body has not been read.
pub(super) fn received(status: u16, response: wasi::Response) -> Result<Response, ErrorCode> {
    let fields = response.get_headers();
    let copied = fields.copy_all();
    let mut headers = HeaderMap::try_with_capacity(copied.len()).map_err(|error| broken(&error))?;
    for (name, value) in copied {
        append(&mut headers, name, value)?;
    }
    let body = http_compat::IncomingBody::new(Message::of(response, fields))?;
    let mut received = Response::new(spin_sdk::http::box_body(body));
    *received.status_mut() = StatusCode::from_u16(status).map_err(|error| broken(&error))?;
    *received.headers_mut() = headers;
    Ok(received)
}

fn append(headers: &mut HeaderMap, name: String, value: Vec<u8>) -> Result<(), ErrorCode> {
    let name = HeaderName::try_from(name).map_err(|error| broken(&error))?;
    let value = HeaderValue::try_from(value).map_err(|error| broken(&error))?;
    headers.try_append(name, value).map(drop).map_err(|error| broken(&error))
}

/// Converts a response into the runtime's own type, as [`outgoing`] does a request.
pub(super) fn answer(response: Response) -> Result<wasi::Response, ErrorCode> {
    let (head, mut body) = response.into_parts();
    let headers = wasi::Headers::try_from(head.headers).map_err(|error| broken(&error))?;
    let (converted, _) = if body.is_end_stream() {
        wasi::Response::new(headers, None, no_trailers().1)
    } else {
        let (writer, contents, trailers) = BodyWriter::new();
        spawn(async move {
            // An error means that the body broke, which its reader learns from the writer, or that it has no reader.
            let _ = writer.send_http_body(&mut body).await;
        });
        wasi::Response::new(headers, Some(contents), trailers)
    };
    converted.set_status_code(head.status.as_u16()).map_err(|()| ErrorCode::HttpProtocolError)?;
    Ok(converted)
}

fn no_trailers() -> (End, FutureReader<Trailers>) {
    // The writer writes its default value when it is dropped.
    wit_future::new(|| Ok(None))
}
