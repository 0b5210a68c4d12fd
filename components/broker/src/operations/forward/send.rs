//! Sends the call, and retries it after a 401 with a renewed token. `response` passes the response on.
//!
//! This module must not send a body twice that cannot be repeated, and must not pass on a response after the
//! caller has lost the right to the call.

mod response;

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderMap, Method, Request, StatusCode, header};
use nexus_common::broker::Stored;
use nexus_common::forward::{KEPT, Wait};
use nexus_common::http::whole;
use nexus_common::platform::clock;
use nexus_common::platform::http::{
    CallError, IncomingBody, Response, boxed, full, limit_first_byte, pass,
};
use nexus_common::{Error, Result};
use nexus_vault::credential::Usable;

use super::at_work::AtWork;
use super::dead::{self, Witness};
use super::opened::Opened;
use super::right::{Lost, Right};
use super::target::Target;
use super::upload::{Counted, Pace, Progress, too_slow};
use super::waiting::{Waiting, refreshing};
use super::{usage, without_length};
use crate::oauth::{self, Found, IntegrationContext};
use crate::provider::call::unanswered;

/// The interval in which a long call checks that its caller still has the right to it.
const WATCH: Duration = Duration::from_secs(4);
/// The interval in which the progress of an upload is checked.
const LOOK: Duration = Duration::from_secs(1);
/// How long a response may take to begin, in seconds, if the manifest does not say.
const FIRST_BYTE_SECONDS: u16 = 120;
/// [`WATCH`] in milliseconds.
const WATCH_MS: u64 = WATCH.as_millis() as u64;

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
            Some(length) if length <= KEPT && usable.sourced.manifest.auth_method.has_tokens() => {
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

/// The response to one request. The outer error is that the call failed. The inner error is that the caller lost
/// the right to the call before a response began.
type Answer = Result<Result<Response, Lost>>;

/// The result of a retry after the provider's 401.
enum Retry {
    /// The call was sent with a renewed token.
    Sent(Rc<Opened>, Answer),
    /// The call was not sent again. It has this outcome.
    Instead(Outcome),
    /// There is no other token, or the body cannot be sent again.
    Impossible,
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
        let has_tokens = opened.usable.sourced.manifest.auth_method.has_tokens();
        let again = if has_tokens { outgoing.again() } else { None };
        let begun = clock::now_ms();
        let sent = Progress::begun(begun);
        let mut answer = self.once(&opened.usable, outgoing, &sent).await;
        let was_refused = is_refused(&answer);
        if was_refused && has_tokens {
            let context = IntegrationContext::of(stored, request_id);
            match self.retry(&opened, again, &context, &sent).await? {
                Retry::Sent(renewed, second) => (opened, answer) = (renewed, second),
                Retry::Instead(outcome) => return Ok(outcome),
                Retry::Impossible => {}
            }
        }
        if is_refused(&answer) || (!was_refused && has_tokens && may_be_dead(&answer)) {
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
                usage::count(self.right, true, sent.bytes());
                match error {
                    Error::ReauthorizationRequired(why) => Ok(Outcome::Reauthorize(why)),
                    other => Err(other),
                }
            }
        }
    }

    /// Renews the token after a 401, and sends the call again if its body can be sent again.
    async fn retry(
        &self,
        opened: &Opened,
        again: Option<Outgoing>,
        context: &IntegrationContext<'_>,
        sent: &Arc<Progress>,
    ) -> Result<Retry> {
        Ok(match (self.renewed(context, opened.usable.version).await, again) {
            (Ok(Some(Found::Refreshing { version, seconds })), Some(_)) => {
                Retry::Instead(Outcome::Wait(refreshing(context.key.id, version, seconds, true)))
            }
            (Ok(Some(Found::Usable(renewed))), Some(again)) => {
                // The refresh may have taken long.
                if let Some(lost) = self.right.lost().await {
                    return Ok(Retry::Instead(Outcome::Lost(lost)));
                }
                let opened = opened.renewed(*renewed)?;
                self.right.record.note_replay();
                let answer = self.once(&opened.usable, again, sent).await;
                Retry::Sent(opened, answer)
            }
            (Err(Error::ReauthorizationRequired(why)), _) => {
                Retry::Instead(Outcome::Reauthorize(why))
            }
            // The provider's 401 is passed on, and the credential is checked.
            (Ok(_) | Err(_), _) => Retry::Impossible,
        })
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

    /// Sends the call once.
    async fn once(&self, usable: &Usable, outgoing: Outgoing, sent: &Arc<Progress>) -> Answer {
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
                let mut request = request(full(bytes));
                limit_first_byte(&mut request, first_byte);
                pass(request).await.map(Ok).map_err(|error| failure(error, first_byte))
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
    ) -> Answer {
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
}

fn may_be_dead(answer: &Answer) -> bool {
    matches!(answer, Ok(Ok(answer)) if dead::may_say_so(answer.status()))
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Ok(Ok(answer)) if answer.status() == StatusCode::UNAUTHORIZED)
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
