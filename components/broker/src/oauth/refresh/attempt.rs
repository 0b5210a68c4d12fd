//! One attempt to refresh a version of a credential: the lease, the request to the provider, and the result.
//!
//! An attempt must not ask the provider without the lease, and must not lose a token that it got.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use nexus_common::domain::{GivenUp, Health, IntegrationKey, SealedCredential};
use nexus_common::log::Line;
use nexus_common::platform::beside::spawn;
use nexus_common::platform::clock::{self, Pauses};
use nexus_common::store::{
    HOLDER_MOST_MS, Lease, Renewal, Transaction, give_up, keep_trying, now_ms, require_known_schema,
};
use nexus_common::{Error, Result};
use nexus_vault::credential::{self, Usable};
use nexus_vault::{digest, oauth_app};

use super::notes::{count_answer, logged, words};
use super::renewal::request_tokens;
use super::state::State;
use super::{IntegrationContext, RefreshReason, elapsed, pending};
use crate::ending::plan;
use crate::oauth::refusal::TokenFailure;
use crate::oauth::token::DEADLINE;

/// How long a lease lasts without a renewal, in milliseconds.
const LEASE_MS: i64 = 6_000;
/// How often its holder renews it.
const RENEWAL: Duration = Duration::from_millis(1_500);
/// A holder that is later than this, in milliseconds, renews the lease before it asks the provider, because
/// another request could soon take the lease over.
const LATE_MS: i64 = 3_000;
/// How long an attempt that takes over an expired lease waits before it asks the provider. The holder before may live,
/// with new tokens that the database does not take yet. It stores them within this time once the database does. There is
/// nothing to wait for if the lease ended so long ago that its holder has given up ([`HOLDER_MOST_MS`]), nor for client
/// credentials: a request for a token leaves them as they are.
const GRACE: Duration = Duration::from_secs(3);
/// The pauses between two tries of a renewal while another connection writes.
const RENEWAL_AGAIN: Pauses = Pauses::new(50, RENEWAL.as_millis() as u64 / 4);
/// The pause before the next attempt, after a failure that says nothing about the refresh token.
const BACKOFF_MS: i64 = 15_000;

/// How long the attempt goes on trying to store renewed tokens while the database cannot be written.
const STORE_WITHIN: Duration = Duration::from_secs(40);

/// The longest time that the last try to store tokens takes, in milliseconds: five times the busy timeout of a file.
const LAST_TRY_MS: u128 = 25_000;
// A holder takes the lease, may be late, asks the provider, and stores the tokens.
const _: () = assert!(
    LATE_MS as u128 + DEADLINE.as_millis() + STORE_WITHIN.as_millis() + LAST_TRY_MS
        < LEASE_MS as u128 + HOLDER_MOST_MS as u128
);

/// The exclusive right to ask the provider to refresh one version.
pub(super) struct Attempt {
    name: String,
    version: i64,
    taken_ms: i64,
    /// Whether another attempt had the lease, and may still have tokens to store.
    takes_over: bool,
    reason: RefreshReason,
}

/// The lease of the attempt `name` for `version`.
fn lease_of<'a>(key: IntegrationKey<'a>, version: i64, name: &'a str) -> Lease<'a> {
    Lease { key, version, attempt: name, lasts_ms: LEASE_MS }
}

impl Attempt {
    /// Takes the lease, whose state is `state`. Of many concurrent requests, one gets the write lock. The others must
    /// not queue for it.
    pub(super) async fn begin(
        context: &IntegrationContext<'_>,
        state: &State,
        version: i64,
        reason: RefreshReason,
    ) -> Result<Option<Self>> {
        let name = format!("{:016x}{:016x}", clock::random_u64(), clock::random_u64());
        let takes_over = state.holder_may_live();
        let lease = lease_of(context.key, version, &name);
        let taken = lease.take(reason.forced_every_ms(), takes_over).await?;
        Ok(taken.map(|taken_ms| Self { name, version, taken_ms, takes_over, reason }))
    }

    fn lease<'a>(&'a self, key: IntegrationKey<'a>) -> Lease<'a> {
        lease_of(key, self.version, &self.name)
    }

    /// Asks the provider. The caller waits for at most `patience`. After that the refresh continues in the
    /// background, because the provider may have revoked the old refresh token already. A token that lives is used
    /// meanwhile, as others use it, unless the provider has rejected it.
    pub(super) async fn refresh_within(
        self,
        patience: Duration,
        context: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
    ) -> Result<Usable> {
        let (stored, request_id) = context.to_stored();
        let meanwhile = (alive && self.reason.is_not_forced()).then(|| usable.clone());
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
                match meanwhile {
                    Some(usable) => Ok(usable),
                    None => Err(pending(context).await),
                }
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
        let must_wait = self.takes_over && may_lose_tokens(&usable);
        if let Err(error) = prepare().await {
            return self.not_begun(context, usable, alive, (error, !must_wait)).await;
        }
        // After the look at the lease, nothing is read that could delay the request until the lease has expired.
        let client = oauth_app::of_usable(context.key.workspace, &usable).await;
        if must_wait {
            self.while_held(context, clock::sleep(GRACE)).await;
        }
        // Under load, the holder may get no processor time for seconds.
        let begun = match now_ms().await {
            Ok(begun) => begun,
            Err(error) => {
                return self.not_begun(context, usable, alive, (error, !must_wait)).await;
            }
        };
        let must_renew = must_wait || begun - self.taken_ms > LATE_MS;
        if must_renew && !self.is_renewed_in_time(context).await {
            return self.without_lease(context, usable, alive).await;
        }
        let manifest_id = usable.sourced.manifest.id.clone();
        let is_in_doubt = self.reason.leaves_token_in_doubt() && may_outlive(&usable, begun);
        let replaced = is_in_doubt.then(|| usable.clone());
        match self.while_held(context, request_tokens(usable, client, begun)).await {
            Ok(renewed) => {
                count_answer(&manifest_id, Ok(()));
                self.while_held(context, self.store_success(context, renewed, replaced)).await
            }
            Err((failure, old)) => {
                count_answer(&manifest_id, Err(&failure));
                if let Err(error) = self.store_failure(context, &failure, alive).await {
                    // The lease expires, and a later call asks again.
                    context.log("the failure of a refresh is not stored", &error);
                }
                match failure {
                    TokenFailure::Grant(why) => Err(Error::ReauthorizationRequired(why)),
                    // The old token is used until it expires, if the provider still accepts it.
                    _ if self.reason.lets_use(alive) => Ok(*old),
                    other => Err(other.into()),
                }
            }
        }
    }

    /// The credential for an attempt that has not asked the provider because of `why`: the old one while it may be used.
    /// `may_end` says whether the lease ends now. A lease that was taken from an attempt that may live goes on until it
    /// expires, or the next one would not wait for that attempt.
    async fn not_begun(
        &self,
        context: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
        (why, may_end): (Error, bool),
    ) -> Result<Usable> {
        context.log("a refresh did not begin", &why);
        // A replica of the version that has migrated the database may ask at once.
        let was_forced = !self.reason.is_not_forced();
        if may_end && let Err(error) = self.lease(context.key).release(was_forced).await {
            context.log("the lease of a refresh was not ended", &error);
        }
        if self.reason.lets_use(alive) { Ok(usable) } else { Err(why) }
    }

    /// The credential for an attempt that has lost its lease: the one that another request has stored meanwhile, or
    /// else the old one while it may be used.
    async fn without_lease(
        &self,
        context: &IntegrationContext<'_>,
        usable: Usable,
        alive: bool,
    ) -> Result<Usable> {
        match credential::load(context.key).await {
            Ok(stored) if stored.version != self.version => Ok(stored),
            Ok(_) | Err(Error::Storage { .. }) if self.reason.lets_use(alive) => Ok(usable),
            Ok(_) => Err(pending(context).await),
            Err(error) => Err(error),
        }
    }

    /// Whether a holder that is late still gets its lease renewed before the lease could expire.
    async fn is_renewed_in_time(&self, context: &IntegrationContext<'_>) -> bool {
        let (begun, mut pauses) = (clock::now_ms(), RENEWAL_AGAIN);
        while elapsed(begun).as_millis() as i64 <= LEASE_MS - LATE_MS {
            let asked = clock::now_ms();
            match logged(context, self.lease(context.key).renew().await) {
                Renewal::Held if (elapsed(asked).as_millis() as i64) < LATE_MS => return true,
                // The answer was so late that the lease may have expired since.
                Renewal::Held => {}
                Renewal::Lost => return false,
                Renewal::Busy => pauses.pause().await,
            }
        }
        false
    }

    /// Waits for `request`, or for its tokens to be stored, and renews the lease meanwhile. A renewal that has begun is
    /// completed, because it is a transaction. Between two attempts, nothing delays the response.
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
            let lease = self.lease(context.key);
            let renewal = pin!(lease.renew());
            let renewal = match select(&mut request, renewal).await {
                Either::Left((response, renewal)) => {
                    // The result no longer counts: new tokens that are stored have ended the lease.
                    drop(renewal.await);
                    return response;
                }
                Either::Right((renewal, _)) => logged(context, renewal),
            };
            pause = match renewal {
                Renewal::Busy => again.draw(),
                Renewal::Held | Renewal::Lost => {
                    again = RENEWAL_AGAIN;
                    RENEWAL
                }
            };
        }
    }

    /// Stores the new tokens. If the database cannot be written, or does not say whether it was, this tries again for a
    /// while: the provider may accept no other tokens any more. `replaced` is the credential with the old token, if that
    /// may outlive its replacement.
    async fn store_success(
        &self,
        context: &IntegrationContext<'_>,
        renewed: Usable,
        replaced: Option<Usable>,
    ) -> Result<Usable> {
        let note = |error: &Error| context.log("renewed tokens are not stored yet", error);
        let stored = async {
            // Each seal is another ciphertext, by which a try is found of which no answer came.
            let sealed = renewed.seal(context.key).await?;
            let given_up = match &replaced {
                Some(old) if !has_same_token(old, &renewed) => {
                    plan::replaced_early(context.key, old).await
                }
                _ => GivenUp::default(),
            };
            keep_trying(STORE_WITHIN, note, async || {
                self.try_store(context, &sealed, &given_up).await
            })
            .await
        };
        match stored.await {
            Ok(Some(version)) => Ok(Usable { version, ..renewed }),
            // The integration was deleted or connected again, or another request has refreshed the token.
            Ok(None) => {
                self.give_up(context, &renewed).await;
                credential::load(context.key).await
            }
            // All was tried that time allows.
            Err(error @ (Error::Storage { .. } | Error::Unconfirmed { .. })) => Err(error),
            Err(error) => {
                self.give_up(context, &renewed).await;
                Err(error)
            }
        }
    }

    /// Puts new tokens that are not stored into the outbox. Those that are in use are not revoked.
    async fn give_up(&self, context: &IntegrationContext<'_>, renewed: &Usable) {
        let lost = plan::lost(context.key, renewed).await;
        let by = (context.actor, context.request_id);
        if let Err(error) = give_up(context.key, by, &lost).await {
            context.log("new tokens that are neither stored nor revoked", &error);
        }
    }

    /// Stores the new tokens once, and puts the old ones that are `given_up` into the outbox. Returns the new version, also
    /// if an earlier try has stored them and its answer was lost. `None` if the version has changed meanwhile.
    async fn try_store(
        &self,
        context: &IntegrationContext<'_>,
        sealed: &SealedCredential,
        given_up: &GivenUp,
    ) -> Result<Option<i64>> {
        let tx = Transaction::begin_for_new_tokens().await?;
        if let Some(version) = tx.version_of_sealed(context.key, sealed).await? {
            return Ok(Some(version));
        }
        let Some(version) = tx.store_renewed(context.key, self.version, sealed).await? else {
            return Ok(None);
        };
        tx.give_up(context.key, (context.actor, context.request_id), given_up).await?;
        // A check that rejected the old token decides itself whether the new one is accepted.
        let mended: &[Health] = match self.reason {
            RefreshReason::VerifyRejected(_) => &[Health::Reauthorize],
            _ => &[Health::Reauthorize, Health::Failing],
        };
        tx.mend_health(context.key, mended, "the provider gave a new token", context.cause())
            .await?;
        tx.commit().await?;
        Ok(Some(version))
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

/// Whether a request to the provider uses up what the next request needs. A refresh token may be good for one request. A
/// credential that an admin has entered is good for any number.
fn may_lose_tokens(usable: &Usable) -> bool {
    !usable.sourced.manifest.auth_method.mints()
}

/// Whether the access token may live on after a new one has replaced it: a request for a new token leaves the old one valid,
/// and its time has not come at `now`. A token whose time has come is left to expire, within a minute, because calls that
/// have begun still use it. A token that the application signs itself cannot be revoked.
fn may_outlive(usable: &Usable, now: i64) -> bool {
    let manifest = &usable.sourced.manifest;
    manifest.auth_method.mints()
        && !manifest.signs_tokens()
        && usable.times.refresh_at.is_none_or(|at| at > now)
}

/// Whether the provider gave the token once more that it had given before.
fn has_same_token(one: &Usable, other: &Usable) -> bool {
    let [one, other] = [one, other].map(|usable| usable.credential.fields.get("access_token"));
    one.zip(other).is_some_and(|(one, other)| one.matches(other.expose().as_bytes()))
}

/// Takes the steps that may fail before the provider is asked, because its new tokens must be stored.
async fn prepare() -> Result<()> {
    require_known_schema().await?;
    digest::digester().await.map(drop)
}
