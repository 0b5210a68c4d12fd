//! A response, and how it is sent: whole, or in one of the ways in which bodies fail to arrive.
//!
//! This module must not decide about the contents of a response. The provider does.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::channel::Channel;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::http::response::Builder;

/// The body of a response.
pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// A provider's response before it is sent.
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

/// How a reply is sent to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// At once.
    #[default]
    Prompt,
    /// When the gate for responses of the token endpoint is open.
    Gated,
    /// The connection is closed instead.
    Dropped,
    /// Its length is announced, half of it is sent, and the connection is closed.
    HalfWay,
    /// The first half is sent, and then a byte every 100 ms for ever.
    Dripping,
}

impl Delivery {
    /// The response that carries `reply`.
    ///
    /// # Errors
    /// The connection must be closed without a response.
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

/// A complete body.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

/// The response of a builder whose parts are literals or visible ASCII. It is a 500 if they are not.
pub(crate) fn finish(builder: Builder, body: Body) -> Response<Body> {
    builder.body(body).unwrap_or_else(|_| {
        let mut response = Response::new(full("a simulator's answer had a header that is none"));
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// A body that is cut off after `first`, together with the connection.
pub(crate) fn stopping(first: Bytes) -> Body {
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let _ = sender.send_data(first).await;
        // Long enough for the bytes to be sent before the connection closes.
        tokio::time::sleep(Duration::from_millis(30)).await;
        sender.abort(io::Error::other("the simulated provider hung up"));
    });
    body.boxed()
}

/// A body that continues after `first` while the client reads: a byte every 100 ms.
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
