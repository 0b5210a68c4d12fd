//! Processes the outbox: sends each revocation request to its provider, and turns the response into a
//! receipt.
//!
//! An entry is taken by moving its time ahead, so only one of several concurrent runs processes it. It is
//! deleted only when the provider has revoked the token, or after seven days of trying. A request that was
//! sent but whose result was not stored is sent again, because revoking a token twice does no harm.
//!
//! This module must not revoke a token that is in use. While a connection may end with the token, the entry
//! is kept. Triggers of the schema wake the entry when such a connection is deleted or replaced.

use std::time::Duration;

use futures::future::join_all;
use http::HeaderMap;
use nexus_common::domain::{EventKind, Receipt, TokenState};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::secret::Secret;
use nexus_common::store::{Event, Outcome, SharedGrant, Transaction, User, note_attempt, now_ms};
use nexus_common::{Error, Result};
use nexus_manifests::Sign;
use nexus_vault::rows::outbox::{DueEntry, OutboxScope};
use nexus_vault::{keys, seal};
use serde_json::json;
use url::Url;

use crate::ending::plan::place;
use crate::ending::request::Call;
use crate::operations::{beside, renewed};
use crate::provider::FORM;
use crate::provider::answer::Answer;
use crate::provider::call::{Transmission, header_name, header_value, require_method, transmit};
use crate::provider::screen::Screen;

/// The time limit of one request, with its response body.
const DEADLINE: Duration = Duration::from_secs(10);
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
/// does not respond takes [`DEADLINE`] for each entry, and the replaced tokens of one connection may be many.
const LATE_MS: u64 = 20_000;
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
        Verdict::Tell => tell(entry).await.unwrap_or_else(|error| {
            let line = Line::error("a revocation failed").with("request_id", &request_id);
            line.with("outbox", &entry.id).why(&error);
            RevocationResult::Failed(
                "the revocation request could not be sent: see the log".to_owned(),
            )
        }),
    };
    let (state, words) = match outcome {
        RevocationResult::Done(state, words) => (state, words),
        RevocationResult::Failed(words) if now_ms().await? - entry.trying_since > GIVEN_UP_MS => {
            let words = format!("not revoked within 7 days, and not tried again: {words}");
            (TokenState::Failed, words)
        }
        RevocationResult::Failed(words) => {
            entry.retry_after(pause_ms(entry.attempts)).await?;
            note_attempt(&entry.id, &words).await?;
            return Ok(receipt(entry, TokenState::Pending, words));
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

/// The result of a revocation request.
enum RevocationResult {
    Done(TokenState, String),
    Failed(String),
}

async fn tell(entry: &DueEntry) -> Result<RevocationResult> {
    let ring = keys::ring().await?;
    let plain = match seal::open(&ring, place(&entry.workspace, &entry.id), &entry.sealed) {
        Ok(plain) => plain,
        Err(_) => {
            return Ok(RevocationResult::Failed(
                "the entry cannot be opened: its key is missing".into(),
            ));
        }
    };
    let mut call: Call = match serde_json::from_slice(&plain) {
        Ok(call) => call,
        Err(_) => return Ok(RevocationResult::Failed("the entry cannot be read".into())),
    };
    renewed::renew(&entry.workspace, &mut call).await?;
    let screen = Screen::new(call.secrets.iter().map(Secret::expose));
    let url = Url::parse(call.url.expose())
        .map_err(|_| Error::Internal("an entry without a URL".into()))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        headers.insert(header_name(name)?, header_value(value.expose())?);
    }
    let body = call.body.as_ref().map(|(kind, body)| {
        let kind = if kind == "application/json" { "application/json" } else { FORM };
        (kind, body.clone())
    });
    let method = require_method(&call.method)?;
    let workspace = entry.workspace.as_str();
    let transmission = Transmission { workspace, method, url, headers, body };
    Ok(match transmit(transmission, &call.pinned, DEADLINE, screen).await {
        Ok(answer) => judge(&call, &answer),
        Err(Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why)) => {
            RevocationResult::Failed(why)
        }
        Err(other) => return Err(other),
    })
}

/// Reads the provider's response. Success is a 2xx, and the manifest may require more. If the provider says
/// that it does not know the token (any more), the token counts as revoked.
fn judge(call: &Call, answer: &Answer) -> RevocationResult {
    let status = answer.status.as_u16();
    let json = answer.members();
    // A sign may be a status alone, whatever the body is.
    let body = json.unwrap_or(&serde_json::Value::Null);
    let known_by = |sign: &Sign| sign.matches(status, body);
    if call.gone_on.iter().any(known_by) {
        return RevocationResult::Done(
            TokenState::Revoked,
            "the provider no longer knew the token".into(),
        );
    }
    let is_success = match &call.success {
        None => answer.status.is_success(),
        Some(success) => {
            answer.status.is_success() && json.is_some_and(|json| success.holds(json) == Some(true))
        }
    };
    if is_success {
        return RevocationResult::Done(
            TokenState::Revoked,
            format!("the provider answered {status}"),
        );
    }
    let own = call.success.as_ref().and_then(|success| success.error.as_deref());
    let pointers = own.into_iter().chain(["/error_description", "/error", "/message"]);
    let words = json.and_then(|json| answer.words(json, pointers));
    let summary = format!("the provider answered {status}");
    RevocationResult::Failed(
        words.map_or_else(|| summary.clone(), |words| format!("{summary}: {words}")),
    )
}
