//! Sends the call, retries it after a 401 with a renewed token, and passes the response on as it arrives.
//!
//! This module must not send a body twice that cannot be repeated, and must not pass on a response after the
//! caller has lost the right to the call.

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body::Body as _;
use nexus_common::broker::Stored;
use nexus_common::forward::{KEPT, Wait};
use nexus_common::http::whole;
use nexus_common::platform::clock;
use nexus_common::platform::http::{
    Body, BodySender, CallError, IncomingBody, Response, boxed, full, pass, spawn, streamed,
};
use nexus_common::{Error, Result};
use nexus_vault::credential::Usable;

use super::at_work::AtWork;
use super::dead::{self, Witness};
use super::links::{self, JsonLinks, Links};
use super::opened::Opened;
use super::outflow::Outflow;
use super::right::{Lost, Right};
use super::target::Target;
use super::upload::{Counted, Pace, Progress, too_slow};
use super::{Waiting, headers, refreshing, usage, without_length};
use crate::oauth::{self, Found, IntegrationContext};
use crate::provider::call::unanswered;
use crate::provider::mask::Mask;
use crate::provider::{coding, egress};

/// The interval in which a long call checks whether it may go on.
const WATCH: Duration = Duration::from_secs(5);
/// The interval in which the progress of an upload is checked.
const LOOK: Duration = Duration::from_secs(1);
/// How long a response may take to begin, in seconds, if the manifest does not say.
const FIRST_BYTE_SECONDS: u16 = 120;
/// [`WATCH`] in milliseconds.
const WATCH_MS: u64 = WATCH.as_millis() as u64;
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

/// The body of a call.
pub(super) enum Upload {
    /// A small body in memory, which can be sent again.
    Whole(Bytes),
    /// A body that can be sent once, and its length if that is known.
    Stream(IncomingBody, Option<u64>),
}

impl Upload {
    /// Reads a small `body` into memory if a retry makes sense, which is only the case for tokens that are
    /// refreshed.
    pub(super) async fn of(
        usable: &Usable,
        method: &Method,
        headers: &mut HeaderMap,
        body: IncomingBody,
    ) -> Result<Self> {
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let length: Option<usize> = length.and_then(|text| text.parse().ok());
        match length {
            Some(0) => {
                without_length(headers, method);
                Ok(Self::Whole(Bytes::new()))
            }
            Some(length) if length <= KEPT && usable.sourced.manifest.auth_method.is_oauth2() => {
                whole(body, KEPT).await.map(Self::Whole)
            }
            length => Ok(Self::Stream(body, length.map(|length| length as u64))),
        }
    }
}

/// The headers and the body of a call, without the credential.
pub(super) struct Outgoing {
    pub(super) headers: HeaderMap,
    pub(super) upload: Upload,
}

impl Outgoing {
    /// A copy for a retry. `None` if the body cannot be sent again.
    fn again(&self) -> Option<Self> {
        let Upload::Whole(bytes) = &self.upload else { return None };
        Some(Self { headers: self.headers.clone(), upload: Upload::Whole(bytes.clone()) })
    }
}

/// The outcome of a call.
pub(super) enum Outcome {
    /// The provider's response.
    Answer(Response),
    /// The caller has lost the right to the call.
    Lost(Lost),
    /// A person must connect the integration again.
    Reauthorize(String),
    /// The token is being refreshed. The call can be sent again after that.
    Wait(Wait),
}

/// A call that is being sent.
pub(super) struct Sent<'a> {
    pub(super) method: &'a Method,
    pub(super) target: &'a Target<'a>,
    pub(super) query: &'a str,
    /// The address of the integration at the proxy, as the agent spelled it.
    pub(super) hub: &'a str,
    pub(super) right: Right,
    pub(super) at_work: AtWork,
    pub(super) waiting: Waiting,
}

impl Sent<'_> {
    /// Sends the call, and passes the response on.
    ///
    /// # Errors
    /// [`Error::EgressDenied`], [`Error::Provider`], [`Error::ProviderTimeout`], …
    pub(super) async fn through(
        self,
        mut opened: Rc<Opened>,
        outgoing: Outgoing,
        stored: &Stored,
        request_id: &str,
    ) -> Result<Outcome> {
        let is_oauth2 = opened.usable.sourced.manifest.auth_method.is_oauth2();
        let again = if is_oauth2 { outgoing.again() } else { None };
        let sent = Progress::begun();
        let begun = clock::now_ms();
        let mut answer = self.once(&opened.usable, outgoing, &sent).await;
        if is_refused(&answer) {
            let context = IntegrationContext::of(stored, request_id);
            let renewed = match is_oauth2 {
                true => self.renewed(&context, opened.usable.version).await,
                false => Ok(None),
            };
            match (renewed, again) {
                (Ok(Some(Found::Refreshing { version, seconds })), Some(_)) => {
                    return Ok(Outcome::Wait(refreshing(context.key.id, version, seconds)));
                }
                (Ok(Some(Found::Usable(renewed))), Some(again)) => {
                    opened = opened.renewed(*renewed)?;
                    answer = self.once(&opened.usable, again, &sent).await;
                }
                (Err(Error::ReauthorizationRequired(why)), _) => {
                    return Ok(Outcome::Reauthorize(why));
                }
                // The provider's 401 is passed on, and the credential is checked.
                (Ok(_) | Err(_), _) => {}
            }
            if is_refused(&answer) {
                dead::look_into_it(stored, request_id);
            }
        } else if is_oauth2 && may_be_dead(&answer) {
            dead::look_into_it(stored, request_id);
        }
        // The caller may have lost the right to the call while it waited for the response.
        if clock::now_ms().saturating_sub(begun) > WATCH_MS
            && let Some(lost) = self.right.lost().await
        {
            answer = Ok(Err(lost));
        }
        match answer {
            Ok(Ok(answer)) => {
                let witness = {
                    let manifest = &opened.usable.sourced.manifest;
                    Witness::of(manifest, answer.headers(), stored, request_id)
                };
                self.back(&opened, answer, sent, witness).await
            }
            Ok(Err(lost)) => Ok(Outcome::Lost(lost)),
            Err(error) => {
                usage::count(self.right.whose, true, sent.bytes());
                match error {
                    Error::ReauthorizationRequired(why) => Ok(Outcome::Reauthorize(why)),
                    other => Err(other),
                }
            }
        }
    }

    /// The replacement of a token that the provider rejected. `None` if there is no other token.
    async fn renewed(
        &self,
        context: &IntegrationContext<'_>,
        version: i64,
    ) -> Result<Option<Found>> {
        if self.waiting == Waiting::Here {
            return Ok(oauth::after_refusal(context, version).await?.map(Found::from));
        }
        Ok(match oauth::after_refusal_or_refreshing(context, version).await? {
            Found::Usable(usable) if usable.version == version => None,
            Found::Refreshing { .. } if self.waiting == Waiting::Over => None,
            found => Some(found),
        })
    }

    /// Sends the call once. The outer error is that the call failed. The inner error is that the caller lost
    /// the right to the call before a response began.
    async fn once(
        &self,
        usable: &Usable,
        outgoing: Outgoing,
        sent: &Arc<Progress>,
    ) -> Result<Result<Response, Lost>> {
        let Outgoing { mut headers, upload } = outgoing;
        let uri = self.target.inject(usable, self.query, &mut headers).await?;
        let seconds = usable.sourced.manifest.api.first_byte_seconds.unwrap_or(FIRST_BYTE_SECONDS);
        let first_byte = Duration::from_secs(seconds.into());
        let request = |body| {
            let mut request = Request::new(body);
            *request.method_mut() = self.method.clone();
            *request.uri_mut() = uri;
            *request.headers_mut() = headers;
            request
        };
        match upload {
            Upload::Whole(bytes) => {
                sent.is_here(bytes.len());
                let answer = clock::within(first_byte, pass(request(full(bytes)))).await;
                answer
                    .unwrap_or(Err(CallError::Timeout))
                    .map(Ok)
                    .map_err(|error| failure(error, first_byte))
            }
            Upload::Stream(body, length) => {
                let counted = Counted { body, length, progress: Arc::clone(sent) };
                self.watched(pass(request(boxed(counted))), first_byte, sent).await
            }
        }
    }

    /// Sends an upload, and checks meanwhile that its body arrives and that the caller may still make the
    /// call.
    async fn watched(
        &self,
        send: impl Future<Output = Result<Response, CallError>>,
        first_byte: Duration,
        sent: &Progress,
    ) -> Result<Result<Response, Lost>> {
        let mut send = pin!(send);
        let mut pace = Pace::new(first_byte, clock::now_ms());
        let mut looked = clock::now_ms();
        loop {
            match select(&mut send, pin!(clock::sleep(LOOK))).await {
                Either::Left((Err(_), _)) if sent.is_broken() => return Err(Error::BrokenBody),
                Either::Left((answer, _)) => {
                    return answer.map(Ok).map_err(|error| failure(error, first_byte));
                }
                Either::Right(_) => pace.check(sent, clock::now_ms())?,
            }
            let now = clock::now_ms();
            if now.saturating_sub(looked) >= WATCH_MS {
                looked = now;
                if let Some(lost) = self.right.lost().await {
                    return Ok(Err(lost));
                }
            }
        }
    }

    /// The response for the caller. A small body is returned whole, and any other is streamed by a task of
    /// its own.
    ///
    /// # Errors
    /// [`Error::Provider`] if the response breaks before any byte of it was passed on.
    async fn back(
        self,
        opened: &Opened,
        answer: Response,
        sent: Arc<Progress>,
        mut witness: Witness,
    ) -> Result<Outcome> {
        let (mut head, body) = coding::undone(answer).into_parts();
        let readable = headers::is_readable(&head.headers);
        headers::back(&mut head.headers, &opened.needles);
        let is_error = head.status.is_client_error() || head.status.is_server_error();
        let is_part = head.status == StatusCode::PARTIAL_CONTENT;
        let length = head.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
        let length = length.and_then(|text| text.parse::<usize>().ok());
        let links = Links::of(opened, self.hub);
        if let (Some(links), Ok(guard)) = (&links, egress::guard().await) {
            links.headers(&mut head.headers, self.target, &|url| guard.is_own(url));
        }
        let is_linked = links::is_json(&head.headers) && length.is_none_or(|all| all <= LINKED);
        let is_linked = is_linked && links.as_ref().is_some_and(Links::is_for_json);
        let links = links.filter(|_| is_linked);
        let largest = if links.is_some() { LINKED } else { SMALL };
        let mask = readable.then(|| Mask::new(&opened.needles, is_part));
        let is_empty = headers::has_no_body(&mut head, self.method);
        if is_empty || body.is_end_stream() {
            usage::count(self.right.whose, is_error, sent.bytes());
            return Ok(Outcome::Answer(Response::from_parts(head, full(""))));
        }
        let (looked, watch) = (clock::now_ms(), Box::pin(clock::sleep(WATCH)));
        let (right, at_work) = (self.right, self.at_work);
        let mut source =
            Source { body, length, right, at_work, is_error, sent, looked, watch, received: 0 };
        let is_small = length.is_some_and(|length| length <= largest);
        let wait = if headers::is_event_stream(&head.headers) { 0 } else { BEGIN_MS };
        let until = looked + wait;
        let mut gathered = BytesMut::new();
        while is_small || (gathered.len() <= SMALL && clock::now_ms() < until) {
            // A body that has reached its content length is complete. Waiting for the end of the stream would
            // cost two more host calls.
            let next = match length == Some(gathered.len()) {
                true => Next::End,
                false if is_small => source.next().await,
                false => {
                    let left = Duration::from_millis(until.saturating_sub(clock::now_ms()));
                    match clock::within(left, source.next()).await {
                        Some(next) => next,
                        None => break,
                    }
                }
            };
            match next {
                Next::Chunk(chunk) => gathered.extend_from_slice(&chunk),
                Next::End => {
                    source.count();
                    let whole = gathered.freeze();
                    witness.see(&whole);
                    witness.judge();
                    let links = links.filter(|links| links.may_be_in(&whole));
                    if links.is_some() {
                        links::remove_digests(&mut head.headers);
                    }
                    let outflow = Outflow { mask, links: links.map(JsonLinks::new) };
                    let whole = outflow.whole(whole);
                    head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
                    return Ok(Outcome::Answer(Response::from_parts(head, full(whole))));
                }
                Next::Broken => {
                    let (status, bytes) = (head.status.as_u16(), gathered.len());
                    source.is_error = true;
                    source.count();
                    return Err(Error::Provider(format!(
                        "the provider's response ({status}) broke off after {bytes} bytes. The call \
                         may have been carried out: check that before you repeat it"
                    )));
                }
                Next::Lost(lost) => {
                    source.count();
                    return Ok(Outcome::Lost(lost));
                }
            }
        }
        if links.is_some() {
            links::remove_digests(&mut head.headers);
        }
        let outflow = Outflow { mask, links: links.map(JsonLinks::new) };
        let (sender, streamed) = streamed();
        spawn(async move {
            source.pump(sender, outflow, gathered.freeze(), witness).await;
            source.count();
        });
        Ok(Outcome::Answer(Response::from_parts(head, streamed)))
    }
}

fn may_be_dead(answer: &Result<Result<Response, Lost>>) -> bool {
    matches!(answer, Ok(Ok(answer)) if dead::may_say_so(answer.status()))
}

fn is_refused(answer: &Result<Result<Response, Lost>>) -> bool {
    matches!(answer, Ok(Ok(answer)) if answer.status() == StatusCode::UNAUTHORIZED)
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
    /// The body is complete.
    End,
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
                    return Next::Lost(lost);
                }
            }
            let body = &mut self.body;
            let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
            match select(pin!(frame), &mut self.watch).await {
                // The right must be checked.
                Either::Right(_) => self.looked = 0,
                Either::Left((Some(Err(_)), _)) => return Next::Broken,
                Either::Left((None, _)) => {
                    return match self.length.is_some_and(|length| self.received < length as u64) {
                        true => Next::Broken,
                        false => Next::End,
                    };
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

    /// Counts the call after its end.
    fn count(self) {
        drop(self.at_work);
        usage::count(self.right.whose, self.is_error, self.sent.bytes() + self.received);
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
                Next::End => break,
                Next::Broken => return sender.fail("the provider's response broke off").await,
                Next::Lost(lost) => return sender.fail(lost.why()).await,
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

    /// Waits until the client has read a chunk, while the call may go on. Returns whether it may still go on.
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

fn failure(error: CallError, first_byte: Duration) -> Error {
    match error {
        CallError::Timeout => too_slow(first_byte),
        CallError::Denied => Error::EgressDenied(
            "the host is not allowed: the operator can add it to `private_hosts`".into(),
        ),
        other => Error::Provider(unanswered(&other)),
    }
}
