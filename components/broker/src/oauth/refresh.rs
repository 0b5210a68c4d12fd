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
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::http::spawn;
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::{Event, Transaction, now_ms, read_row};
use nexus_common::{Error, Result};
use nexus_manifests::{AuthMethod, Manifest};
use serde_json::json;

use super::exchange::mint;
use super::token::{self, Grant, TokenFailure};
use crate::ending::plan;
use crate::vault::credential::{self, Times, Usable};
use crate::vault::digest;
use crate::vault::oauth_app;

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
    Tried,
    /// The provider responded with 401 to a call with this version.
    Refused(i64),
    /// The provider's verify request rejected this version. The refresh token is tried before a person is
    /// asked to connect again.
    Judged(i64),
}

impl RefreshReason {
    /// Whether the old token may be used where there is no new one: it is `alive`, and the provider's own check
    /// has not rejected it.
    const fn lets_use(self, alive: bool) -> bool {
        alive && !matches!(self, Self::Judged(_))
    }
}

/// The integration to refresh, and the actor and request that events name.
#[derive(Clone, Copy)]
pub(crate) struct IntegrationContext<'a> {
    /// The workspace.
    pub(crate) workspace: &'a str,
    /// The integration.
    pub(crate) id: &'a str,
    /// The subject of the token, or `tick`.
    pub(crate) actor: &'a str,
    /// The id of the request.
    pub(crate) request_id: &'a str,
}

impl<'a> IntegrationContext<'a> {
    /// The actor and integration of `stored`, in the request `request_id`.
    pub(crate) fn of(stored: &'a Stored, request_id: &'a str) -> Self {
        Self {
            workspace: &stored.workspace,
            id: &stored.integration_id,
            actor: &stored.actor,
            request_id,
        }
    }

    /// Owned copies of the fields.
    fn to_stored(self) -> (Stored, String) {
        let stored = Stored {
            workspace: self.workspace.to_owned(),
            integration_id: self.id.to_owned(),
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
pub(crate) async fn live(who: &IntegrationContext<'_>) -> Result<Usable> {
    wait(who, RefreshReason::Due).await
}

/// As [`live`], after the provider responded with 401 to `version`. Returns another version if one is stored,
/// or a new one if the last such refresh is long enough ago, and `None` otherwise.
///
/// # Errors
/// As [`live`].
pub(crate) async fn after_refusal(
    who: &IntegrationContext<'_>,
    version: i64,
) -> Result<Option<Usable>> {
    let usable = wait(who, RefreshReason::Refused(version)).await?;
    Ok((usable.version != version).then_some(usable))
}

/// As [`live`], for a check. It also tries a refresh token that the provider has rejected, because the
/// provider may have been in trouble and sent the wrong error code.
///
/// # Errors
/// As [`live`].
pub(crate) async fn tried(who: &IntegrationContext<'_>) -> Result<Usable> {
    wait(who, RefreshReason::Tried).await
}

/// As [`after_refusal`], after the provider's verify request rejected `version`. `None` if a new token was
/// rejected too a moment ago.
///
/// # Errors
/// As [`live`]. [`Error::ReauthorizationRequired`] if the provider rejects the refresh token.
pub(crate) async fn after_judgement(
    who: &IntegrationContext<'_>,
    version: i64,
) -> Result<Option<Usable>> {
    let usable = wait(who, RefreshReason::Judged(version)).await?;
    Ok((usable.version != version).then_some(usable))
}

/// Refreshes a token that would otherwise expire because nobody uses it. Returns whether it was refreshed.
///
/// # Errors
/// As [`live`].
pub(crate) async fn keep_alive(who: &IntegrationContext<'_>) -> Result<bool> {
    let before = credential::load(who.workspace, who.id).await?.version;
    Ok(live(who).await?.version != before)
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
pub(crate) async fn live_or_refreshing(who: &IntegrationContext<'_>) -> Result<Found> {
    find(who, RefreshReason::Due).await
}

/// As [`after_refusal`], for a caller that does the waiting itself.
///
/// # Errors
/// As [`live_or_refreshing`].
pub(crate) async fn after_refusal_or_refreshing(
    who: &IntegrationContext<'_>,
    version: i64,
) -> Result<Found> {
    find(who, RefreshReason::Refused(version)).await
}

/// The error for a call that has waited long enough. It says in how many seconds the refresh or its lease
/// ends at the latest: [`Error::RefreshPending`]. If that cannot be read, [`Error::NotFound`] or
/// [`Error::Storage`].
pub(crate) async fn pending(who: &IntegrationContext<'_>) -> Error {
    State::read(who).await.map_or_else(|error| error, |state| state.pending())
}

/// Finds a token, and waits while another request refreshes it.
async fn wait(who: &IntegrationContext<'_>, why: RefreshReason) -> Result<Usable> {
    let begun = clock::now_ms();
    loop {
        let (version, patience) = match find(who, why).await? {
            Found::Usable(usable) => return Ok(*usable),
            Found::Refreshing { version, seconds } => {
                (version, Duration::from_secs(seconds.into()))
            }
        };
        // Polls only the cheap state. The credential is opened again, or the lease requested, once that can
        // succeed.
        loop {
            if elapsed(begun) >= patience {
                return Err(pending(who).await);
            }
            clock::sleep(POLL).await;
            let state = State::read(who).await?;
            if state.version != version || !state.is_leased() {
                break;
            }
        }
    }
}

async fn find(who: &IntegrationContext<'_>, why: RefreshReason) -> Result<Found> {
    let usable = credential::load(who.workspace, who.id).await?;
    let method = usable.sourced.manifest.auth_method;
    if !method.is_oauth2() {
        return Ok(usable.into());
    }
    let state = State::read(who).await?;
    if !state.wants(why, &usable) {
        return Ok(usable.into());
    }
    let alive = usable.times.expires_at.is_none_or(|at| at > state.now);
    if method == AuthMethod::Oauth2 && !usable.credential.fields.contains_key("refresh_token") {
        return without_refresh_token(who, why, usable, alive).await.map(Found::from);
    }
    if state.is_dead() && matches!(why, RefreshReason::Due | RefreshReason::Refused(_)) {
        return Err(State::dead());
    }
    let (version, seconds) = (usable.version, patience(&usable.sourced.manifest));
    if state.may_be_taken()
        && let Some(lease) = Lease::take(who, version, why).await?
    {
        let patience = Duration::from_secs(seconds.into());
        return lease.refresh_within(patience, who, usable, alive).await.map(Found::from);
    }
    if state.is_dead() && state.backing_off() {
        return Err(State::dead());
    }
    if alive && matches!(why, RefreshReason::Due | RefreshReason::Tried) {
        return Ok(usable.into());
    }
    if state.backing_off() {
        let words = "the provider's token endpoint is in trouble: it is tried again soon";
        let trouble = Error::Provider(words.into());
        return if why.lets_use(alive) { Ok(usable.into()) } else { Err(trouble) };
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
    who: &IntegrationContext<'_>,
    why: RefreshReason,
    usable: Usable,
    alive: bool,
) -> Result<Usable> {
    let words = match (alive, why) {
        (true, RefreshReason::Due | RefreshReason::Tried | RefreshReason::Refused(_)) => {
            return Ok(usable);
        }
        (true, RefreshReason::Judged(_)) => {
            "the provider no longer accepts the access token, and gave no refresh token"
        }
        (false, _) => "the access token has expired, and the provider gave no refresh token",
    };
    give_up(who, &usable, words).await?;
    Err(Error::ReauthorizationRequired(words.into()))
}

/// The stored state of a credential's refresh.
struct State {
    now: i64,
    version: i64,
    health: String,
    lease_until: i64,
    attempt: bool,
    forced_at: i64,
}

impl State {
    async fn read(who: &IntegrationContext<'_>) -> Result<Self> {
        let sql = "select cast(unixepoch('subsec') * 1000 as integer), i.health, c.lease_until,
                     c.attempt is not null, c.forced_at, c.version
                   from integrations i join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let row = read_row(sql, [Value::text(who.workspace), Value::text(who.id)]).await?;
        let row = row.ok_or_else(|| Error::NotFound(format!("{} was deleted", who.id)))?;
        Ok(Self {
            now: row.get(0).unwrap_or(0),
            health: text(&row, 1).to_owned(),
            lease_until: row.get::<f64>(2).map_or(0, |at| at as i64),
            attempt: row.get(3).unwrap_or(false),
            forced_at: row.get(4).unwrap_or(0),
            version: row.get(5).unwrap_or(0),
        })
    }

    /// Whether the token should be refreshed.
    fn wants(&self, why: RefreshReason, usable: &Usable) -> bool {
        let is_due = usable.times.refresh_at.is_some_and(|at| at <= self.now);
        // If another request has just begun a refresh, this one waits for its result.
        let may_be_forced = match why {
            RefreshReason::Due => false,
            RefreshReason::Tried => self.is_dead(),
            RefreshReason::Refused(version) => {
                usable.version == version && (self.may_be_forced() || self.is_leased())
            }
            RefreshReason::Judged(version) => usable.version == version && !self.was_in_vain(),
        };
        is_due || may_be_forced
    }

    /// Whether the provider has rejected the refresh token.
    fn is_dead(&self) -> bool {
        self.health == "reauthorize"
    }

    fn dead() -> Error {
        let words = "the provider no longer accepts the connection: connect it again";
        Error::ReauthorizationRequired(words.into())
    }

    /// The error for a call that waited long enough. By then the refresh is done, or its lease has expired.
    fn pending(&self) -> Error {
        let left = self.lease_until.saturating_sub(self.now).max(0) as u64;
        Error::RefreshPending { retry_after: left.div_ceil(1000).max(1) }
    }

    /// Whether a request is asking the provider now.
    fn is_leased(&self) -> bool {
        self.attempt && !self.may_be_taken()
    }

    fn may_be_taken(&self) -> bool {
        self.lease_until < self.now
    }

    /// Whether no request is asking the provider, and none may yet.
    fn backing_off(&self) -> bool {
        !self.attempt && self.lease_until > self.now
    }

    /// Whether a token that was obtained a moment ago was rejected too.
    fn was_in_vain(&self) -> bool {
        self.health == "failing" && self.forced_at > self.now - IN_VAIN_MS
    }

    fn may_be_forced(&self) -> bool {
        self.forced_at <= self.now - FORCED_MS
    }
}

/// The result of an attempt to renew a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Renewal {
    /// The lease is renewed.
    Held,
    /// Another attempt has the lease, or the credential has changed.
    Lost,
    /// The database could not be written.
    Busy,
}

/// The pause after `pause`, at random: holders that meet must not meet again.
fn longer(pause: Duration) -> Duration {
    let most = (pause * 2).min(RENEWAL / 4);
    most / 2 + Duration::from_millis(clock::random_u64() % (most.as_millis() as u64 / 2 + 1))
}

/// The exclusive right to ask the provider to refresh one version.
struct Lease {
    attempt: String,
    taken_ms: i64,
    why: RefreshReason,
}

impl Lease {
    async fn take(
        who: &IntegrationContext<'_>,
        version: i64,
        why: RefreshReason,
    ) -> Result<Option<Self>> {
        let attempt = format!("{:016x}{:016x}", clock::random_u64(), clock::random_u64());
        let (forced, at_most_every) = match why {
            RefreshReason::Due | RefreshReason::Tried => (false, 0),
            RefreshReason::Refused(_) => (true, FORCED_MS),
            RefreshReason::Judged(_) => (true, 0),
        };
        // Of many concurrent requests, one gets the lock. The others must not queue for it.
        let Some(tx) = Transaction::begin_if_free().await? else { return Ok(None) };
        let taken = tx
            .row(
                "update credentials set lease_until = ?4 + ?5, attempt = ?6,
                   forced_at = iif(?7, ?4, forced_at)
                 where workspace = ?1 and integration_id = ?2 and version = ?3
                   and (lease_until is null or lease_until < ?4)
                   and (not ?7 or forced_at is null or forced_at <= ?4 - ?8)
                 returning 1",
                [
                    Value::text(who.workspace),
                    Value::text(who.id),
                    Value::integer(version),
                    Value::integer(tx.now_ms),
                    Value::integer(LEASE_MS),
                    Value::text(attempt.as_str()),
                    Value::integer(i64::from(forced)),
                    Value::integer(at_most_every),
                ],
            )
            .await?;
        let taken_ms = tx.now_ms;
        tx.commit().await?;
        Ok(taken.map(|_| Self { attempt, taken_ms, why }))
    }

    /// Asks the provider. The caller waits for at most `patience`. After that the refresh continues in the
    /// background, because the provider may have revoked the old refresh token already.
    async fn refresh_within(
        self,
        patience: Duration,
        who: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
    ) -> Result<Usable> {
        let (stored, request_id) = who.to_stored();
        let refresh = Box::pin(async move {
            let who = IntegrationContext::of(&stored, &request_id);
            let refreshed = self.refresh(&who, usable, alive).await;
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
                Err(pending(who).await)
            }
        }
    }

    /// Asks the provider, stores the result, and returns the credential as it then is.
    async fn refresh(
        self,
        who: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
    ) -> Result<Usable> {
        let version = usable.version;
        // Steps that may fail come before the provider is asked.
        digest::digester().await?;
        // Under load, the holder may get no processor time for seconds.
        let is_late = now_ms().await? - self.taken_ms > LATE_MS;
        if is_late && !self.is_renewed_in_time(who, version).await {
            return if self.why.lets_use(alive) { Ok(usable) } else { Err(pending(who).await) };
        }
        match self.while_held(who, version, ask(who, usable)).await {
            Ok(renewed) => self.store_success(who, version, renewed).await,
            Err((failure, old)) => {
                self.store_failure(who, version, &failure, alive).await?;
                match failure {
                    TokenFailure::Grant(why) => Err(Error::ReauthorizationRequired(why)),
                    // The old token is used until it expires, if the provider still accepts it.
                    _ if self.why.lets_use(alive) => Ok(*old),
                    other => Err(other.into()),
                }
            }
        }
    }

    /// Whether a holder that is late still gets its lease renewed before the lease could expire.
    async fn is_renewed_in_time(&self, who: &IntegrationContext<'_>, version: i64) -> bool {
        let begun = clock::now_ms();
        let mut pause = RENEWAL_AGAIN;
        while elapsed(begun).as_millis() as i64 <= LEASE_MS - LATE_MS {
            match self.renew_or_log(who, version).await {
                Renewal::Held => return true,
                Renewal::Lost => return false,
                Renewal::Busy => clock::sleep(pause).await,
            }
            pause = longer(pause);
        }
        false
    }

    /// Waits for `request`, and renews the lease meanwhile. A renewal that has begun is completed, because it
    /// is a transaction; between two attempts nothing holds up the response.
    async fn while_held<T>(
        &self,
        who: &IntegrationContext<'_>,
        version: i64,
        request: impl Future<Output = T>,
    ) -> T {
        let mut request = pin!(request);
        let (mut pause, mut again) = (RENEWAL, RENEWAL_AGAIN);
        loop {
            let wait = pin!(clock::sleep(pause));
            if let Either::Left((response, _)) = select(&mut request, wait).await {
                return response;
            }
            let renewal = pin!(self.renew_or_log(who, version));
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
    async fn renew_or_log(&self, who: &IntegrationContext<'_>, version: i64) -> Renewal {
        let line = || {
            let line = Line::error("the lease of a refresh was not renewed");
            line.with("request_id", &who.request_id).with("integration", &who.id)
        };
        match self.renew(who, version).await {
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

    /// Extends the lease to [`LEASE_MS`] from now, if the write lock is free. It does not queue for the lock,
    /// because among many writers its turn could come too late.
    async fn renew(&self, who: &IntegrationContext<'_>, version: i64) -> Result<Renewal> {
        let Some(tx) = Transaction::begin_if_free().await? else { return Ok(Renewal::Busy) };
        let sql = "update credentials set lease_until = ?5
                   where workspace = ?1 and integration_id = ?2 and version = ?3 and attempt = ?4
                   returning 1";
        let values = [
            Value::text(who.workspace),
            Value::text(who.id),
            Value::integer(version),
            Value::text(self.attempt.as_str()),
            Value::integer(tx.now_ms + LEASE_MS),
        ];
        let is_held = tx.row(sql, values).await?.is_some();
        tx.commit().await?;
        Ok(if is_held { Renewal::Held } else { Renewal::Lost })
    }

    /// Stores the new tokens. If the version has changed meanwhile, they go to the outbox.
    async fn store_success(
        &self,
        who: &IntegrationContext<'_>,
        version: i64,
        mut renewed: Usable,
    ) -> Result<Usable> {
        let sealed = renewed.seal(who.workspace, who.id).await?;
        let bytes = sealed.bytes()?;
        let tx = Transaction::begin().await?;
        let key = || [Value::text(who.workspace), Value::text(who.id)];
        let written = tx
            .row(
                "update credentials set sealed = ?4, key_id = ?5, expires_at = ?6, refresh_at = ?7,
                   updated_at = ?8, version = version + 1, lease_until = null, attempt = null
                 where workspace = ?1 and integration_id = ?2 and version = ?3
                 returning version",
                key().into_iter().chain([
                    Value::integer(version),
                    Value::from(bytes),
                    Value::text(sealed.key_id.as_str()),
                    Value::from(sealed.expires_at),
                    Value::from(sealed.refresh_at),
                    Value::integer(tx.now_ms),
                ]),
            )
            .await?;
        let Some(row) = written else {
            // The integration was deleted or connected again, or another request has refreshed the token. The
            // new tokens that are not in use are revoked.
            let lost = plan::lost(who.workspace, who.id, &renewed).await;
            tx.give_up(who.workspace, who.id, (who.actor, who.request_id), &lost).await?;
            tx.commit().await?;
            return credential::load(who.workspace, who.id).await;
        };
        renewed.version = row.get(0).unwrap_or(version + 1);
        tx.hold(who.id, &sealed.digests).await?;
        let mended = tx
            .row(
                "update integrations set health = 'healthy', health_at = ?3, health_detail = null
                 where workspace = ?1 and id = ?2
                   and health in ('reauthorize', iif(?4, 'reauthorize', 'failing')) returning 1",
                key().into_iter().chain([
                    Value::integer(tx.now_ms),
                    // A check that rejected the old token decides itself whether the new one is accepted.
                    Value::integer(i64::from(matches!(self.why, RefreshReason::Judged(_)))),
                ]),
            )
            .await?;
        if mended.is_some() {
            note(&tx, who, "healthy", "the provider gave a new token").await?;
        }
        tx.commit().await?;
        Ok(renewed)
    }

    /// Stores the failure, if this attempt still holds the lease.
    async fn store_failure(
        &self,
        who: &IntegrationContext<'_>,
        version: i64,
        failure: &TokenFailure,
        alive: bool,
    ) -> Result<()> {
        let (health, words) = match failure {
            TokenFailure::Grant(why) => (Some("reauthorize"), why.clone()),
            TokenFailure::Client(why) => (Some("failing"), why.clone()),
            TokenFailure::Trouble(error) => ((!alive).then_some("failing"), words(error)),
        };
        let tx = Transaction::begin().await?;
        let ours = tx
            .row(
                "update credentials set attempt = null, lease_until = ?5
                 where workspace = ?1 and integration_id = ?2 and version = ?3 and attempt = ?4
                 returning 1",
                [
                    Value::text(who.workspace),
                    Value::text(who.id),
                    Value::integer(version),
                    Value::text(self.attempt.as_str()),
                    Value::integer(tx.now_ms + BACKOFF_MS),
                ],
            )
            .await?;
        if let (Some(_), Some(health)) = (ours, health) {
            set_health(&tx, who, health, &words).await?;
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
async fn ask(
    who: &IntegrationContext<'_>,
    usable: Usable,
) -> Result<Usable, (TokenFailure, Box<Usable>)> {
    match renew(who, &usable).await {
        Ok(renewed) => Ok(renewed),
        Err(failure) => Err((failure, Box::new(usable))),
    }
}

async fn renew(who: &IntegrationContext<'_>, usable: &Usable) -> Result<Usable, TokenFailure> {
    let mut renewed = usable.clone();
    if renewed.sourced.manifest.auth_method == AuthMethod::Oauth2ClientCredentials {
        // The provider rejects fields that a person has entered, so a person must enter them again.
        mint(&mut renewed).await.map_err(|failure| match failure {
            TokenFailure::Client(why) => TokenFailure::Grant(why),
            other => other,
        })?;
        return Ok(renewed);
    }
    let client = oauth_app::of_usable(who.workspace, usable).await?;
    let field = |name: &str| usable.credential.fields.get(name).map_or("", String::as_str);
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
        token::ask(&usable.workspace, manifest, &usable.params, &client, &grant, pinned).await?;
    let fields = &mut renewed.credential.fields;
    fields.insert("access_token".to_owned(), tokens.access_token.to_string());
    // If the response has no refresh token, the old one stays valid (RFC 6749, 6).
    if let Some(refresh) = &tokens.refresh_token {
        fields.insert("refresh_token".to_owned(), refresh.to_string());
    }
    renewed.times = Times::new(begun, tokens.end);
    Ok(renewed)
}

/// Marks the integration so that a person connects it again.
async fn give_up(who: &IntegrationContext<'_>, usable: &Usable, words: &str) -> Result<()> {
    let tx = Transaction::begin().await?;
    let sql = "select 1 from credentials
               where workspace = ?1 and integration_id = ?2 and version = ?3";
    let values = [Value::text(who.workspace), Value::text(who.id), Value::integer(usable.version)];
    if tx.row(sql, values).await?.is_some() {
        set_health(&tx, who, "reauthorize", words).await?;
    }
    tx.commit().await
}

async fn set_health(
    tx: &Transaction,
    who: &IntegrationContext<'_>,
    health: &str,
    words: &str,
) -> Result<()> {
    let changed = tx
        .row(
            "update integrations set health = ?3, health_at = ?4, health_detail = ?5
             where workspace = ?1 and id = ?2
               and (health <> ?3 or health_detail is not ?5) returning 1",
            [
                Value::text(who.workspace),
                Value::text(who.id),
                Value::text(health),
                Value::integer(tx.now_ms),
                Value::text(words),
            ],
        )
        .await?;
    if changed.is_some() {
        note(tx, who, health, words).await?;
    }
    Ok(())
}

async fn note(
    tx: &Transaction,
    who: &IntegrationContext<'_>,
    health: &str,
    words: &str,
) -> Result<()> {
    tx.record(&Event {
        workspace: who.workspace,
        integration_id: who.id,
        kind: "integration.health",
        actor: who.actor,
        detail: json!({"to": health, "detail": words}),
        request_id: who.request_id,
    })
    .await
}
