//! Refreshes each token exactly once (RFC 6749, 6; RFC 9700, 4.14).
//!
//! The request that takes the lease of a credential's version asks the provider, and renews the lease until
//! the provider responds. All other requests use the old token until it expires, or wait. A lease that is not
//! renewed can be taken over, because its holder is gone. If the holder may still live, the request that takes over waits a
//! moment for the tokens that the holder may have to store. A success is written if the version that it was
//! made from is still stored, no matter which request holds the lease by then. A failure is written only by
//! the attempt that holds the lease. Tokens that cannot be stored go to the outbox. A person is asked to
//! connect again only after the provider has rejected the refresh token itself. All times are the database's.

mod attempt;
mod notes;
mod renewal;
mod state;

use std::time::Duration;

use nexus_common::broker::Stored;
use nexus_common::domain::{Health, IntegrationKey};
use nexus_common::log::Line;
use nexus_common::platform::clock::{self, Pauses};
use nexus_common::store::{Cause, Refreshing, Transaction};
use nexus_common::{Error, Result};
use nexus_manifests::{AuthMethod, Manifest};
use nexus_vault::credential::{self, Usable};

use attempt::Attempt;
use state::State;

/// How long a call waits for a refresh, in seconds, if the manifest does not say.
const PATIENCE_SECONDS: u16 = 10;
/// The pauses between two looks at whether a refresh is done. Hundreds may wait: the longer it takes, the less they look.
const LOOKS: Pauses = Pauses::new(80, 400);
/// The pauses between two tries to take the lease, while nobody has it and another connection writes.
const TRIES: Pauses = Pauses::new(16, 160);
/// The minimum time between two early refreshes because of a call's 401, in milliseconds.
const FORCED_MS: i64 = 5 * 60_000;

/// The reason to refresh a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RefreshReason {
    /// The token's refresh time has passed.
    Due,
    /// A check of the connection. As [`Self::Due`], and a refresh token that the provider has rejected is
    /// tried once more.
    Check,
    /// The provider responded with 401 to a call with this version.
    CallRejected(i64),
    /// The provider's verify request rejected this version. The refresh token is tried before a person is
    /// asked to connect again.
    VerifyRejected(i64),
}

impl RefreshReason {
    /// Whether the old token may be used if there is no new one. It must be `alive`, and the provider's own
    /// check must not have rejected it.
    const fn lets_use(self, alive: bool) -> bool {
        alive && !matches!(self, Self::VerifyRejected(_))
    }

    /// Whether the time of the token has come, and the provider has not rejected it.
    const fn is_not_forced(self) -> bool {
        self.forced_every_ms().is_none()
    }

    /// Whether the provider may still accept the token that is replaced. Its verify request is about nothing but the token.
    /// A rejected call may be about the call.
    const fn leaves_token_in_doubt(self) -> bool {
        !matches!(self, Self::VerifyRejected(_))
    }

    /// How long ago the last forced refresh must be, in milliseconds. `None` if the refresh is not forced: then the time
    /// of the token has come.
    const fn forced_every_ms(self) -> Option<i64> {
        match self {
            Self::Due | Self::Check => None,
            Self::CallRejected(_) => Some(FORCED_MS),
            Self::VerifyRejected(_) => Some(0),
        }
    }
}

/// The integration to refresh, and the actor and request that events name.
#[derive(Clone, Copy)]
pub(crate) struct IntegrationContext<'a> {
    /// The integration.
    pub(crate) key: IntegrationKey<'a>,
    /// The subject of the token, or `tick`.
    pub(crate) actor: &'a str,
    /// The id of the request.
    pub(crate) request_id: &'a str,
}

impl<'a> IntegrationContext<'a> {
    /// The actor and integration of `stored`, in the request `request_id`.
    pub(crate) fn of(stored: &'a Stored, request_id: &'a str) -> Self {
        Self { key: stored.key(), actor: &stored.actor, request_id }
    }

    /// The actor and the request, for events.
    pub(crate) fn cause(&self) -> Cause<'a> {
        Cause { actor: self.actor, request_id: self.request_id }
    }

    /// Logs an error of the refresh that the caller may not get.
    pub(crate) fn log(&self, what: &str, error: &Error) {
        let line = Line::error(what).with("request_id", &self.request_id);
        line.with("integration", &self.key.id).why(error);
    }

    /// Owned copies of the fields.
    fn to_stored(self) -> (Stored, String) {
        let stored = Stored {
            workspace: self.key.workspace.to_owned(),
            integration_id: self.key.id.to_owned(),
            actor: self.actor.to_owned(),
        };
        (stored, self.request_id.to_owned())
    }
}

/// The credential of an integration, with an access token that has not expired.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unreadable`], [`Error::ReauthorizationRequired`],
/// [`Error::RefreshPending`], [`Error::Provider`], [`Error::ProviderTimeout`].
pub(crate) async fn live(context: &IntegrationContext<'_>) -> Result<Usable> {
    wait(context, RefreshReason::Due).await
}

/// As [`live`], after the provider responded with 401 to `version`. Returns another version if one is stored,
/// or a new one if the last such refresh is long enough ago, and `None` otherwise.
///
/// # Errors
/// As [`live`].
pub(crate) async fn after_refusal(
    context: &IntegrationContext<'_>,
    version: i64,
) -> Result<Option<Usable>> {
    let usable = wait(context, RefreshReason::CallRejected(version)).await?;
    Ok((usable.version != version).then_some(usable))
}

/// As [`live`], for a check. It also tries a refresh token that the provider has rejected, because the
/// provider may have been in trouble and sent the wrong error code.
///
/// # Errors
/// As [`live`].
pub(crate) async fn live_for_check(context: &IntegrationContext<'_>) -> Result<Usable> {
    wait(context, RefreshReason::Check).await
}

/// As [`after_refusal`], after the provider's verify request rejected `version`. `None` if a new token was
/// rejected too a moment ago.
///
/// # Errors
/// As [`live`]. [`Error::ReauthorizationRequired`] if the provider rejects the refresh token.
pub(crate) async fn after_judgement(
    context: &IntegrationContext<'_>,
    version: i64,
) -> Result<Option<Usable>> {
    let usable = wait(context, RefreshReason::VerifyRejected(version)).await?;
    Ok((usable.version != version).then_some(usable))
}

/// Refreshes a token that would otherwise expire because nobody uses it. Returns whether it was refreshed.
///
/// # Errors
/// As [`live`].
pub(crate) async fn keep_alive(context: &IntegrationContext<'_>) -> Result<bool> {
    let before = credential::load(context.key).await?.version;
    Ok(live(context).await?.version != before)
}

/// The result of a search for a live token.
pub(crate) enum Found {
    /// A credential that can be used.
    Usable(Box<Usable>),
    /// Another request is refreshing this version, and has no result yet.
    Refreshing {
        /// The version.
        version: i64,
        /// How long a call waits for the refresh, in seconds.
        seconds: u16,
    },
}

impl From<Usable> for Found {
    fn from(usable: Usable) -> Self {
        Self::Usable(Box::new(usable))
    }
}

/// As [`live`], for a caller that does the waiting itself.
///
/// # Errors
/// As [`live`], except that a refresh by another request is not [`Error::RefreshPending`].
pub(crate) async fn live_or_refreshing(context: &IntegrationContext<'_>) -> Result<Found> {
    find(context, RefreshReason::Due).await
}

/// As [`after_refusal`], for a caller that does the waiting itself.
///
/// # Errors
/// As [`live_or_refreshing`].
pub(crate) async fn after_refusal_or_refreshing(
    context: &IntegrationContext<'_>,
    version: i64,
) -> Result<Found> {
    find(context, RefreshReason::CallRejected(version)).await
}

/// The error for a call that has waited long enough. It says in how many seconds the refresh or its lease
/// ends at the latest: [`Error::RefreshPending`]. If that cannot be read, [`Error::NotFound`] or
/// [`Error::Storage`].
pub(crate) async fn pending(context: &IntegrationContext<'_>) -> Error {
    State::read(context.key).await.map_or_else(|error| error, |state| state.pending())
}

/// Finds a token, and waits while another request refreshes it.
async fn wait(context: &IntegrationContext<'_>, reason: RefreshReason) -> Result<Usable> {
    let (begun, mut tries) = (clock::now_ms(), TRIES);
    loop {
        let (version, patience) = match find(context, reason).await? {
            Found::Usable(usable) => return Ok(*usable),
            Found::Refreshing { version, seconds } => {
                (version, Duration::from_secs(seconds.into()))
            }
        };
        // Polls only the cheap state. The credential is opened again, or the lease requested, once that can
        // succeed.
        let refreshing = Refreshing { integration_id: context.key.id.to_owned(), version };
        let (mut pause, mut looks) = (tries.draw(), LOOKS);
        loop {
            if elapsed(begun) >= patience {
                return Err(pending(context).await);
            }
            clock::sleep(pause).await;
            if refreshing.is_over().await? {
                break;
            }
            pause = looks.draw();
        }
    }
}

async fn find(context: &IntegrationContext<'_>, reason: RefreshReason) -> Result<Found> {
    let mut usable = credential::load(context.key).await?;
    let method = usable.sourced.manifest.auth_method;
    if !method.has_tokens() {
        return Ok(usable.into());
    }
    let mut state = State::read(context.key).await?;
    // Another request may store a new token between the two reads. The state would then say that there is nothing to wait
    // for, and the caller would get the old token. A refresh takes longer than these reads, so once more is
    // enough.
    if state.version() != usable.version {
        usable = credential::load(context.key).await?;
        state = State::read(context.key).await?;
    }
    if !state.wants(reason, &usable) {
        return Ok(usable.into());
    }
    let alive = usable.times.expires_at.is_none_or(|at| at > state.now());
    if method == AuthMethod::Oauth2 && !usable.credential.fields.contains_key("refresh_token") {
        return without_refresh_token(context, reason, usable, alive).await.map(Found::from);
    }
    if state.is_dead() && matches!(reason, RefreshReason::Due | RefreshReason::CallRejected(_)) {
        return Err(State::dead());
    }
    let (version, seconds) = (usable.version, patience(&usable.sourced.manifest));
    if state.may_be_taken() {
        match Attempt::begin(context, &state, version, reason).await {
            Ok(Some(attempt)) => {
                let patience = Duration::from_secs(seconds.into());
                let refreshed = attempt.refresh_within(patience, context, usable, alive).await;
                return refreshed.map(Found::from);
            }
            Ok(None) => {}
            // The database cannot be written now. A later call asks for the lease again.
            Err(error) if reason.lets_use(alive) => {
                context.log("the lease of a refresh was not taken", &error);
                return Ok(usable.into());
            }
            Err(error) => return Err(error),
        }
    }
    if state.is_dead() && state.backing_off() {
        return Err(State::dead());
    }
    if alive && reason.is_not_forced() {
        return Ok(usable.into());
    }
    if state.backing_off() {
        let words = "the provider's token endpoint is in trouble: it is tried again soon";
        let trouble = Error::Provider(words.into());
        return if reason.lets_use(alive) { Ok(usable.into()) } else { Err(trouble) };
    }
    Ok(Found::Refreshing { version, seconds })
}

fn elapsed(since_ms: u64) -> Duration {
    Duration::from_millis(clock::now_ms().saturating_sub(since_ms))
}

/// How long a call waits for a refresh, in seconds.
fn patience(manifest: &Manifest) -> u16 {
    let refresh = manifest.oauth2.as_ref().and_then(|oauth2| oauth2.refresh.as_ref());
    let of_refresh = refresh.and_then(|refresh| refresh.wait_seconds);
    let of_login = manifest.login.as_ref().and_then(|login| login.wait_seconds);
    of_refresh.or(of_login).unwrap_or(PATIENCE_SECONDS)
}

/// Handles a token that cannot be refreshed. It is used until it expires. If the provider's verify request
/// has rejected it, a person must connect again.
async fn without_refresh_token(
    context: &IntegrationContext<'_>,
    reason: RefreshReason,
    usable: Usable,
    alive: bool,
) -> Result<Usable> {
    let words = match (alive, reason) {
        (true, RefreshReason::Due | RefreshReason::Check | RefreshReason::CallRejected(_)) => {
            return Ok(usable);
        }
        (true, RefreshReason::VerifyRejected(_)) => {
            "the provider no longer accepts the access token, and gave no refresh token"
        }
        (false, _) => "the access token has expired, and the provider gave no refresh token",
    };
    give_up(context, &usable, words).await?;
    Err(Error::ReauthorizationRequired(words.into()))
}

/// Marks the integration so that a person connects it again.
async fn give_up(context: &IntegrationContext<'_>, usable: &Usable, words: &str) -> Result<()> {
    let tx = Transaction::begin().await?;
    if tx.has_credential(context.key, usable.version).await? {
        tx.set_health(context.key, Health::Reauthorize, words, context.cause()).await?;
    }
    tx.commit().await
}
