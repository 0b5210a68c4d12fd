//! The outbox worked off: the provider is told, and what it said becomes the receipt.
//!
//! An entry is taken by moving its time ahead, so that of several at once one acts; it goes only
//! when the provider has ended the token, or after seven days. A call that was made and not written
//! down is made again: to end a token twice does no harm.

use std::time::Duration;

use futures::future::join_all;
use http::HeaderMap;
use nexus_common::broker::{Receipt, Stored};
use nexus_common::platform::sqlite::{Row, Value, text};
use nexus_common::store::{Event, Transaction, read_row};
use nexus_common::{Error, Result};
use nexus_manifests::Sign;
use serde_json::json;
use url::Url;

use crate::keys;
use crate::provider::{
    Answer, FORM, Transmission, header_name, header_value, known_method, transmit,
};
use crate::revoke::{Call, place};
use crate::screen::Screen;
use crate::seal;
use crate::shared::Ends;

/// For one call, body included.
const DEADLINE: Duration = Duration::from_secs(10);
/// While an entry is being worked on nobody else takes it, in milliseconds.
const TAKEN_MS: i64 = 60_000;
/// The first wait after a failure; it doubles up to a day.
const FIRST_MS: i64 = 30_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// After this long it is given up.
const GIVEN_UP_MS: i64 = 7 * DAY_MS;

/// Which entries are worked off.
pub(crate) enum Which<'a> {
    /// Those of an integration, now.
    Of(&'a Stored),
    /// Those that are due, at most so many.
    Due(u32),
}

struct Taken {
    id: String,
    workspace: String,
    integration_id: String,
    token: String,
    sealed: Vec<u8>,
    actor: String,
    attempts: i64,
    created_at: i64,
    ends_grant: bool,
    forced: bool,
    digest: String,
    authorization_server: Option<String>,
    client_id: Option<String>,
    account_id: Option<String>,
}

/// Whether the provider may be told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nobody uses it.
    Tell,
    /// A connection uses it.
    Superseded,
    /// A connection may use it.
    Unclear,
}

/// Works entries off, and returns what became of each.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(which: Which<'_>, request_id: &str) -> Result<Vec<Receipt>> {
    let taken = take(&which).await?;
    // The tokens of one integration in their order, those of several at once.
    let mut groups: Vec<Vec<Taken>> = Vec::new();
    for entry in taken {
        match groups.iter_mut().find(|group| {
            group.first().is_some_and(|first| first.integration_id == entry.integration_id)
        }) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    let done = join_all(groups.into_iter().map(|group| async move {
        let mut receipts = Vec::new();
        for entry in group {
            receipts.push(work(&entry, request_id).await?);
        }
        Ok::<_, Error>(receipts)
    }))
    .await;
    let mut receipts = Vec::new();
    for group in done {
        receipts.extend(group?);
    }
    Ok(receipts)
}

async fn take(which: &Which<'_>) -> Result<Vec<Taken>> {
    let due = "select 1 from outbox where next_at <= unixepoch('subsec') * 1000 limit 1";
    if matches!(which, Which::Due(_)) && read_row(due, []).await?.is_none() {
        return Ok(Vec::new());
    }
    let tx = Transaction::begin().await?;
    let (filter, [first, second]) = match which {
        Which::Of(stored) => (
            "workspace = ?1 and integration_id = ?2 and attempts = 0",
            [Value::text(stored.workspace.as_str()), Value::text(stored.integration_id.as_str())],
        ),
        Which::Due(limit) => (
            "id in (select id from outbox where next_at <= ?1 order by next_at limit ?2)",
            [Value::integer(tx.now_ms), Value::from(*limit)],
        ),
    };
    let sql = format!(
        "update outbox set next_at = ?3 + {TAKEN_MS}, attempts = attempts + 1 where {filter}
         returning id, workspace, integration_id, token, sealed, actor, attempts, created_at,
           ends_grant, forced, digest, authorization_server, client_id, account_id"
    );
    let rows = tx.query(&sql, [first, second, Value::integer(tx.now_ms)]).await?;
    tx.commit().await?;
    let or_none = |row: &Row, index| Some(text(row, index).to_owned()).filter(|t| !t.is_empty());
    let mut taken: Vec<Taken> = rows
        .iter()
        .map(|row| Taken {
            id: text(row, 0).to_owned(),
            workspace: text(row, 1).to_owned(),
            integration_id: text(row, 2).to_owned(),
            token: text(row, 3).to_owned(),
            sealed: row.get::<&[u8]>(4).unwrap_or_default().to_vec(),
            actor: text(row, 5).to_owned(),
            attempts: row.get(6).unwrap_or(1),
            created_at: row.get(7).unwrap_or(0),
            ends_grant: row.get(8).unwrap_or(false),
            forced: row.get(9).unwrap_or(false),
            digest: text(row, 10).to_owned(),
            authorization_server: or_none(row, 11),
            client_id: or_none(row, 12),
            account_id: or_none(row, 13),
        })
        .collect();
    // The refresh token first; ids are in the order of their making.
    taken.sort_by(|a, b| {
        (a.token != "refresh_token", &a.id).cmp(&(b.token != "refresh_token", &b.id))
    });
    Ok(taken)
}

impl Taken {
    /// Whether somebody uses what it ends. Who was there when it was said that all may end does not
    /// count.
    async fn verdict(&self) -> Result<Verdict> {
        let ends = Ends {
            workspace: &self.workspace,
            integration_id: &self.integration_id,
            digest: &self.digest,
            grant: self.ends_grant,
            authorization_server: self.authorization_server.as_deref(),
            client_id: self.client_id.as_deref(),
            account_id: self.account_id.as_deref(),
        };
        let since = if self.forced { self.created_at } else { -1 };
        Ok(match ends.users(since).await?.first() {
            None => Verdict::Tell,
            Some(user) if user.is_certain => Verdict::Superseded,
            Some(_) => Verdict::Unclear,
        })
    }
}

async fn work(entry: &Taken, request_id: &str) -> Result<Receipt> {
    let told = match entry.verdict().await? {
        Verdict::Superseded => Told::Done("superseded", "another connection uses it".to_owned()),
        Verdict::Unclear => Told::Failed(
            "another connection may use the same grant: whose the two are is not known".to_owned(),
        ),
        Verdict::Tell => tell(entry).await.unwrap_or_else(|error| {
            eprintln!("error request_id={request_id} outbox={}: {error:?}", entry.id);
            Told::Failed("the call could not be made; the log says why".to_owned())
        }),
    };
    let tx = Transaction::begin().await?;
    let given_up = tx.now_ms - entry.created_at > GIVEN_UP_MS;
    let (state, words, done) = match told {
        Told::Done(state, words) => (state, words, true),
        Told::Failed(words) if given_up => {
            ("failed", format!("given up after 7 days: {words}"), true)
        }
        Told::Failed(words) => ("pending", words, false),
    };
    if done {
        let sql = "delete from outbox where id = ?1 returning 1";
        let ours = tx.row(sql, [Value::text(entry.id.as_str())]).await?;
        if ours.is_some() {
            tx.record(&Event {
                workspace: &entry.workspace,
                integration_id: &entry.integration_id,
                kind: "integration.revocation",
                actor: &entry.actor,
                detail: json!({"token": entry.token, "state": state, "detail": words,
                    "ends_grant": entry.ends_grant}),
                request_id,
            })
            .await?;
        }
    } else {
        let doublings = u32::try_from(entry.attempts.clamp(1, 20) - 1).unwrap_or(0);
        let wait = FIRST_MS.saturating_mul(2_i64.saturating_pow(doublings)).min(DAY_MS);
        tx.query(
            "update outbox set next_at = ?2 where id = ?1",
            [Value::text(entry.id.as_str()), Value::integer(tx.now_ms + wait)],
        )
        .await?;
    }
    tx.commit().await?;
    let entry_id = Some(entry.id.clone());
    Ok(Receipt { token: entry.token.clone(), state: state.to_owned(), detail: words, entry_id })
}

/// What a provider said to a revocation.
enum Told {
    Done(&'static str, String),
    Failed(String),
}

async fn tell(entry: &Taken) -> Result<Told> {
    let ring = keys::ring().await?;
    let plain = match seal::open(&ring, place(&entry.workspace, &entry.id), &entry.sealed) {
        Ok(plain) => plain,
        Err(_) => return Ok(Told::Failed("the entry cannot be opened: its key is gone".into())),
    };
    let call: Call = match serde_json::from_slice(&plain) {
        Ok(call) => call,
        Err(_) => return Ok(Told::Failed("the entry cannot be read".into())),
    };
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
            Told::Failed(why)
        }
        Err(other) => return Err(other),
    })
}

/// Success is a 2xx, unless the manifest says more. A token that the provider says it does not know
/// (any more) has ended.
fn judge(call: &Call, answer: &Answer) -> Told {
    let status = answer.status.as_u16();
    let json = answer.json.as_ref().or(answer.form.as_ref());
    let known_by = |sign: &Sign| json.is_some_and(|json| sign.is_shown_by(status, json));
    if call.gone_on.iter().any(known_by) {
        return Told::Done("revoked", "the provider no longer knew the token".into());
    }
    let said = match &call.success {
        None => answer.status.is_success(),
        Some(success) => {
            answer.status.is_success() && json.is_some_and(|json| success.holds(json) == Some(true))
        }
    };
    if said {
        return Told::Done("revoked", format!("the provider answered {status}"));
    }
    let own = call.success.as_ref().and_then(|success| success.error.as_deref());
    let pointers = own.into_iter().chain(["/error_description", "/error", "/message"]);
    let words = json.and_then(|json| answer.words(json, pointers));
    let what = format!("the provider answered {status}");
    Told::Failed(words.map_or_else(|| what.clone(), |words| format!("{what}: {words}")))
}
