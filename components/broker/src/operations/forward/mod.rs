//! `forward`: makes an agent's call with the credential, which the agent never sees.
//!
//! The URL is the manifest's `base_url` followed by the agent's path, byte for byte. The call goes only to
//! the origins that are pinned in the sealed credential. Bodies are streamed in both directions and never
//! held whole. This module must not follow a redirect, and must not return a response with a secret in it
//! that it can read.

pub(crate) mod at_work;
mod bodies;
mod dead;
mod errors;
mod headers;
mod host;
mod links;
mod opened;
mod outcome;
mod outflow;
mod overrides;
mod own_urls;
mod query;
mod rate;
mod record;
mod right;
mod room;
mod roots;
mod rules;
mod send;
mod target;
mod template;
mod upload;
mod usage;
mod waiting;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use http::{HeaderMap, HeaderName, Method, header};
use nexus_common::auth::Caller;
use nexus_common::broker::Stored;
use nexus_common::call::{CallMethod, CallPath};
use nexus_common::domain::{CallKey, CallOutcome, Health, Status};
use nexus_common::forward::{Attempt, HOST, OnBehalf, Past, WAIT, ours, ours_with};
use nexus_common::http::{Inbound, RequestId, Respond};
use nexus_common::platform::clock;
use nexus_common::platform::http::{IncomingBody, Response};
use nexus_common::store::{Watched, revision};
use nexus_common::{Error, Result};
use nexus_vault::credential::{Admission, Callable, Usable};
use percent_encoding::percent_decode_str;

use opened::Opened;
pub(crate) use opened::forget;
use outcome::AgentLabel;
use overrides::Methods;
use record::Recording;
use right::Right;
use rules::Asked;
use send::{Outcome, Outgoing, Sent, Upload};
use target::Target;
use usage::Observed;
use waiting::{Begun, Waiting, wait_elsewhere};

/// A call that was here for longer than this, in milliseconds, has its [`Right`] checked again before it is sent.
const SHORT_MS: u64 = 100;

/// Makes the call. An error becomes a response of the broker's own.
pub(crate) async fn run(inbound: Inbound) -> Response {
    let request_id = inbound.request_id.clone();
    let Some(call) = Call::of(&inbound) else {
        let why = "the call does not have the header that names its caller";
        return ours(&Error::Internal(why.into()), &request_id);
    };
    let (headers, body) = inbound.into_headers_and_body();
    match call.make(headers, body).await {
        Ok(response) => {
            // A call that waits elsewhere comes again.
            if !response.headers().contains_key(WAIT) {
                let status = response.status();
                call.end(outcome::of_status(status), status.as_u16(), None);
            }
            response
        }
        Err(error) => {
            let is_unsent = call.progress.sent_at.get().is_none();
            let error = if is_unsent { error.before_change() } else { error };
            let problem = error.problem(&request_id);
            let outcome = outcome::of_error(&error, &problem.code);
            call.end(outcome, problem.status, Some(&problem.code));
            ours_with(&error, &problem)
        }
    }
}

/// The call that an agent wants to make.
struct Call {
    caller: Caller,
    token_in: String,
    /// The network address of the client.
    address: Option<String>,
    target: String,
    /// The path as the agent sent it: empty, or starting with `/`.
    path: String,
    query: String,
    method: Method,
    host: Option<String>,
    /// The address of the integration at the proxy, as the agent spelled it.
    hub: String,
    request_id: RequestId,
    progress: CallProgress,
    /// The record of the call.
    record: Rc<Recording>,
}

/// How far a call has come, for the metrics.
struct CallProgress {
    /// When the call arrived, in milliseconds since the Unix epoch.
    begun_at: u64,
    /// When it was sent.
    sent_at: Cell<Option<u64>>,
    /// The integration, once it was found.
    found: OnceCell<Rc<Callable>>,
    /// Whether its row was read for this call, and not kept from an earlier one.
    is_fresh: Cell<bool>,
}

impl Call {
    /// Reads the call from `inbound`. `None` if the component did not name the caller.
    fn of(inbound: &Inbound) -> Option<Self> {
        let OnBehalf { caller, token_in, address, hub } = OnBehalf::read(inbound.headers())?;
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let below = inbound.path().strip_prefix("/v1/forward/").unwrap_or_default();
        let (target, path) = below.split_at(below.find('/').unwrap_or(below.len()));
        let (now, past) = (clock::now_ms(), Past::of(inbound.headers()));
        let (method, request_id) = (inbound.sent_method(), &inbound.request_id);
        Some(Self {
            record: Recording::begin((now, past), method, request_id.own(), usage::record),
            caller,
            token_in,
            address,
            target: decode(target),
            path: path.to_owned(),
            query: inbound.raw_query().to_owned(),
            method: method.clone(),
            host: inbound.header(&HeaderName::from_static(HOST)).map(str::to_owned),
            hub,
            request_id: request_id.clone(),
            progress: CallProgress {
                begun_at: now,
                sent_at: Cell::new(None),
                found: OnceCell::new(),
                is_fresh: Cell::new(false),
            },
        })
    }

    /// Counts the call for the metrics, and records how it ended. `code` is that of our problem.
    fn end(&self, outcome: CallOutcome, status: u16, code: Option<&str>) {
        self.record.end(&self.path, outcome, status, code);
        let CallProgress { begun_at, sent_at, found, .. } = &self.progress;
        let now = clock::now_ms();
        usage::observe(&Observed {
            manifest_id: found
                .get()
                .and_then(|callable| callable.manifest_id())
                .unwrap_or_default(),
            agent: AgentLabel::of(&self.caller),
            outcome,
            sent: sent_at.get().map(|at| (at.saturating_sub(*begun_at), now.saturating_sub(at))),
        });
    }

    async fn make(&self, mut headers: HeaderMap, body: IncomingBody) -> Result<Response> {
        // This check comes first, because no rule covers any other method.
        CallMethod::require(&self.method)?;
        // The caller was verified when the request arrived. It may have waited since, and a list of MCP messages
        // is processed one by one.
        if self.caller.has_expired() {
            return Err(Error::TokenExpired);
        }
        let now = revision(Watched::Rights).await?;
        let grounds = opened::look(now, &self.caller, &self.target).await?;
        grounds.standing?;
        let callable = grounds.callable?;
        self.progress.is_fresh.set(now.is_none());
        let callable = self.progress.found.get_or_init(|| callable);
        let admission = &callable.admission;
        self.record.found(self.whose(admission));
        self.require_usable(admission, callable.manifest_id().is_some()).await?;
        let opened = self.open(callable).await?;
        self.require_token_in_place(&opened.usable, &headers)?;
        let target = Target::of(&opened, &self.path, self.host.as_deref())?;
        self.record.goes_to(&target, &opened);
        let path = CallPath::read(target.below)?;
        let methods = self.check_rules(admission, &opened, &headers, &target, &path).await?;
        let right = self.right(admission, &target, path, methods);
        // Each call counts once, however often it is sent again after a wait.
        if Attempt::of(&headers) == Attempt::First {
            rate::require_within_limits(&self.caller, &admission.id, &opened.policy).await?;
        }
        let (waiting, begun) = (Waiting::of(&headers), clock::now_ms());
        let (live, at_work) = match self.begin(admission, &opened, &right.whose, waiting).await? {
            Begun::Now(live, at_work) => (live, at_work),
            Begun::After(wait) => return Ok(wait_elsewhere(&wait)),
        };
        let usable = &live.usable;
        headers::up(&mut headers, &usable.sourced.manifest, &usable.credential.pins.inject);
        let upload = Upload::of(usable, &self.method, &mut headers, body).await?;
        let upload = self.check_body(admission, usable, &headers, &right, upload).await?;
        let mut sent_at = clock::now_ms();
        // The call may have lost its right while it waited, for a new token or for a place.
        if !Rc::ptr_eq(&live, &opened) || sent_at.saturating_sub(begun) > SHORT_MS {
            if let Some(lost) = right.lost().await {
                return Err(self.lost(admission, lost).await);
            }
            sent_at = clock::now_ms();
        }
        let (method, query, hub) = (&self.method, self.query.as_str(), self.hub.as_str());
        self.progress.sent_at.set(Some(sent_at));
        self.record.note_sent();
        let sent = Sent { method, target: &target, query, hub, right, at_work, waiting };
        self.send(admission, sent, live, Outgoing { headers, upload }).await
    }

    /// Opens the credential of the integration that was found.
    async fn open(&self, callable: &Rc<Callable>) -> Result<Rc<Opened>> {
        match opened::open(Rc::clone(callable)).await {
            Ok(opened) => Ok(opened),
            Err(error) => Err(self.mend(&callable.admission, error).await),
        }
    }

    /// The workspace, integration and agent of the call.
    fn whose(&self, admission: &Admission) -> CallKey {
        CallKey {
            workspace: self.caller.workspace.clone(),
            integration_id: admission.id.clone(),
            agent: self.caller.subject.clone(),
        }
    }

    /// The facts on which the right to this call depends.
    fn right(
        &self,
        admission: &Admission,
        target: &Target<'_>,
        path: CallPath,
        methods: Vec<CallMethod>,
    ) -> Right {
        Right {
            whose: self.whose(admission),
            record: Rc::clone(&self.record),
            caller: self.caller.clone(),
            address: self.address.clone(),
            policy: admission.policy.clone(),
            methods,
            host: target.host.name().to_owned(),
            path,
        }
    }

    /// Sends the call.
    async fn send(
        &self,
        admission: &Admission,
        sent: Sent<'_>,
        live: Rc<Opened>,
        outgoing: Outgoing,
    ) -> Result<Response> {
        let stored = Stored {
            workspace: self.caller.workspace.clone(),
            integration_id: admission.id.clone(),
            actor: self.caller.subject.clone(),
        };
        match sent.through(live, outgoing, &stored, self.request_id.own()).await? {
            Outcome::Answer(response) => Ok(response),
            Outcome::Wait(wait) => Ok(wait_elsewhere(&wait)),
            Outcome::Lost(lost) => Err(self.lost(admission, lost).await),
            Outcome::Reauthorize(why) => {
                Err(self.mend(admission, Error::ReauthorizationRequired(why)).await)
            }
        }
    }

    async fn require_usable(&self, admission: &Admission, is_connected: bool) -> Result<()> {
        admission.require_not_stopped()?;
        let reauthorize = |why: &str| Error::ReauthorizationRequired(why.to_owned());
        let error = match admission.health {
            _ if admission.status == Status::Inactive => errors::inactive(),
            Health::Pending if is_connected => Error::ChoiceAwaited,
            Health::Pending => reauthorize("its authorization was never finished"),
            Health::Reauthorize => reauthorize("the provider no longer accepts its credential"),
            _ => return Ok(()),
        };
        Err(self.mend(admission, error).await)
    }

    /// Checks that the token is in `Authorization` or in the place of this provider's key, and that the
    /// request has only one token.
    fn require_token_in_place(&self, usable: &Usable, headers: &HeaderMap) -> Result<()> {
        let inject = &usable.credential.pins.inject;
        let mut places = headers::injected(inject);
        if self.token_in != "authorization"
            && !places.any(|name| name.eq_ignore_ascii_case(&self.token_in))
        {
            let shown = &self.token_in;
            return Err(Error::InvalidToken(format!(
                "the token is in {shown}: send it in Authorization, or in the place of the provider's \
                 key"
            )));
        }
        if headers::has_another_token(headers, inject) {
            return Err(Error::InvalidToken(
                "the request has two different tokens: send one".into(),
            ));
        }
        Ok(())
    }

    /// Denies and records a call that the policy, the manifest or a rule for the connection itself does not
    /// allow. Returns the methods as which the provider may read the call.
    async fn check_rules(
        &self,
        admission: &Admission,
        opened: &Opened,
        headers: &HeaderMap,
        target: &Target<'_>,
        path: &CallPath,
    ) -> Result<Vec<CallMethod>> {
        let api = &opened.usable.sourced.manifest.api;
        let methods = Methods::of(&self.method, &self.query, headers, api)?;
        let integration_id = admission.id.as_str();
        let asked = Asked {
            caller: &self.caller,
            methods: &methods,
            target,
            path,
            query: &self.query,
            headers,
            integration_id,
        };
        let Some(why) = rules::refusal(opened, &asked) else {
            rules::allowance(opened, &asked).inspect(|rule| self.record.decided_by(rule));
            return Ok(methods.all);
        };
        Err(self.denied(admission, &why).await)
    }

    /// Denies and records an agent's call with a member in its body that the manifest denies. Without such a rule, the body
    /// is not looked at.
    async fn check_body(
        &self,
        admission: &Admission,
        usable: &Usable,
        headers: &HeaderMap,
        right: &Right,
        upload: Upload,
    ) -> Result<Upload> {
        let api = &usable.sourced.manifest.api;
        if api.deny_body.is_empty() || !rules::is_agent(&self.caller) {
            return Ok(upload);
        }
        let rules = bodies::rules(api, &right.methods, &right.path);
        match bodies::look(&rules, headers, upload).await? {
            Ok(upload) => Ok(upload),
            Err(why) => Err(self.denied(admission, &why).await),
        }
    }
}

/// Removes the content length of a `GET` or `HEAD` without a body. Other methods keep theirs, because a body
/// without a length would be chunked.
fn without_length(headers: &mut HeaderMap, method: &Method) {
    if matches!(*method, Method::GET | Method::HEAD) {
        headers.remove(header::CONTENT_LENGTH);
    }
}
