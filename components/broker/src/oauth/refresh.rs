//! Refreshes each token exactly once (RFC 6749, 6; RFC 9700, 4.14).
//!
//! The request that takes the lease of a credential's version asks the provider, and renews the lease until
//! the provider responds. All other requests use the old token until it expires, or wait. A lease that is not
//! renewed can be taken over, because its holder is gone. A success is written if the version that it was
//! made from is still stored, no matter which request holds the lease by then. A failure is written only by
//! the attempt that holds the lease. Tokens that cannot be stored go to the outbox. A person is asked to
//! connect again only after the provider has rejected the refresh token itself. All times are the database's.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use nexus_common::broker::Stored;
use nexus_common::domain::{Health, IntegrationKey};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::http::spawn;
use nexus_common::secret::Secret;
use nexus_common::store::{Cause, Lease, RefreshState, Renewal, Transaction, now_ms};
use nexus_common::{Error, Result};
use nexus_manifests::{AuthMethod, Manifest};
use nexus_vault::credential::{self, Times, Usable};
use nexus_vault::{digest, oauth_app};

use super::exchange::mint;
use super::refusal::TokenFailure;
use super::token::{self, Grant};
use crate::ending::plan;

/// How long a lease lasts without a renewal, in milliseconds.
const LEASE_MS: i64 = 6_000;
/// How often its holder renews it.
const RENEWAL: Duration = Duration::from_millis(1_500);
/// A holder that is later than this, in milliseconds, renews the lease before it asks the provider, because
/// another request could soon take the lease over.
const LATE_MS: i64 = 3_000;
/// The pause between two tries of a renewal while another connection writes.
const RENEWAL_AGAIN: Duration = Duration::from_millis(25);
/// The pause before the next attempt, after a failure that says nothing about the refresh token.
const BACKOFF_MS: i64 = 15_000;
/// How long a call waits for a refresh, in seconds, if the manifest does not say.
const PATIENCE_SECONDS: u16 = 10;
/// The pause between two looks at whether a refresh is done.
const POLL: Duration = Duration::from_millis(100);
/// The minimum time between two early refreshes because of a call's 401, in milliseconds.
const FORCED_MS: i64 = 5 * 60_000;

/// The minimum time between two refreshes by checks if the new token was rejected too, in milliseconds.
const IN_VAIN_MS: i64 = 60_000;

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
    let begun = clock::now_ms();
    loop {
        let (version, patience) = match find(context, reason).await? {
            Found::Usable(usable) => return Ok(*usable),
            Found::Refreshing { version, seconds } => {
                (version, Duration::from_secs(seconds.into()))
            }
        };
        // Polls only the cheap state. The credential is opened again, or the lease requested, once that can
        // succeed.
        loop {
            if elapsed(begun) >= patience {
                return Err(pending(context).await);
            }
            clock::sleep(POLL).await;
            let state = State::read(context.key).await?;
            if state.version() != version || !state.is_leased() {
                break;
            }
        }
    }
}

async fn find(context: &IntegrationContext<'_>, reason: RefreshReason) -> Result<Found> {
    let usable = credential::load(context.key).await?;
    let method = usable.sourced.manifest.auth_method;
    if !method.is_oauth2() {
        return Ok(usable.into());
    }
    let state = State::read(context.key).await?;
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
    if state.may_be_taken()
        && let Some(attempt) = Attempt::begin(context, version, reason).await?
    {
        let patience = Duration::from_secs(seconds.into());
        return attempt.refresh_within(patience, context, usable, alive).await.map(Found::from);
    }
    if state.is_dead() && state.backing_off() {
        return Err(State::dead());
    }
    if alive && matches!(reason, RefreshReason::Due | RefreshReason::Check) {
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
    refresh.and_then(|refresh| refresh.wait_seconds).unwrap_or(PATIENCE_SECONDS)
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

/// The stored state of a credential's refresh, and what it means.
struct State(RefreshState);

impl State {
    async fn read(key: IntegrationKey<'_>) -> Result<Self> {
        RefreshState::read(key).await.map(Self)
    }

    fn version(&self) -> i64 {
        self.0.version
    }

    fn now(&self) -> i64 {
        self.0.now
    }

    /// Whether the token should be refreshed.
    fn wants(&self, reason: RefreshReason, usable: &Usable) -> bool {
        let is_due = usable.times.refresh_at.is_some_and(|at| at <= self.0.now);
        // If another request has just begun a refresh, this one waits for its result.
        let may_be_forced = match reason {
            RefreshReason::Due => false,
            RefreshReason::Check => self.is_dead(),
            RefreshReason::CallRejected(version) => {
                usable.version == version && (self.may_be_forced() || self.is_leased())
            }
            RefreshReason::VerifyRejected(version) => {
                usable.version == version && !self.was_in_vain()
            }
        };
        is_due || may_be_forced
    }

    /// Whether the provider has rejected the refresh token.
    fn is_dead(&self) -> bool {
        self.0.health == Health::Reauthorize
    }

    fn dead() -> Error {
        let words = "the provider no longer accepts the connection: connect it again";
        Error::ReauthorizationRequired(words.into())
    }

    /// The error for a call that waited long enough. By then the refresh is done, or its lease has expired.
    fn pending(&self) -> Error {
        let left = self.0.lease_until.saturating_sub(self.0.now).max(0) as u64;
        Error::RefreshPending { retry_after: left.div_ceil(1000).max(1) }
    }

    /// Whether a request is asking the provider now.
    fn is_leased(&self) -> bool {
        self.0.has_attempt && !self.may_be_taken()
    }

    fn may_be_taken(&self) -> bool {
        self.0.lease_until < self.0.now
    }

    /// Whether no request is asking the provider, and none may yet.
    fn backing_off(&self) -> bool {
        !self.0.has_attempt && self.0.lease_until > self.0.now
    }

    /// Whether a token that was obtained a moment ago was rejected too.
    fn was_in_vain(&self) -> bool {
        self.0.health == Health::Failing && self.0.forced_at > self.0.now - IN_VAIN_MS
    }

    fn may_be_forced(&self) -> bool {
        self.0.forced_at <= self.0.now - FORCED_MS
    }
}

/// The pause after `pause`, at random, so that holders that meet do not meet again.
fn longer(pause: Duration) -> Duration {
    let most = (pause * 2).min(RENEWAL / 4);
    most / 2 + Duration::from_millis(clock::random_u64() % (most.as_millis() as u64 / 2 + 1))
}

/// The exclusive right to ask the provider to refresh one version.
struct Attempt {
    name: String,
    version: i64,
    taken_ms: i64,
    reason: RefreshReason,
}

/// The lease of the attempt `name` for `version`.
fn lease_of<'a>(key: IntegrationKey<'a>, version: i64, name: &'a str) -> Lease<'a> {
    Lease { key, version, attempt: name, lasts_ms: LEASE_MS }
}

impl Attempt {
    /// Takes the lease. Of many concurrent requests, one gets the write lock. The others must not queue for
    /// it.
    async fn begin(
        context: &IntegrationContext<'_>,
        version: i64,
        reason: RefreshReason,
    ) -> Result<Option<Self>> {
        let name = format!("{:016x}{:016x}", clock::random_u64(), clock::random_u64());
        let forced_every_ms = match reason {
            RefreshReason::Due | RefreshReason::Check => None,
            RefreshReason::CallRejected(_) => Some(FORCED_MS),
            RefreshReason::VerifyRejected(_) => Some(0),
        };
        let taken = lease_of(context.key, version, &name).take(forced_every_ms).await?;
        Ok(taken.map(|taken_ms| Self { name, version, taken_ms, reason }))
    }

    fn lease<'a>(&'a self, key: IntegrationKey<'a>) -> Lease<'a> {
        lease_of(key, self.version, &self.name)
    }

    /// Asks the provider. The caller waits for at most `patience`. After that the refresh continues in the
    /// background, because the provider may have revoked the old refresh token already.
    async fn refresh_within(
        self,
        patience: Duration,
        context: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
    ) -> Result<Usable> {
        let (stored, request_id) = context.to_stored();
        let refresh = Box::pin(async move {
            let context = IntegrationContext::of(&stored, &request_id);
            let refreshed = self.refresh(&context, usable, alive).await;
            (refreshed, stored.integration_id, request_id)
        });
        match select(refresh, pin!(clock::sleep(patience))).await {
            Either::Left(((refreshed, ..), _)) => refreshed,
            Either::Right(((), refresh)) => {
                spawn(async move {
                    if let (Err(error), id, request_id) = refresh.await {
                        let line = Line::error("background refresh failed")
                            .with("request_id", &request_id);
                        line.with("integration", &id).why(&error);
                    }
                });
                Err(pending(context).await)
            }
        }
    }

    /// Asks the provider, stores the result, and returns the credential as it then is.
    async fn refresh(
        self,
        context: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
    ) -> Result<Usable> {
        // Steps that may fail come before the provider is asked.
        digest::digester().await?;
        // Under load, the holder may get no processor time for seconds.
        let is_late = now_ms().await? - self.taken_ms > LATE_MS;
        if is_late && !self.is_renewed_in_time(context).await {
            return if self.reason.lets_use(alive) {
                Ok(usable)
            } else {
                Err(pending(context).await)
            };
        }
        match self.while_held(context, request_tokens(context, usable)).await {
            Ok(renewed) => self.store_success(context, renewed).await,
            Err((failure, old)) => {
                self.store_failure(context, &failure, alive).await?;
                match failure {
                    TokenFailure::Grant(why) => Err(Error::ReauthorizationRequired(why)),
                    // The old token is used until it expires, if the provider still accepts it.
                    _ if self.reason.lets_use(alive) => Ok(*old),
                    other => Err(other.into()),
                }
            }
        }
    }

    /// Whether a holder that is late still gets its lease renewed before the lease could expire.
    async fn is_renewed_in_time(&self, context: &IntegrationContext<'_>) -> bool {
        let begun = clock::now_ms();
        let mut pause = RENEWAL_AGAIN;
        while elapsed(begun).as_millis() as i64 <= LEASE_MS - LATE_MS {
            match self.renew_or_log(context).await {
                Renewal::Held => return true,
                Renewal::Lost => return false,
                Renewal::Busy => clock::sleep(pause).await,
            }
            pause = longer(pause);
        }
        false
    }

    /// Waits for `request`, and renews the lease meanwhile. A renewal that has begun is completed, because it
    /// is a transaction. Between two attempts, nothing delays the response.
    async fn while_held<T>(
        &self,
        context: &IntegrationContext<'_>,
        request: impl Future<Output = T>,
    ) -> T {
        let mut request = pin!(request);
        let (mut pause, mut again) = (RENEWAL, RENEWAL_AGAIN);
        loop {
            let wait = pin!(clock::sleep(pause));
            if let Either::Left((response, _)) = select(&mut request, wait).await {
                return response;
            }
            let renewal = pin!(self.renew_or_log(context));
            let renewal = match select(&mut request, renewal).await {
                Either::Left((response, renewal)) => {
                    renewal.await;
                    return response;
                }
                Either::Right((renewal, _)) => renewal,
            };
            (pause, again) = match renewal {
                Renewal::Busy => (again, longer(again)),
                Renewal::Held | Renewal::Lost => (RENEWAL, RENEWAL_AGAIN),
            };
        }
    }

    /// Renews the lease, and logs a lease that another attempt has taken. After a failure the next renewal may
    /// succeed.
    async fn renew_or_log(&self, context: &IntegrationContext<'_>) -> Renewal {
        let line = || {
            let line = Line::error("the lease of a refresh was not renewed");
            line.with("request_id", &context.request_id).with("integration", &context.key.id)
        };
        match self.lease(context.key).renew().await {
            Ok(Renewal::Lost) => {
                line().with("why", &"another attempt has taken it").write();
                Renewal::Lost
            }
            Ok(renewal) => renewal,
            Err(error) => {
                line().why(&error);
                Renewal::Busy
            }
        }
    }

    /// Stores the new tokens. If the version has changed meanwhile, they go to the outbox.
    async fn store_success(
        &self,
        context: &IntegrationContext<'_>,
        mut renewed: Usable,
    ) -> Result<Usable> {
        let sealed = renewed.seal(context.key).await?;
        let tx = Transaction::begin().await?;
        let Some(version) = tx.store_renewed(context.key, self.version, &sealed).await? else {
            // The integration was deleted or connected again, or another request has refreshed the token. The
            // new tokens that are not in use are revoked.
            let lost = plan::lost(context.key, &renewed).await;
            tx.give_up(context.key, (context.actor, context.request_id), &lost).await?;
            tx.commit().await?;
            return credential::load(context.key).await;
        };
        renewed.version = version;
        // A check that rejected the old token decides itself whether the new one is accepted.
        let mended: &[Health] = match self.reason {
            RefreshReason::VerifyRejected(_) => &[Health::Reauthorize],
            _ => &[Health::Reauthorize, Health::Failing],
        };
        tx.mend_health(context.key, mended, "the provider gave a new token", context.cause())
            .await?;
        tx.commit().await?;
        Ok(renewed)
    }

    /// Stores the failure, if this attempt still holds the lease.
    async fn store_failure(
        &self,
        context: &IntegrationContext<'_>,
        failure: &TokenFailure,
        alive: bool,
    ) -> Result<()> {
        let (health, words) = match failure {
            TokenFailure::Grant(why) => (Some(Health::Reauthorize), why.clone()),
            TokenFailure::Client(why) => (Some(Health::Failing), why.clone()),
            TokenFailure::Trouble(error) => ((!alive).then_some(Health::Failing), words(error)),
        };
        let tx = Transaction::begin().await?;
        let is_ours = self.lease(context.key).give_up(&tx, BACKOFF_MS).await?;
        if let (true, Some(health)) = (is_ours, health) {
            tx.set_health(context.key, health, &words, context.cause()).await?;
        }
        tx.commit().await
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why) => {
            why.clone()
        }
        Error::OauthClientMissing { manifest_id, .. } => {
            format!("the OAuth app of {manifest_id} that this was connected with no longer exists")
        }
        _ => "the token could not be refreshed".to_owned(),
    }
}

/// Requests new tokens with the credential `usable`. On failure, returns the credential too.
async fn request_tokens(
    context: &IntegrationContext<'_>,
    usable: Usable,
) -> Result<Usable, (TokenFailure, Box<Usable>)> {
    match renew(context, &usable).await {
        Ok(renewed) => Ok(renewed),
        Err(failure) => Err((failure, Box::new(usable))),
    }
}

async fn renew(context: &IntegrationContext<'_>, usable: &Usable) -> Result<Usable, TokenFailure> {
    let mut renewed = usable.clone();
    if renewed.sourced.manifest.auth_method == AuthMethod::Oauth2ClientCredentials {
        // The provider rejects fields that a person has entered, so a person must enter them again.
        mint(&mut renewed).await.map_err(|failure| match failure {
            TokenFailure::Client(why) => TokenFailure::Grant(why),
            other => other,
        })?;
        return Ok(renewed);
    }
    let client = oauth_app::of_usable(context.key.workspace, usable).await?;
    let field = |name: &str| usable.credential.fields.get(name).map_or("", Secret::expose);
    let redirect_uri = usable.credential.client.as_ref().map_or("", |made| &made.redirect_uri);
    let grant = Grant::Refresh {
        refresh_token: field("refresh_token"),
        access_token: field("access_token"),
        redirect_uri,
    };
    let begun = now_ms().await?;
    let pinned = &usable.credential.pins.token;
    let manifest = &usable.sourced.manifest;
    let tokens =
        token::request(&usable.workspace, manifest, &usable.params, &client, &grant, pinned)
            .await?;
    let fields = &mut renewed.credential.fields;
    fields.insert("access_token".to_owned(), tokens.access_token.clone());
    // If the response has no refresh token, the old one stays valid (RFC 6749, 6).
    if let Some(refresh) = &tokens.refresh_token {
        fields.insert("refresh_token".to_owned(), refresh.clone());
    }
    renewed.times = Times::new(begun, tokens.expiry);
    Ok(renewed)
}

/// Marks the integration so that a person connects it again.
async fn give_up(context: &IntegrationContext<'_>, usable: &Usable, words: &str) -> Result<()> {
    let tx = Transaction::begin().await?;
    if tx.has_credential(context.key, usable.version).await? {
        tx.set_health(context.key, Health::Reauthorize, words, context.cause()).await?;
    }
    tx.commit().await
}
