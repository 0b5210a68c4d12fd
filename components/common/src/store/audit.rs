//! The audit record: every change and every denied attempt, as a hash chain per workspace.
//!
//! A record holds the hash of the one before it and its own place, so that one that is edited,
//! removed or moved breaks the chain; what was cut off at the end is found by whoever keeps a head.
//! It must not hold a secret, and nothing but this module writes it.

use serde_json::{Value as Json, json};

use super::{Event, Page, Transaction, read, read_row};
use crate::auth::Caller;
use crate::encoding::sha256_hex;
use crate::error::Result;
use crate::platform::sqlite::{Value, text};

/// The hash before the first record.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const MINUTE: i64 = 60_000;
/// The kind of the event of a call that was denied.
const CALL_DENIED: &str = "call.denied";

/// Something that an authenticated caller did, or was not let do.
pub struct Entry<'a> {
    /// Who, and in which workspace.
    pub caller: &'a Caller,
    /// `integration.create`, `manifest.replace`, …
    pub action: &'a str,
    /// What it was done to: an id.
    pub target: Option<&'a str>,
    /// Facts, as a JSON object without fractions.
    pub detail: Json,
    /// The request in which it happened.
    pub request_id: &'a str,
}

/// Who acts, and in which request.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// In which request.
    pub request_id: &'a str,
}

impl<'a> By<'a> {
    /// What they did to `target`.
    pub fn entry(self, action: &'a str, target: &'a str, detail: Json) -> Entry<'a> {
        let Self { caller, request_id } = self;
        Entry { caller, action, target: Some(target), detail, request_id }
    }
}

/// The audit record of one workspace.
pub struct Audit<'a> {
    workspace: &'a str,
}

impl Entry<'_> {
    /// Appends it to its workspace's chain.
    pub(super) async fn append(&self, tx: &Transaction, outcome: &str) -> Result<i64> {
        let Entry { caller, action, target, detail, request_id } = self;
        let record = json!({
            "actor": caller.subject, "role": caller.role_name(), "action": action,
            "outcome": outcome, "target": target, "detail": detail, "request_id": request_id,
        });
        append(tx, &caller.workspace, record).await
    }

    /// The same as the event `kind` of an integration.
    fn event<'b>(&'b self, integration_id: &'b str, kind: &'b str) -> Event<'b> {
        Event {
            workspace: &self.caller.workspace,
            integration_id,
            kind,
            actor: &self.caller.subject,
            detail: self.detail.clone(),
            request_id: self.request_id,
        }
    }
}

/// Completes `record` by its place in the chain of `workspace`, and writes it. Returns its number.
async fn append(tx: &Transaction, workspace: &str, mut record: Json) -> Result<i64> {
    let sql = "select seq, hash from audit where workspace = ?1 order by seq desc limit 1";
    let head = tx.row(sql, [Value::text(workspace)]).await?;
    let (seq, prev) = match &head {
        Some(row) => (row.get::<i64>(0).unwrap_or(0) + 1, text(row, 1)),
        None => (1, GENESIS),
    };
    if let Json::Object(members) = &mut record {
        members.insert("workspace".into(), workspace.into());
        members.insert("seq".into(), seq.into());
        members.insert("prev".into(), prev.into());
        members.insert("at".into(), tx.now.as_str().into());
    }
    // Members sorted, no white space: RFC 8785, as far as texts and whole numbers go.
    let canonical = record.to_string();
    tx.query(
        "insert into audit (workspace, seq, at, record, hash) values (?1, ?2, ?3, ?4, ?5)",
        [
            Value::text(workspace),
            Value::integer(seq),
            Value::integer(tx.now_ms),
            Value::text(canonical.as_str()),
            Value::text(sha256_hex(canonical.as_bytes())),
        ],
    )
    .await?;
    Ok(seq)
}

/// Writes a denied attempt: a record for the first of its subject, action and minute, a higher
/// count for those that follow. One that names an integration is an event of it too.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn deny(entry: &Entry<'_>) -> Result<()> {
    let tx = Transaction::begin().await?;
    close(&tx, Some(&entry.caller.workspace)).await?;
    let minute = tx.now_ms - tx.now_ms % MINUTE;
    let key = [
        Value::text(entry.caller.workspace.as_str()),
        Value::text(entry.caller.subject.as_str()),
        Value::text(entry.action),
        Value::integer(minute),
    ];
    let counted = tx
        .query(
            "update audit set count = count + 1 where (workspace, seq) in (select workspace, seq
               from denials where workspace = ?1 and subject = ?2 and action = ?3 and minute = ?4)
             returning seq",
            key.clone(),
        )
        .await?;
    if counted.is_empty() {
        let seq = entry.append(&tx, "denied").await?;
        tx.query(
            "insert into denials (workspace, subject, action, minute, seq)
             values (?1, ?2, ?3, ?4, ?5)",
            key.into_iter().chain([Value::integer(seq)]),
        )
        .await?;
    }
    if let Some(id) = entry.target {
        show_denial(&tx, entry, id, minute).await?;
    }
    tx.commit().await
}

/// Writes the event of a call to the integration `id` that was denied: once per subject, rule and
/// minute, so that an agent that keeps trying does not bury what else happened.
async fn show_denial(tx: &Transaction, entry: &Entry<'_>, id: &str, minute: i64) -> Result<()> {
    // By age: of this minute there are few, of an integration there may be many.
    let sql = "select 1 from events indexed by events_by_age
               where at >= ?1 and workspace = ?2 and integration_id = ?3 and kind = ?4
                 and actor = ?5 and detail ->> '$.rule' is ?6 limit 1";
    let values = [
        Value::integer(minute),
        Value::text(entry.caller.workspace.as_str()),
        Value::text(id),
        Value::text(CALL_DENIED),
        Value::text(entry.caller.subject.as_str()),
        Value::from(entry.detail.get("rule").and_then(Json::as_str)),
    ];
    if tx.row(sql, values).await?.is_some() {
        return Ok(());
    }
    tx.record(&entry.event(id, CALL_DENIED)).await
}

/// Puts the counts of past minutes into the chains: of `workspace`, or of all of them.
async fn close(tx: &Transaction, workspace: Option<&str>) -> Result<()> {
    let minute = tx.now_ms - tx.now_ms % MINUTE;
    let rows = tx
        .query(
            "delete from denials where minute < ?1 and (?2 is null or workspace = ?2)
             returning workspace, seq",
            [Value::integer(minute), Value::from(workspace)],
        )
        .await?;
    let mut over: Vec<(&str, i64)> =
        rows.iter().map(|row| (text(row, 0), row.get(1).unwrap_or(0))).collect();
    over.sort_unstable();
    for (workspace, seq) in over {
        let sql = "select count from audit where workspace = ?1 and seq = ?2 and count > 1";
        let values = [Value::text(workspace), Value::integer(seq)];
        let Some(row) = tx.row(sql, values).await? else { continue };
        let count: i64 = row.get(0).unwrap_or(1);
        let record = json!({
            "actor": "nexus", "role": "SYSTEM", "action": "audit.count", "outcome": "done",
            "target": null, "detail": {"seq": seq, "count": count}, "request_id": "",
        });
        append(tx, workspace, record).await?;
    }
    Ok(())
}

/// Puts the counts of past minutes into the chains of all workspaces.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn close_minutes() -> Result<()> {
    let open = "select 1 from denials where minute < unixepoch() * 1000 - ?1 limit 1";
    if read_row(open, [Value::integer(MINUTE)]).await?.is_none() {
        return Ok(());
    }
    let tx = Transaction::begin().await?;
    close(&tx, None).await?;
    tx.commit().await
}

impl<'a> Audit<'a> {
    /// That of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// A page as JSON, `{"items":[…],"next_cursor":…}`, newest first. An item is a record with
    /// `hash` and `count` beside what was hashed.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn page(&self, page: &Page) -> Result<String> {
        let sql = "select json_insert(record, '$.hash', hash, '$.count', count), seq from audit
                   where workspace = ?1 and seq < ?2 order by seq desc";
        page.read(sql, vec![self.workspace.into(), page.cursor.unwrap_or(i64::MAX).into()]).await
    }

    /// The head of the chain as JSON: `{"count","hash","at"}`; whoever keeps it can tell later
    /// whether the record was cut short.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn head(&self) -> Result<String> {
        let sql = "select json_object('count', seq, 'hash', hash, 'at', record ->> '$.at')
                   from audit where workspace = ?1 order by seq desc limit 1";
        let rows = read(sql, [Value::text(self.workspace)]).await?;
        Ok(rows.first().map_or_else(
            || json!({"count": 0, "hash": GENESIS, "at": null}).to_string(),
            |row| text(row, 0).to_owned(),
        ))
    }
}

impl Transaction {
    /// Writes what was done to an integration beside it: the integration's event `kind` and the
    /// workspace's record.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn record_change(&self, entry: &Entry<'_>, kind: &str) -> Result<()> {
        self.record(&entry.event(entry.target.unwrap_or_default(), kind)).await?;
        self.audit(entry).await
    }

    /// Writes a change beside it.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn audit(&self, entry: &Entry<'_>) -> Result<()> {
        entry.append(self, "done").await.map(drop)
    }
}
