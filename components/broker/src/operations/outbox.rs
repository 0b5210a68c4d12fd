//! Processes the outbox: has each revocation request sent to its provider, and turns the result into a
//! receipt.
//!
//! An entry is taken by moving its time ahead, so only one of several concurrent runs processes it. It is
//! deleted only when the provider has revoked the token, or after seven days of trying. A request that was
//! sent but whose result was not stored is sent again, because revoking a token twice does no harm.
//!
//! This module must not revoke a token that is in use. While a connection may end with the token, the entry
//! is kept. Triggers of the schema wake the entry when such a connection is deleted or replaced.

use futures::future::join_all;
use nexus_common::domain::{EventKind, Receipt, TokenState};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::store::{Event, Outcome, SharedGrant, Transaction, User, note_attempt, now_ms};
use nexus_common::{Error, Result};
use nexus_vault::rows::outbox::{DueEntry, OutboxScope};
use serde_json::json;

use crate::operations::beside;
use crate::operations::revocation::{self, RevocationResult};

/// The wait after the first failure, in milliseconds. It doubles with each failure, up to a day.
const FIRST_MS: i64 = 30_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a revocation is tried before it counts as failed, in milliseconds.
const GIVEN_UP_MS: i64 = 7 * DAY_MS;
/// A kept entry is checked again after this time, in milliseconds, even if nothing has woken it.
const KEPT_MS: i64 = 30 * DAY_MS;
/// How many kept entries are sent at the same time.
const LANES: usize = 8;
/// No entry is begun later than this after the start of a run, in milliseconds. A later tick does the rest. A provider that
/// does not respond takes ten seconds for each entry, or 25 s with the requests that prove an end, and the replaced tokens of one
/// connection may be many. The run has a minute in all.
const LATE_MS: u64 = 15_000;
/// The maximum number of connections that a receipt names.
const NAMED: usize = 3;

/// Whether the revocation request may be sent.
enum Verdict {
    /// No connection uses the token, so the request is sent.
    Tell,
    /// The integration that gave the token up holds it again, and will revoke it when it gives it up.
    InUseAgain,
    /// A connection may end with the token. Holds the reason in words.
    Keep(String),
}

/// Processes entries, and returns a receipt for each.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(scope: OutboxScope<'_>, request_id: &str) -> Result<Vec<Receipt>> {
    let late = clock::now_ms() + LATE_MS;
    let (kept, new): (Vec<_>, Vec<_>) =
        scope.take().await?.into_iter().partition(|entry| entry.kept_at.is_some());
    let alive = beside::alive(new.iter().chain(&kept), request_id).await;
    // The tokens of one integration are processed in order, those of different integrations concurrently.
    let mut groups: Vec<Vec<DueEntry>> = Vec::new();
    for entry in new {
        match groups.iter_mut().find(|group| {
            group.first().is_some_and(|first| first.integration_id == entry.integration_id)
        }) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    let mut done = all(groups, late, request_id).await?;
    let mut lanes: Vec<Vec<DueEntry>> = Vec::new();
    for (index, entry) in kept.into_iter().enumerate() {
        match lanes.get_mut(index % LANES) {
            Some(lane) => lane.push(entry),
            None => lanes.push(vec![entry]),
        }
    }
    done.extend(all(lanes, late, request_id).await?);
    let revoked = done.iter().filter(|(_, receipt)| receipt.state == TokenState::Revoked);
    beside::check(revoked.map(|(entry, _)| entry), &alive, request_id).await;
    Ok(done.into_iter().map(|(_, receipt)| receipt).collect())
}

/// Processes each group in order, and the groups concurrently. An entry that is not begun by `late` is due again
/// after a minute.
async fn all(
    groups: Vec<Vec<DueEntry>>,
    late: u64,
    request_id: &str,
) -> Result<Vec<(DueEntry, Receipt)>> {
    let done = join_all(groups.into_iter().map(|group| async move {
        let mut done = Vec::new();
        for entry in group {
            let receipt = match clock::now_ms() > late {
                true => {
                    let detail = "the revocation is being sent to the provider";
                    receipt(&entry, TokenState::Pending, detail.to_owned())
                }
                false => work(&entry, request_id).await?,
            };
            done.push((entry, receipt));
        }
        Ok::<_, Error>(done)
    }))
    .await;
    let mut all = Vec::new();
    for group in done {
        all.extend(group?);
    }
    Ok(all)
}

/// The time after which a connection must have been made to count. Connections that existed when an admin
/// forced the revocation do not count.
fn since(entry: &DueEntry) -> i64 {
    entry.forced_at.unwrap_or(-1)
}

/// Whether to send the request, if `users` use the token.
fn verdict(entry: &DueEntry, users: &[User]) -> Verdict {
    if users.iter().any(|user| user.has_token && user.id == entry.integration_id) {
        return Verdict::InUseAgain;
    }
    let Some(first) = users.first() else { return Verdict::Tell };
    let names: Vec<&str> = users.iter().take(NAMED).map(User::name).collect();
    let more = if users.len() > NAMED { " and others" } else { "" };
    let names = format!("{}{more}", names.join(", "));
    Verdict::Keep(match first.is_certain {
        true => format!(
            "kept: revoking it could end the connection in use ({names}); it is revoked with the \
             last of them"
        ),
        false => format!(
            "kept: revoking it could end a connection in use ({names}) whose account is not known \
             yet"
        ),
    })
}

fn receipt(entry: &DueEntry, state: TokenState, detail: String) -> Receipt {
    Receipt { token: entry.token.clone(), state, detail, entry_id: Some(entry.id.clone()) }
}

async fn work(entry: &DueEntry, request_id: &str) -> Result<Receipt> {
    // A request that once revoked more than its token is never again believed to revoke the token only.
    let grant = entry.cautious || entry.ends(true).has_finding().await?;
    let ends = entry.ends(grant);
    let outcome = match verdict(entry, &ends.users(since(entry)).await?) {
        Verdict::Keep(_) => return keep(entry, &ends, request_id).await,
        Verdict::InUseAgain => {
            let words = "the connection uses it again, and revokes it when it no longer does";
            RevocationResult::Done(TokenState::Superseded, words.into())
        }
        Verdict::Tell => revocation::send(entry, request_id).await.unwrap_or_else(|error| {
            let line = Line::error("a revocation failed").with("request_id", &request_id);
            line.with("outbox", &entry.id).why(&error);
            RevocationResult::failed("the revocation request could not be sent: see the log")
        }),
    };
    let (state, words) = match outcome {
        RevocationResult::Done(state, words) => (state, words),
        RevocationResult::Failed { words, expires_at } => {
            let now = now_ms().await?;
            let Some(why) = why_given_up(entry, expires_at, now) else {
                let left = expires_at.map_or(i64::MAX, |at| at - now);
                entry.retry_after(pause_ms(entry.attempts).min(left)).await?;
                note_attempt(&entry.id, &words).await?;
                return Ok(receipt(entry, TokenState::Pending, words));
            };
            (TokenState::Failed, format!("{why}, and not tried again: {words}"))
        }
    };
    let tx = Transaction::begin().await?;
    if entry.delete(&tx).await? {
        record(&tx, entry, state, &words, request_id).await?;
        settle(&tx, entry, state, &words, request_id).await?;
    }
    tx.commit().await?;
    Ok(receipt(entry, state, words))
}

/// Why a revocation that has failed at `now` is not tried again. `None` if it is. A token whose lifetime is over is not tried
/// for seven days, because it would take the place of a replaced token that lives.
fn why_given_up(entry: &DueEntry, expires_at: Option<i64>, now: i64) -> Option<&'static str> {
    if expires_at.is_some_and(|at| at <= now) {
        return Some("not revoked before its lifetime was over");
    }
    (now - entry.trying_since > GIVEN_UP_MS).then_some("not revoked within 7 days")
}

/// The pause before the next attempt, after this many attempts, in milliseconds.
fn pause_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    FIRST_MS.saturating_mul(2_i64.saturating_pow(doublings)).min(DAY_MS)
}

/// Keeps the entry until the connections that may end with the token are deleted or replaced. The users are
/// read again inside the transaction, because a connection that was deleted before the entry waited would not
/// wake it.
async fn keep(entry: &DueEntry, ends: &SharedGrant<'_>, request_id: &str) -> Result<Receipt> {
    let tx = Transaction::begin().await?;
    let users = ends.users_in(&tx, since(entry)).await?;
    let Verdict::Keep(words) = verdict(entry, &users) else {
        entry.wake(&tx).await?;
        tx.commit().await?;
        let words = "no connection uses it any more: the revocation is being sent to the provider";
        return Ok(receipt(entry, TokenState::Pending, words.to_owned()));
    };
    let is_there = entry.keep(&tx, KEPT_MS).await?;
    if is_there && entry.kept_at.is_none() {
        record(&tx, entry, TokenState::Superseded, &words, request_id).await?;
    }
    if is_there {
        settle(&tx, entry, TokenState::Superseded, &words, request_id).await?;
    }
    tx.commit().await?;
    Ok(receipt(entry, TokenState::Superseded, words))
}

/// Records the event, in the transaction that makes the change.
async fn record(
    tx: &Transaction,
    entry: &DueEntry,
    state: TokenState,
    words: &str,
    request_id: &str,
) -> Result<()> {
    tx.record(&Event {
        key: entry.key(),
        kind: EventKind::Revocation,
        actor: &entry.actor,
        detail: json!({"token": entry.token, "state": state, "detail": words,
            "ends_grant": entry.ends_grant}),
        request_id,
    })
    .await
}

/// Writes the state into the receipts of the deletion, in the same transaction.
async fn settle(
    tx: &Transaction,
    entry: &DueEntry,
    state: TokenState,
    detail: &str,
    request_id: &str,
) -> Result<()> {
    let DueEntry { id, token, ends_grant, .. } = entry;
    tx.settle_receipts(&Outcome {
        key: entry.key(),
        entry_id: id,
        token,
        state,
        detail,
        ends_grant: *ends_grant,
        request_id,
    })
    .await
}
