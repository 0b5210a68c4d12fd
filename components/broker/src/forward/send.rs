//! The call itself: sent, tried again after a 401 with a token that was renewed, and its answer
//! passed on while it comes.

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body::{Body as _, Frame};
use nexus_common::broker::Stored;
use nexus_common::platform::clock;
use nexus_common::platform::http::{
    Body, BodySender, CallError, IncomingBody, Response, boxed, collect, full, pass, spawn,
    streamed,
};
use nexus_common::platform::sqlite::Value;
use nexus_common::store::read_row;
use nexus_common::{Error, Result};

use super::links::{self, JsonLinks, Links};
use super::mask::Mask;
use super::opened::Opened;
use super::outflow::Outflow;
use super::target::Target;
use super::usage::{self, Whose};
use super::{coding, headers, without_length};
use crate::check;
use crate::credential::Usable;
use crate::oauth::{self, For};

/// How often a call that takes long looks whether the integration may still be used.
const WATCH: Duration = Duration::from_secs(5);
/// The same in milliseconds.
const WATCH_MS: u64 = WATCH.as_millis() as u64;
/// Largest body that is kept for a second try, in bytes.
const KEPT: usize = 64 * 1024;
/// Largest answer that is passed on whole, in bytes.
const SMALL: usize = 64 * 1024;
/// Largest JSON with a length in which links are changed, in bytes: it is gathered first, because its
/// length changes.
const LINKED: usize = 1024 * 1024;

/// The body of a call.
pub(super) enum Upload {
    /// Small: it can be sent again.
    Whole(Bytes),
    /// It can be sent once.
    Stream(IncomingBody),
}

impl Upload {
    /// What `body` is. Only of a provider whose tokens are renewed a second try makes sense.
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
                let whole = collect(body, KEPT).await.map_err(|error| {
                    Error::invalid("", format!("the body did not arrive whole: {error}"))
                })?;
                Ok(Self::Whole(whole))
            }
            _ => Ok(Self::Stream(body)),
        }
    }
}

/// What is sent of a call, without the credential.
pub(super) struct Outgoing {
    pub(super) headers: HeaderMap,
    pub(super) upload: Upload,
}

impl Outgoing {
    /// The same, to be sent again, where it can be.
    fn again(&self) -> Option<Self> {
        let Upload::Whole(bytes) = &self.upload else { return None };
        Some(Self { headers: self.headers.clone(), upload: Upload::Whole(bytes.clone()) })
    }
}

/// What became of a call.
pub(super) enum Outcome {
    /// The provider's answer.
    Answer(Response),
    /// The integration was deleted or switched off meanwhile.
    Gone,
    /// Only a person can go on.
    Reauthorize(String),
}

/// A call on its way.
pub(super) struct Sent<'a> {
    pub(super) method: &'a Method,
    pub(super) target: &'a Target<'a>,
    pub(super) query: &'a str,
    /// The address of the integration at the proxy, as the agent named it.
    pub(super) hub: &'a str,
    pub(super) whose: Whose,
}

impl Sent<'_> {
    /// Sends it, and passes the answer on.
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
        let sent = Arc::new(AtomicU64::new(0));
        let begun = clock::now_ms();
        let mut answer = self.once(&opened.usable, outgoing, &sent).await;
        if is_refused(&answer) {
            let who = For::of(stored, request_id);
            let renewed = match is_oauth2 {
                true => oauth::after_refusal(&who, opened.usable.version).await,
                false => Ok(None),
            };
            match (renewed, again) {
                (Ok(Some(renewed)), Some(again)) => {
                    opened = opened.renewed(renewed)?;
                    answer = self.once(&opened.usable, again, &sent).await;
                }
                (Err(Error::ReauthorizationRequired(why)), _) => {
                    return Ok(Outcome::Reauthorize(why));
                }
                // It is the provider's answer then; whether the credential is dead is looked at.
                (Ok(_) | Err(_), _) => {}
            }
            if is_refused(&answer) {
                look_into_it(stored, request_id);
            }
        }
        // Who waited long for it may not be allowed it any more.
        if clock::now_ms().saturating_sub(begun) > WATCH_MS && !self.whose.is_active().await {
            answer = Ok(None);
        }
        match answer {
            Ok(Some(answer)) => Ok(Outcome::Answer(self.back(&opened, answer, sent).await)),
            Ok(None) => Ok(Outcome::Gone),
            Err(error) => {
                usage::count(self.whose, true, sent.load(Ordering::Relaxed));
                match error {
                    Error::ReauthorizationRequired(why) => Ok(Outcome::Reauthorize(why)),
                    other => Err(other),
                }
            }
        }
    }

    /// One try; `None` where the integration was deleted or switched off before an answer began.
    async fn once(
        &self,
        usable: &Usable,
        outgoing: Outgoing,
        sent: &Arc<AtomicU64>,
    ) -> Result<Option<Response>> {
        let Outgoing { mut headers, upload } = outgoing;
        let uri = self.target.inject(usable, self.query, &mut headers).await?;
        let request = |body| {
            let mut request = Request::new(body);
            *request.method_mut() = self.method.clone();
            *request.uri_mut() = uri;
            *request.headers_mut() = headers;
            request
        };
        match upload {
            Upload::Whole(bytes) => {
                sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                // It ends by itself: the runtime waits ten minutes for an answer to begin.
                pass(request(full(bytes))).await.map(Some).map_err(failure)
            }
            Upload::Stream(body) => {
                let counted = Counted { body, count: Arc::clone(sent) };
                self.watched(pass(request(boxed(counted)))).await
            }
        }
    }

    /// An upload is watched: it may take for ever.
    async fn watched(
        &self,
        send: impl Future<Output = Result<Response, CallError>>,
    ) -> Result<Option<Response>> {
        let mut send = pin!(send);
        loop {
            match select(&mut send, pin!(clock::sleep(WATCH))).await {
                Either::Left((answer, _)) => return answer.map(Some).map_err(failure),
                Either::Right(_) if self.whose.is_active().await => {}
                Either::Right(_) => return Ok(None),
            }
        }
    }

    /// The answer as it goes back: a small body whole, another by a task of its own.
    async fn back(self, opened: &Opened, answer: Response, sent: Arc<AtomicU64>) -> Response {
        let (mut head, body) = coding::undone(answer).into_parts();
        let readable = headers::is_readable(&head.headers);
        headers::back(&mut head.headers, &opened.needles);
        let is_error = head.status.is_client_error() || head.status.is_server_error();
        let is_part = head.status == StatusCode::PARTIAL_CONTENT;
        let length = head.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
        let length = length.and_then(|text| text.parse::<usize>().ok());
        let links = Links::of(opened, self.hub);
        if let Some(links) = &links {
            links.headers(&mut head.headers, self.target);
        }
        let is_linked = links::is_json(&head.headers) && length.is_none_or(|all| all <= LINKED);
        let links = links.filter(|_| is_linked);
        let largest = if links.is_some() { LINKED } else { SMALL };
        let mask = readable.then(|| Mask::new(&opened.needles, is_part));
        if *self.method == Method::HEAD || body.is_end_stream() {
            usage::count(self.whose, is_error, sent.load(Ordering::Relaxed));
            return Response::from_parts(head, full(""));
        }
        let (looked, watch) = (clock::now_ms(), Box::pin(clock::sleep(WATCH)));
        let whose = self.whose;
        let mut source = Source { body, whose, is_error, sent, looked, watch, received: 0 };
        let mut gathered = BytesMut::new();
        if let Some(length) = length.filter(|length| *length <= largest) {
            loop {
                // What is as long as it was to be has ended: to be told so would be two more waits.
                let next = match gathered.len() == length {
                    true => Next::End,
                    false => source.next().await,
                };
                match next {
                    Next::Chunk(chunk) => gathered.extend_from_slice(&chunk),
                    Next::End => {
                        source.count();
                        let whole = gathered.freeze();
                        let links = links.filter(|links| links.may_be_in(&whole));
                        let is_linked = links.is_some();
                        let outflow = Outflow { mask, links: links.map(JsonLinks::new) };
                        let whole = outflow.whole(whole);
                        if is_linked {
                            links::remove_digests(&mut head.headers);
                            head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
                        }
                        return Response::from_parts(head, full(whole));
                    }
                    // What has come is passed on, and that it broke off.
                    Next::Broken(why) => {
                        source.count();
                        let (mut sender, streamed) = streamed();
                        // Its length stands in the head: no link is changed in it.
                        let begin = Outflow { mask, links: None }.push(gathered.freeze());
                        spawn(async move {
                            sender.send(begin).await;
                            sender.fail(why).await;
                        });
                        return Response::from_parts(head, streamed);
                    }
                }
            }
        }
        if links.is_some() {
            links::remove_digests(&mut head.headers);
        }
        let outflow = Outflow { mask, links: links.map(JsonLinks::new) };
        let (sender, streamed) = streamed();
        spawn(async move {
            source.pump(sender, outflow).await;
            source.count();
        });
        Response::from_parts(head, streamed)
    }
}

fn is_refused(answer: &Result<Option<Response>>) -> bool {
    matches!(answer, Ok(Some(answer)) if answer.status() == StatusCode::UNAUTHORIZED)
}

/// Whether the credential is dead, found out beside the call: its answer does not wait for that.
fn look_into_it(stored: &Stored, request_id: &str) {
    let (stored, request_id) = (stored.clone(), request_id.to_owned());
    spawn(async move {
        if let Err(error) = check::after_a_401(&stored, &request_id).await {
            eprintln!("error request_id={request_id} check after a 401: {error:?}");
        }
    });
}

/// A body that comes, and what is counted of its call.
struct Source {
    body: Body,
    whose: Whose,
    is_error: bool,
    sent: Arc<AtomicU64>,
    /// When it was last seen that the integration may be used, in milliseconds.
    looked: u64,
    /// When it is looked again, where nothing comes meanwhile.
    watch: Pin<Box<dyn Future<Output = ()>>>,
    received: u64,
}

/// What comes next of it.
enum Next {
    Chunk(Bytes),
    End,
    Broken(&'static str),
}

impl Source {
    /// The next chunk; meanwhile it is watched whether the integration may still be used.
    async fn next(&mut self) -> Next {
        loop {
            let body = &mut self.body;
            let frame = std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
            let frame = match select(pin!(frame), &mut self.watch).await {
                Either::Left((frame, _)) => Some(frame),
                Either::Right(_) => None,
            };
            let now = clock::now_ms();
            if frame.is_none() || now.saturating_sub(self.looked) > WATCH_MS {
                (self.looked, self.watch) = (now, Box::pin(clock::sleep(WATCH)));
                if !self.whose.is_active().await {
                    return Next::Broken("the integration was deleted or switched off");
                }
            }
            match frame {
                None => {}
                Some(None) => return Next::End,
                Some(Some(Err(_))) => return Next::Broken("the provider's answer broke off"),
                Some(Some(Ok(frame))) => {
                    if let Ok(chunk) = frame.into_data() {
                        self.received += chunk.len() as u64;
                        return Next::Chunk(chunk);
                    }
                }
            }
        }
    }

    /// Counts the call, which has ended.
    fn count(self) {
        usage::count(self.whose, self.is_error, self.sent.load(Ordering::Relaxed) + self.received);
    }

    /// Passes it on until it ends or nobody reads any more.
    async fn pump(&mut self, mut sender: BodySender, mut outflow: Outflow) {
        loop {
            let chunk = match self.next().await {
                Next::Chunk(chunk) => chunk,
                Next::End => break,
                Next::Broken(why) => return sender.fail(why).await,
            };
            let chunk = outflow.push(chunk);
            if !chunk.is_empty() && !sender.send(chunk).await {
                return;
            }
        }
        let rest = outflow.finish();
        if !rest.is_empty() {
            sender.send(rest).await;
        }
    }
}

impl Whose {
    /// Whether the integration is there and switched on. Where that cannot be seen, it is.
    async fn is_active(&self) -> bool {
        let sql = "select status = 'active' from integrations where workspace = ?1 and id = ?2";
        let values =
            [Value::text(self.workspace.as_str()), Value::text(self.integration_id.as_str())];
        match read_row(sql, values).await {
            Ok(row) => row.and_then(|row| row.get(0)).unwrap_or(false),
            Err(_) => true,
        }
    }
}

fn failure(error: CallError) -> Error {
    match error {
        CallError::Timeout => {
            Error::ProviderTimeout("the provider did not begin to answer in time".into())
        }
        CallError::Denied => Error::EgressDenied("the host is not allowed (private_hosts)".into()),
        other => Error::Provider(format!("the provider did not answer: {other}")),
    }
}

/// A body whose bytes are counted.
struct Counted {
    body: IncomingBody,
    count: Arc<AtomicU64>,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = <IncomingBody as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.count.fetch_add(data.len() as u64, Ordering::Relaxed);
        }
        polled
    }
}
