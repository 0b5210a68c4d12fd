//! Where a call waits for a free place among the concurrent calls, and for a token that is being refreshed.
//!
//! This module must not send the call.

use std::rc::Rc;

use http::{HeaderMap, StatusCode};
use nexus_common::domain::{CallKey, IntegrationKey};
use nexus_common::forward::{Attempt, WAIT, Wait, may_wait};
use nexus_common::http::empty;
use nexus_common::platform::http::Response;
use nexus_common::store::{FullPlaces, Refreshing, now_ms};
use nexus_common::{Error, Result};
use nexus_vault::credential::Admission;

use super::Call;
use super::at_work::{self, AtWork};
use super::opened::Opened;
use crate::oauth::{self, Found, IntegrationContext};

/// Where a call waits for a free place or for the refresh of another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// In the component that received the call, which can send it to the broker again.
    Elsewhere,
    /// In the broker: the body of the call can be sent only once.
    Here,
    /// Nowhere: the call has waited long enough.
    Over,
}

impl Waiting {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match (Attempt::of(headers), may_wait(headers)) {
            (Attempt::Last, _) => Self::Over,
            (_, true) => Self::Elsewhere,
            (_, false) => Self::Here,
        }
    }
}

/// Whether a call can use the credential now.
enum Live {
    /// The credential can be used.
    Opened(Rc<Opened>),
    /// The call must wait for this first.
    Wait(Wait),
}

/// Whether a call can be sent now.
pub(super) enum Begun {
    /// It can be, with this credential, and it has a place.
    Now(Rc<Opened>, AtWork),
    /// The component that received the call must wait for this first.
    After(Wait),
}

impl Call {
    /// Takes a place among the concurrent calls, and gets a credential with an access token that has not expired.
    pub(super) async fn begin(
        &self,
        admission: &Admission,
        opened: &Rc<Opened>,
        whose: &CallKey,
        waiting: Waiting,
    ) -> Result<Begun> {
        // A call that waits here takes its place first, and holds it while it waits.
        let place = match waiting {
            Waiting::Here => Some(at_work::enter(whose).await?),
            _ => None,
        };
        let live = match self.live(admission, Rc::clone(opened), waiting).await? {
            Live::Opened(live) => live,
            Live::Wait(wait) => return Ok(Begun::After(wait)),
        };
        if let Some(place) = place {
            return Ok(Begun::Now(live, place));
        }
        match at_work::enter(whose).await {
            Err(Error::TooManyCalls(_)) if waiting == Waiting::Elsewhere => {
                let limits = *at_work::limits().await?;
                Ok(Begun::After(Wait::Place(FullPlaces { key: whose.clone(), limits })))
            }
            entered => Ok(Begun::Now(live, entered?)),
        }
    }

    /// The credential with an access token that has not expired, or what to wait for.
    async fn live(
        &self,
        admission: &Admission,
        opened: Rc<Opened>,
        waiting: Waiting,
    ) -> Result<Live> {
        let Some(refresh_at) = opened.usable.times.refresh_at else {
            return Ok(Live::Opened(opened));
        };
        let now = self.now_ms().await?;
        if now < refresh_at {
            return Ok(Live::Opened(opened));
        }
        let lives = opened.usable.times.expires_at.is_none_or(|at| at > now);
        let who = IntegrationContext {
            key: IntegrationKey::new(&self.caller.workspace, &admission.id),
            actor: &self.caller.subject,
            request_id: self.request_id.own(),
        };
        let found = match waiting {
            Waiting::Here => oauth::live(&who).await.map(Found::from),
            _ => oauth::live_or_refreshing(&who).await,
        };
        match found {
            Ok(Found::Refreshing { .. }) if waiting == Waiting::Over => {
                Err(oauth::pending(&who).await)
            }
            Ok(Found::Refreshing { version, seconds }) => {
                Ok(Live::Wait(refreshing(&admission.id, version, seconds, false)))
            }
            Ok(Found::Usable(usable)) => {
                self.record.note_refresh(opened.usable.version, usable.version);
                match opened.renewed(*usable) {
                    Ok(renewed) => Ok(Live::Opened(renewed)),
                    Err(error) => Err(self.mend(admission, error).await),
                }
            }
            // A later call asks for the refresh again.
            Err(error @ (Error::Storage { .. } | Error::Unconfirmed { .. })) if lives => {
                who.log("a call uses the old token, because storage failed", &error);
                Ok(Live::Opened(opened))
            }
            Err(error) => Err(self.mend(admission, error).await),
        }
    }

    /// The database's time. A row that was read for this call has it, and a row that was kept does not.
    async fn now_ms(&self) -> Result<i64> {
        match self.progress.found.get().filter(|_| self.progress.is_fresh.get()) {
            Some(callable) => Ok(callable.read_at),
            None => now_ms().await,
        }
    }
}

/// The wait for the refresh of the token of the integration `id`, which takes at most `seconds`. `was_sent` says whether
/// the provider has had the call, and has rejected its token.
pub(super) fn refreshing(id: &str, version: i64, seconds: u16, was_sent: bool) -> Wait {
    let refreshing = Refreshing { integration_id: id.to_owned(), version };
    Wait::Refresh { refreshing, seconds, was_sent }
}

/// The response that makes the component that received the call wait, and then send it again.
pub(super) fn wait_elsewhere(wait: &Wait) -> Response {
    let mut response = empty(StatusCode::SERVICE_UNAVAILABLE);
    if let Some(value) = wait.to_header() {
        response.headers_mut().insert(WAIT, value);
    }
    response
}
