//! Passes the provider's response on: a small body whole, and any other while it arrives.
//!
//! This module must not pass on a byte that the mask has not seen, and must stop as soon as the caller loses the right
//! to the call.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use http::response::Parts;
use http::{HeaderMap, StatusCode, header};
use http_body::Body as _;
use nexus_common::platform::beside::spawn;
use nexus_common::platform::clock;
use nexus_common::platform::http::{Body, BodySender, Response, full, streamed};
use nexus_common::{Error, Result};

use super::{Outcome, Sent, WATCH, WATCH_MS};
use crate::operations::forward::at_work::AtWork;
use crate::operations::forward::dead::Witness;
use crate::operations::forward::links::{self, JsonLinks, Links};
use crate::operations::forward::opened::Opened;
use crate::operations::forward::outflow::Outflow;
use crate::operations::forward::right::{Lost, Right};
use crate::operations::forward::upload::Progress;
use crate::operations::forward::{headers, usage};
use crate::provider::mask::Mask;
use crate::provider::{coding, egress};

/// How long a client may leave a response unread, in milliseconds.
const UNREAD_MS: u64 = 120_000;
/// The maximum size of a response that is passed on whole, in bytes.
const SMALL: usize = 64 * 1024;
/// How long a response without a length, or a large one, is buffered before it is streamed, in milliseconds.
/// If it ends or breaks in this time, the status can still show that.
const BEGIN_MS: u64 = 100;
/// The maximum size of JSON with a length in which links are changed, in bytes. It is buffered, because its
/// length changes.
const LINKED: usize = 1024 * 1024;

impl Sent<'_> {
    /// The response for the caller. A small body is returned whole, and any other is streamed by a task of
    /// its own.
    ///
    /// # Errors
    /// [`Error::Provider`] if the response breaks before any byte of it was passed on.
    pub(super) async fn back(
        self,
        opened: &Opened,
        answer: Response,
        sent: Arc<Progress>,
        witness: Witness,
    ) -> Result<Outcome> {
        let (mut head, body) = coding::undone(answer).into_parts();
        let readable = headers::is_readable(&head.headers);
        headers::back(&mut head.headers, &opened.needles);
        let is_error = head.status.is_client_error() || head.status.is_server_error();
        let is_part = head.status == StatusCode::PARTIAL_CONTENT;
        let length = content_length(&head.headers);
        let links = self.links(opened, &mut head.headers, length).await;
        let mask = readable.then(|| Mask::new(&opened.needles, is_part));
        let is_empty = headers::has_no_body(&mut head, self.method);
        if is_empty || body.is_end_stream() {
            usage::count(self.right, is_error, sent.bytes());
            return Ok(Outcome::Answer(Response::from_parts(head, full(""))));
        }
        let largest = if links.is_some() { LINKED } else { SMALL };
        let is_small = length.is_some_and(|length| length <= largest);
        let wait_ms = if headers::is_event_stream(&head.headers) { 0 } else { BEGIN_MS };
        let (looked, watch) = (clock::now_ms(), Box::pin(clock::sleep(WATCH)));
        let (right, at_work) = (self.right, self.at_work);
        let mut source =
            Source { body, length, right, at_work, is_error, sent, looked, watch, received: 0 };
        let (begin, end) = source.gather(is_small, wait_ms).await;
        let passing = Passing { head, source, mask, links, witness };
        match end {
            None => Ok(Outcome::Answer(passing.stream(begin))),
            Some(End::Complete) => Ok(Outcome::Answer(passing.whole(begin))),
            Some(End::Broken) => Err(passing.broken(begin.len())),
            Some(End::Lost(lost)) => {
                passing.source.count();
                Ok(Outcome::Lost(lost))
            }
        }
    }

    /// Changes the links in the headers. Returns the links to change in the body, if it is JSON that may be
    /// buffered.
    async fn links(
        &self,
        opened: &Opened,
        headers: &mut HeaderMap,
        length: Option<usize>,
    ) -> Option<Links> {
        let links = Links::of(opened, self.hub);
        if let Some(links) = links.as_ref().filter(|_| Links::are_in(headers))
            && let Ok(guard) = egress::guard().await
        {
            links.headers(headers, self.target, &|url| guard.is_own(url));
        }
        let may_be_linked = links::is_json(headers) && length.is_none_or(|all| all <= LINKED);
        links.filter(|links| may_be_linked && links.is_for_json())
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A response on its way to the caller.
struct Passing {
    head: Parts,
    source: Source,
    /// The mask, if the body is of a type that is searched.
    mask: Option<Mask>,
    /// The links to change in the body.
    links: Option<Links>,
    witness: Witness,
}

impl Passing {
    /// The response with the whole `body`.
    fn whole(mut self, body: Bytes) -> Response {
        self.source.count();
        self.witness.see(&body);
        self.witness.judge();
        let links = self.links.filter(|links| links.may_be_in(&body));
        if links.is_some() {
            links::remove_digests(&mut self.head.headers);
        }
        let outflow = Outflow { mask: self.mask, links: links.map(JsonLinks::new) };
        let body = outflow.whole(body);
        self.head.headers.insert(header::CONTENT_LENGTH, body.len().into());
        Response::from_parts(self.head, full(body))
    }

    /// The response with a body that begins with `begin`, and is streamed by a task of its own.
    fn stream(mut self, begin: Bytes) -> Response {
        if self.links.is_some() {
            links::remove_digests(&mut self.head.headers);
        }
        let Self { head, mut source, mask, links, witness } = self;
        let outflow = Outflow { mask, links: links.map(JsonLinks::new) };
        let (sender, streamed) = streamed();
        spawn(async move {
            source.pump(sender, outflow, begin, witness).await;
            source.count();
        });
        Response::from_parts(head, streamed)
    }

    /// The error for a response that broke off after `received` bytes, none of which was passed on.
    fn broken(mut self, received: usize) -> Error {
        let status = self.head.status.as_u16();
        self.source.is_error = true;
        self.source.count();
        Error::Provider(format!(
            "the provider's response ({status}) broke off after {received} bytes. The call may have \
             been carried out: check that before you repeat it"
        ))
    }
}

/// The body of a response, with the data to count its call.
struct Source {
    body: Body,
    /// The content length, if the response has one.
    length: Option<usize>,
    right: Right,
    /// The call's place among the concurrent calls, until the call has ended.
    at_work: AtWork,
    is_error: bool,
    sent: Arc<Progress>,
    /// When the right to the call was last checked, in milliseconds.
    looked: u64,
    /// Resolves when the right must be checked again, if no chunk arrives before.
    watch: Pin<Box<dyn Future<Output = ()>>>,
    received: u64,
}

/// The next part of a body.
enum Next {
    Chunk(Bytes),
    End(End),
}

/// How a body ends.
enum End {
    /// The body is complete.
    Complete,
    /// The body is incomplete, and no more bytes will arrive.
    Broken,
    /// The caller has lost the right to the call.
    Lost(Lost),
}

impl Source {
    /// The next chunk. Meanwhile, the right to the call is checked. This can be cancelled without losing a
    /// chunk, because a chunk is returned as soon as it arrives.
    async fn next(&mut self) -> Next {
        loop {
            let now = clock::now_ms();
            if now.saturating_sub(self.looked) > WATCH_MS {
                (self.looked, self.watch) = (now, Box::pin(clock::sleep(WATCH)));
                if let Some(lost) = self.right.lost().await {
                    return Next::End(End::Lost(lost));
                }
            }
            let body = &mut self.body;
            let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
            match select(pin!(frame), &mut self.watch).await {
                // The right must be checked.
                Either::Right(_) => self.looked = 0,
                Either::Left((Some(Err(_)), _)) => return Next::End(End::Broken),
                Either::Left((None, _)) => {
                    let is_cut = self.length.is_some_and(|length| self.received < length as u64);
                    return Next::End(if is_cut { End::Broken } else { End::Complete });
                }
                Either::Left((Some(Ok(frame)), _)) => {
                    if let Ok(chunk) = frame.into_data() {
                        self.received += chunk.len() as u64;
                        return Next::Chunk(chunk);
                    }
                }
            }
        }
    }

    /// Buffers a small body whole, and of any other body the bytes that arrive within `wait_ms`. Returns how the
    /// body ended, or `None` if more of it is to come.
    async fn gather(&mut self, is_small: bool, wait_ms: u64) -> (Bytes, Option<End>) {
        let until = self.looked + wait_ms;
        let mut gathered = BytesMut::new();
        while is_small || (gathered.len() <= SMALL && clock::now_ms() < until) {
            // A body that has reached its content length is complete. Waiting for the end of the stream would
            // cost two more host calls.
            let next = match self.length == Some(gathered.len()) {
                true => Next::End(End::Complete),
                false if is_small => self.next().await,
                false => {
                    let left = Duration::from_millis(until.saturating_sub(clock::now_ms()));
                    match clock::within(left, self.next()).await {
                        Some(next) => next,
                        None => break,
                    }
                }
            };
            match next {
                // A body that arrives at once is not copied.
                Next::Chunk(chunk) if self.length == Some(chunk.len()) && gathered.is_empty() => {
                    return (chunk, Some(End::Complete));
                }
                Next::Chunk(chunk) => gathered.extend_from_slice(&chunk),
                Next::End(end) => return (gathered.freeze(), Some(end)),
            }
        }
        (gathered.freeze(), None)
    }

    /// Counts the call after its end.
    fn count(self) {
        drop(self.at_work);
        usage::count(self.right, self.is_error, self.sent.bytes() + self.received);
    }

    /// Passes the body on, beginning with `begin`, until it ends or the client stops reading.
    async fn pump(
        &mut self,
        mut sender: BodySender,
        mut outflow: Outflow,
        begin: Bytes,
        mut witness: Witness,
    ) {
        let mut next = Next::Chunk(begin);
        loop {
            let chunk = match next {
                Next::Chunk(chunk) => chunk,
                Next::End(End::Complete) => break,
                Next::End(End::Broken) => {
                    self.right.record.note_break();
                    return sender.fail("the provider's response broke off").await;
                }
                Next::End(End::Lost(lost)) => {
                    self.right.record.note_loss(lost.rule());
                    return sender.fail(lost.why()).await;
                }
            };
            witness.see(&chunk);
            let chunk = outflow.push(chunk);
            if !chunk.is_empty() && !self.deliver(&mut sender, chunk).await {
                return;
            }
            next = self.next().await;
        }
        witness.judge();
        let rest = outflow.finish();
        if !rest.is_empty() {
            self.deliver(&mut sender, rest).await;
        }
    }

    /// Waits until the client has read a chunk. Returns `false` if the call ends here.
    async fn deliver(&mut self, sender: &mut BodySender, chunk: Bytes) -> bool {
        let begun = clock::now_ms();
        let why = {
            let mut sending = pin!(sender.send(chunk));
            loop {
                if let Either::Left((is_read, _)) = select(&mut sending, &mut self.watch).await {
                    return is_read;
                }
                (self.looked, self.watch) = (clock::now_ms(), Box::pin(clock::sleep(WATCH)));
                if let Some(lost) = self.right.lost().await {
                    self.right.record.note_loss(lost.rule());
                    break lost.why();
                }
                if self.looked.saturating_sub(begun) > UNREAD_MS {
                    break "the client has read nothing for two minutes";
                }
            }
        };
        sender.break_off(why);
        false
    }
}
