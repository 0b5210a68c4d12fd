//! The bodies of a request and its response. A body releases the request's place while it waits for the client.

use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::connection::{ActiveRequest, Work};
use crate::place::{Acquiring, Place};

/// The body of a request. While the request waits for it, other requests can use its place.
pub(crate) struct RequestBody {
    body: Incoming,
    work: Arc<Work>,
    place: Arc<Place>,
    come: Option<Option<Result<Frame<Bytes>, hyper::Error>>>,
    acquiring: Option<Acquiring>,
}

impl RequestBody {
    pub(crate) fn new(body: Incoming, work: Arc<Work>, place: Arc<Place>) -> Self {
        Self { body, work, place, come: None, acquiring: None }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if this.come.is_none() {
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Pending => {
                    this.place.release();
                    this.work.body_awaited();
                    return Poll::Pending;
                }
                Poll::Ready(frame) => this.come = Some(frame),
            }
            this.work.body_received();
        }
        ready!(this.place.poll_return(&mut this.acquiring, cx));
        let frame = this.come.take().flatten();
        Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.come.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.come {
            None => self.body.size_hint(),
            Some(_) => SizeHint::default(),
        }
    }
}

/// The body of a response. It ends if its client stops reading.
pub(crate) struct ResponseBody {
    busy: ActiveRequest,
    acquiring: Option<Acquiring>,
}

impl ResponseBody {
    /// The response to a request.
    pub(crate) fn answer(response: Response<WasiBody>, busy: ActiveRequest) -> Response<Self> {
        response.map(|body| {
            busy.work.begin_response(body);
            Self { busy, acquiring: None }
        })
    }

    /// The result of `read` for the rest of the response.
    fn rest<T>(&self, read: impl FnOnce(&WasiBody) -> T) -> Option<T> {
        let answer = self.busy.work.answer.lock().unwrap_or_else(PoisonError::into_inner);
        answer.as_ref().map(read)
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let work = &this.busy.work;
        work.response_taken();
        if let Some(place) = work.place.get() {
            ready!(place.poll_return(&mut this.acquiring, cx));
        }
        let mut answer = work.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(body) = answer.as_mut() else {
            // The response was given up because the client did not read it.
            return Poll::Ready(Some(Err(Error::ConnectionWriteTimeout)));
        };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        if frame.is_some() {
            work.response_handed_over();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.rest(WasiBody::is_end_stream).unwrap_or(false)
    }

    fn size_hint(&self) -> SizeHint {
        self.rest(WasiBody::size_hint).unwrap_or_default()
    }
}
