//! An answer, and how it is put on the wire: whole, or in the ways that bodies fail to arrive.
//!
//! It must not decide what is answered: that is the provider's.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::channel::Channel;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::http::response::Builder;

/// The body of an answer.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// A provider's answer, before it is put on the wire.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// `status` with `body` as `application/json`.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    /// The same with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What happens to a reply on its way to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It is sent at once.
    #[default]
    Prompt,
    /// It is sent once the gate of the token answers is open.
    Gated,
    /// The connection is closed in its place.
    Dropped,
    /// Its length is announced, half of it is sent, and the connection is closed.
    HalfWay,
    /// Its first half is sent, then a byte every 100 ms for ever.
    Dripping,
}

impl Delivery {
    /// The response that carries `reply`.
    ///
    /// # Errors
    /// The connection is to be closed without one.
    pub(crate) fn carry(self, reply: Reply) -> io::Result<Response<Body>> {
        let mut builder = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            builder = builder.header(name, value);
        }
        let bytes = Bytes::from(reply.body);
        let half = bytes.slice(..bytes.len() / 2);
        Ok(match self {
            Self::Prompt | Self::Gated => finish(builder, full(bytes)),
            Self::Dropped => return Err(io::Error::other("the simulated provider hung up")),
            Self::HalfWay => {
                finish(builder.header("content-length", bytes.len().to_string()), stopping(half))
            }
            Self::Dripping => finish(builder, dripping(half)),
        })
    }
}

/// A body that is all there.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

/// The response of a builder whose parts are literals or visible ASCII; a 500 stands for the rest.
pub(crate) fn finish(builder: Builder, body: Body) -> Response<Body> {
    builder.body(body).unwrap_or_else(|_| {
        let mut response = Response::new(full("a simulator's answer had a header that is none"));
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// A body that breaks off after `first`, and the connection with it.
pub(crate) fn stopping(first: Bytes) -> Body {
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let _ = sender.send_data(first).await;
        // Long enough for the bytes to leave before the connection closes.
        tokio::time::sleep(Duration::from_millis(30)).await;
        sender.abort(io::Error::other("the simulated provider hung up"));
    });
    body.boxed()
}

/// A body that goes on after `first` for as long as somebody reads: a byte every 100 ms.
pub(crate) fn dripping(first: Bytes) -> Body {
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let mut next = first;
        while sender.send_data(next).await.is_ok() {
            next = Bytes::from_static(b".");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    body.boxed()
}
