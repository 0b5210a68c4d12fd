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
use nexus_common::broker::{Receipt, Stored};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::platform::sqlite::{Row, Value, text};
use nexus_common::store::{Event, Transaction, read_row};
use nexus_common::{Error, Result};
use nexus_manifests::Sign;
use serde_json::json;
use url::Url;

use crate::ending::in_use::{SharedGrant, User};
use crate::ending::plan::{Call, place};
use crate::operations::beside;
use crate::operations::renewed;
use crate::provider::answer::Answer;
use crate::provider::call::{
    FORM, Transmission, header_name, header_value, known_method, transmit,
};
use crate::provider::screen::Screen;
use crate::vault::keys;
use crate::vault::seal;

/// The time limit of one request, with its response body.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long an entry that was taken cannot be taken again, in milliseconds.
const TAKEN_MS: i64 = 60_000;
/// The wait after the first failure, in milliseconds. It doubles with each failure, up to a day.
const FIRST_MS: i64 = 30_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a revocation is tried before it counts as failed, in milliseconds.
const GIVEN_UP_MS: i64 = 7 * DAY_MS;
/// A kept entry is checked again after this time, in milliseconds, even if nothing has woken it.
const KEPT_MS: i64 = 30 * DAY_MS;
/// How many kept entries are sent at the same time.
const LANES: usize = 8;
/// No kept entry is begun later than this after the start of a run, in milliseconds. The tick does the rest.
const LATE_MS: u64 = 20_000;
/// The maximum number of connections that a receipt names.
const NAMED: usize = 3;

/// Which entries to process.
pub(crate) enum OutboxScope<'a> {
    /// The new entries of an integration, and the kept entries with these ids.
    Of(&'a Stored, &'a [String]),
    /// The entries that are due, at most this many.
    Due(u32),
}

/// An entry that is being processed.
pub(crate) struct DueEntry {
    /// The id of the entry.
    id: String,
    /// The workspace of the entry.
    pub(crate) workspace: String,
    /// The integration that gave the token up. It may have been deleted.
    pub(crate) integration_id: String,
    /// The name of the token.
    pub(crate) token: String,
    sealed: Vec<u8>,
    /// The actor that gave the token up.
    pub(crate) actor: String,
    attempts: i64,
    trying_since: i64,
    /// Whether the manifest says that the token's grant is revoked too.
    pub(crate) ends_grant: bool,
    cautious: bool,
    forced_at: Option<i64>,
    kept_at: Option<i64>,
    digest: String,
    authorization_server: Option<String>,
    revocation_server: Option<String>,
    /// The manifest that describes the request.
    pub(crate) manifest_id: String,
    client_id: Option<String>,
    account_id: Option<String>,
}

/// Whether the revocation request may be sent.
enum Verdict {
    /// No connection uses the token: send the request.
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
pub(crate) async fn run(which: OutboxScope<'_>, request_id: &str) -> Result<Vec<Receipt>> {
    let begun = clock::now_ms();
    let (kept, new): (Vec<_>, Vec<_>) =
        take(&which).await?.into_iter().partition(|entry| entry.kept_at.is_some());
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
    let mut done = all(groups, None, request_id).await?;
    let mut lanes: Vec<Vec<DueEntry>> = Vec::new();
    for (index, entry) in kept.into_iter().enumerate() {
        match lanes.get_mut(index % LANES) {
            Some(lane) => lane.push(entry),
            None => lanes.push(vec![entry]),
        }
    }
    done.extend(all(lanes, Some(begun + LATE_MS), request_id).await?);
    let revoked = done.iter().filter(|(_, receipt)| receipt.state == "revoked");
    beside::check(revoked.map(|(entry, _)| entry), &alive, request_id).await;
    Ok(done.into_iter().map(|(_, receipt)| receipt).collect())
}

/// Processes each group in order, and the groups concurrently. An entry that is not begun by `late` stays
/// due.
async fn all(
    groups: Vec<Vec<DueEntry>>,
    late: Option<u64>,
    request_id: &str,
) -> Result<Vec<(DueEntry, Receipt)>> {
    let done = join_all(groups.into_iter().map(|group| async move {
        let mut done = Vec::new();
        for entry in group {
            let receipt = match late.is_some_and(|late| clock::now_ms() > late) {
                true => {
                    let detail = "the revocation is being sent to the provider";
                    entry.receipt("pending", detail.to_owned())
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

async fn take(which: &OutboxScope<'_>) -> Result<Vec<DueEntry>> {
    let due = "select 1 from outbox where next_at <= unixepoch('subsec') * 1000 limit 1";
    if matches!(which, OutboxScope::Due(_)) && read_row(due, []).await?.is_none() {
        return Ok(Vec::new());
    }
    let tx = Transaction::begin().await?;
    let mut values = vec![Value::integer(tx.now_ms)];
    let filter = match which {
        OutboxScope::Of(stored, kept) => {
            values.extend([
                Value::text(stored.workspace.as_str()),
                Value::text(stored.integration_id.as_str()),
                Value::text(json!(kept).to_string()),
            ]);
            "workspace = ?2 and ((integration_id = ?3 and attempts = 0 and kept_at is null)
               or (kept_at is not null and next_at <= ?1
                 and id in (select value from json_each(?4))))"
        }
        OutboxScope::Due(limit) => {
            values.push(Value::from(*limit));
            "id in (select id from outbox where next_at <= ?1 order by next_at limit ?2)"
        }
    };
    // For a kept entry, the seven days of trying begin now.
    let sql = format!(
        "update outbox set next_at = ?1 + {TAKEN_MS}, attempts = attempts + 1,
           created_at = iif(kept_at is null, created_at, ?1)
         where {filter}
         returning id, workspace, integration_id, token, sealed, actor, attempts, created_at,
           ends_grant, cautious, digest, authorization_server, client_id, account_id, forced_at,
           kept_at, revocation_server, manifest_id"
    );
    let rows = tx.query(&sql, values).await?;
    tx.commit().await?;
    let mut taken: Vec<DueEntry> = rows.iter().map(DueEntry::of).collect();
    // The refresh token comes first. Ids are in the order of creation.
    taken.sort_by(|a, b| {
        (a.token != "refresh_token", &a.id).cmp(&(b.token != "refresh_token", &b.id))
    });
    Ok(taken)
}

impl DueEntry {
    fn of(row: &Row) -> Self {
        let or_none = |index| Some(text(row, index).to_owned()).filter(|t| !t.is_empty());
        Self {
            id: text(row, 0).to_owned(),
            workspace: text(row, 1).to_owned(),
            integration_id: text(row, 2).to_owned(),
            token: text(row, 3).to_owned(),
            sealed: row.get::<&[u8]>(4).unwrap_or_default().to_vec(),
            actor: text(row, 5).to_owned(),
            attempts: row.get(6).unwrap_or(1),
            trying_since: row.get(7).unwrap_or(0),
            ends_grant: row.get(8).unwrap_or(false),
            cautious: row.get(9).unwrap_or(true),
            digest: text(row, 10).to_owned(),
            authorization_server: or_none(11),
            client_id: or_none(12),
            account_id: or_none(13),
            forced_at: row.get(14),
            kept_at: row.get(15),
            revocation_server: or_none(16),
            manifest_id: text(row, 17).to_owned(),
        }
    }

    /// What the request revokes. `grant` is whether it may revoke more than the token.
    pub(crate) fn ends(&self, grant: bool) -> SharedGrant<'_> {
        SharedGrant {
            workspace: &self.workspace,
            integration_id: &self.integration_id,
            digest: &self.digest,
            grant,
            authorization_server: self.authorization_server.as_deref(),
            revocation_server: self.revocation_server.as_deref(),
            manifest_id: &self.manifest_id,
            client_id: self.client_id.as_deref(),
            account_id: self.account_id.as_deref(),
        }
    }

    /// The time after which a connection must have been made to count. Connections that existed when an admin
    /// forced the revocation do not count.
    fn since(&self) -> i64 {
        self.forced_at.unwrap_or(-1)
    }

    /// Whether to send the request, if `users` use the token.
    fn verdict(&self, users: &[User]) -> Verdict {
        if users.iter().any(|user| user.has_token && user.id == self.integration_id) {
            return Verdict::InUseAgain;
        }
        let Some(first) = users.first() else { return Verdict::Tell };
        let names: Vec<&str> = users.iter().take(NAMED).map(User::name).collect();
        let more = if users.len() > NAMED { " and others" } else { "" };
        let names = format!("{}{more}", names.join(", "));
        Verdict::Keep(match first.is_certain {
            true => format!(
                "kept: revoking it could end the connection in use ({names}); it is revoked with \
                 the last of them"
            ),
            false => format!(
                "kept: revoking it could end a connection in use ({names}) whose account is not \
                 known yet"
            ),
        })
    }

    /// Whether the request is sent although a connection may use the token. That is the case if no other
    /// token is known to be revoked with it, or if an admin forced the revocation.
    pub(crate) fn is_told(&self) -> bool {
        !self.cautious || self.forced_at.is_some()
    }

    fn receipt(&self, state: &str, detail: String) -> Receipt {
        let (token, state) = (self.token.clone(), state.to_owned());
        Receipt { token, state, detail, entry_id: Some(self.id.clone()) }
    }
}

async fn work(entry: &DueEntry, request_id: &str) -> Result<Receipt> {
    // A request that once revoked more than its token is never again believed to revoke the token only.
    let grant = entry.cautious || entry.ends(true).has_finding().await?;
    let ends = entry.ends(grant);
    let outcome = match entry.verdict(&ends.users(entry.since()).await?) {
        Verdict::Keep(_) => return keep(entry, &ends, request_id).await,
        Verdict::InUseAgain => {
            let words = "the connection uses it again, and revokes it when it no longer does";
            RevocationResult::Done("superseded", words.into())
        }
        Verdict::Tell => tell(entry).await.unwrap_or_else(|error| {
            let line = Line::error("a revocation failed").with("request_id", &request_id);
            line.with("outbox", &entry.id).why(&error);
            RevocationResult::Failed(
                "the revocation request could not be sent: see the log".to_owned(),
            )
        }),
    };
    let tx = Transaction::begin().await?;
    let given_up = tx.now_ms - entry.trying_since > GIVEN_UP_MS;
    let (state, words, done) = match outcome {
        RevocationResult::Done(state, words) => (state, words, true),
        RevocationResult::Failed(words) if given_up => {
            ("failed", format!("not revoked within 7 days, and not tried again: {words}"), true)
        }
        RevocationResult::Failed(words) => ("pending", words, false),
    };
    if done {
        let sql = "delete from outbox where id = ?1 returning 1";
        let ours = tx.row(sql, [Value::text(entry.id.as_str())]).await?;
        if ours.is_some() {
            record(&tx, entry, state, &words, request_id).await?;
        }
    } else {
        let doublings = u32::try_from(entry.attempts.clamp(1, 20) - 1).unwrap_or(0);
        let wait = FIRST_MS.saturating_mul(2_i64.saturating_pow(doublings)).min(DAY_MS);
        tx.query(
            "update outbox set next_at = ?2, kept_at = null where id = ?1",
            [Value::text(entry.id.as_str()), Value::integer(tx.now_ms + wait)],
        )
        .await?;
    }
    tx.commit().await?;
    Ok(entry.receipt(state, words))
}

/// Keeps the entry until the connections that may end with the token are deleted or replaced. The users are
/// read again inside the transaction, because a connection that was deleted before the entry waited would not
/// wake it.
async fn keep(entry: &DueEntry, ends: &SharedGrant<'_>, request_id: &str) -> Result<Receipt> {
    let tx = Transaction::begin().await?;
    let id = || Value::text(entry.id.as_str());
    let Verdict::Keep(words) = entry.verdict(&ends.users_in(&tx, entry.since()).await?) else {
        tx.query("update outbox set next_at = 0 where id = ?1", [id()]).await?;
        tx.commit().await?;
        let words = "no connection uses it any more: the revocation is being sent to the provider";
        return Ok(entry.receipt("pending", words.to_owned()));
    };
    let sql = "update outbox set kept_at = coalesce(kept_at, ?2), next_at = ?3, attempts = 0
               where id = ?1 returning 1";
    let until = Value::integer(tx.now_ms + KEPT_MS);
    let ours = tx.row(sql, [id(), Value::integer(tx.now_ms), until]).await?;
    if ours.is_some() && entry.kept_at.is_none() {
        record(&tx, entry, "superseded", &words, request_id).await?;
    }
    tx.commit().await?;
    Ok(entry.receipt("superseded", words))
}

/// Records the event, in the transaction that makes the change.
async fn record(
    tx: &Transaction,
    entry: &DueEntry,
    state: &str,
    words: &str,
    request_id: &str,
) -> Result<()> {
    tx.record(&Event {
        workspace: &entry.workspace,
        integration_id: &entry.integration_id,
        kind: "integration.revocation",
        actor: &entry.actor,
        detail: json!({"token": entry.token, "state": state, "detail": words,
            "ends_grant": entry.ends_grant}),
        request_id,
    })
    .await
}

/// The result of a revocation request.
enum RevocationResult {
    Done(&'static str, String),
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
    let screen = Screen::new(call.secrets.iter().map(String::as_str));
    let url =
        Url::parse(&call.url).map_err(|_| Error::Internal("an entry without a URL".into()))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        headers.insert(header_name(name)?, header_value(value)?);
    }
    let body = call.body.as_ref().map(|(kind, body)| {
        let kind = if kind == "application/json" { "application/json" } else { FORM };
        (kind, body.clone().into_bytes())
    });
    let method = known_method(&call.method);
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
    let known_by = |sign: &Sign| json.is_some_and(|json| sign.matches(status, json));
    if call.gone_on.iter().any(known_by) {
        return RevocationResult::Done("revoked", "the provider no longer knew the token".into());
    }
    let is_success = match &call.success {
        None => answer.status.is_success(),
        Some(success) => {
            answer.status.is_success() && json.is_some_and(|json| success.holds(json) == Some(true))
        }
    };
    if is_success {
        return RevocationResult::Done("revoked", format!("the provider answered {status}"));
    }
    let own = call.success.as_ref().and_then(|success| success.error.as_deref());
    let pointers = own.into_iter().chain(["/error_description", "/error", "/message"]);
    let words = json.and_then(|json| answer.words(json, pointers));
    let summary = format!("the provider answered {status}");
    RevocationResult::Failed(
        words.map_or_else(|| summary.clone(), |words| format!("{summary}: {words}")),
    )
}
