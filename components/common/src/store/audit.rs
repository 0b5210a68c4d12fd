//! The audit record: every change and every denied attempt, as a hash chain per workspace.
//!
//! Each record holds the hash of the previous record and its own position, so that a record that is edited,
//! removed or moved breaks the chain. A copy of a head shows whether the end was cut off. The record must not
//! hold a secret. Only this module writes it (`denials` does so through this module).

use serde_json::{Map, Value as Json, json};

use super::audit_search::AuditSearch;
use super::read::and_each;
use super::{Event, Transaction, read_row};
use crate::domain::{Caller, EventKind, IntegrationKey, Page};
use crate::encoding::sha256_hex;
use crate::error::Result;
use crate::platform::sqlite::Value;
use crate::request_id::RequestId;

/// The hash before the first record.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The maximum number of records that one page reads to find the words of a search, which no index has.
const SEARCHED: i64 = 20_000;

/// An action of an authenticated caller, done or denied.
pub struct Entry<'a> {
    /// The caller, which has a workspace.
    pub caller: &'a Caller,
    /// `integration.create`, `manifest.replace`, …
    pub action: &'a str,
    /// The id of the resource.
    pub target: Option<&'a str>,
    /// Facts, as a JSON object without fractions.
    pub detail: Json,
    /// The request in which it happened.
    pub request_id: &'a RequestId,
}

/// The caller and the request of an action.
#[derive(Clone, Copy)]
pub struct RequestContext<'a> {
    /// The caller.
    pub caller: &'a Caller,
    /// The id of the request.
    pub request_id: &'a RequestId,
}

impl<'a> RequestContext<'a> {
    /// The entry for `action` on `target`.
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
    /// Appends the entry, as done, to the chain of its workspace.
    pub(super) async fn append(&self, tx: &Transaction) -> Result<Appended> {
        let Entry { caller, action, target, detail, request_id } = self;
        let by = (caller.subject.as_str(), caller.role_name());
        let record = record_of(by, (action, "done"), *target, detail);
        append(tx, &caller.workspace, record, Some(request_id)).await
    }

    /// This entry as an event `kind` of an integration.
    pub(super) fn event<'b>(&'b self, integration_id: &'b str, kind: EventKind) -> Event<'b> {
        Event {
            key: IntegrationKey::new(&self.caller.workspace, integration_id),
            kind,
            actor: &self.caller.subject,
            detail: self.detail.clone(),
            request_id: self.request_id.own(),
        }
    }
}

/// The content of a record without its position in the chain: actor, role, action, outcome, target and
/// detail.
pub(super) fn record_of(
    (actor, role): (&str, &str),
    (action, outcome): (&str, &str),
    target: Option<&str>,
    detail: &Json,
) -> Map<String, Json> {
    let mut record = Map::new();
    let mut put = |name: &str, value: Json| record.insert(name.to_owned(), value);
    put("actor", actor.into());
    put("role", role.into());
    put("action", action.into());
    put("outcome", outcome.into());
    put("target", target.into());
    put("detail", detail.clone());
    record
}

/// A record that was appended to a chain.
pub(super) struct Appended {
    /// Its number in the chain.
    pub(super) seq: i64,
    /// Its hash.
    pub(super) hash: String,
}

/// Adds the request and the position in the chain of `workspace` to `record`, and writes it.
pub(super) async fn append(
    tx: &Transaction,
    workspace: &str,
    mut record: Map<String, Json>,
    request_id: Option<&RequestId>,
) -> Result<Appended> {
    let sql = "select seq, hash from audit where workspace = ?1 order by seq desc limit 1";
    let head = tx.row(sql, [Value::text(workspace)]).await?;
    let (seq, prev) = match &head {
        Some(row) => (row.get::<i64>("seq")? + 1, row.get("hash")?),
        None => (1, GENESIS),
    };
    let mut put = |name: &str, value: Json| record.insert(name.to_owned(), value);
    put("request_id", request_id.map_or("", RequestId::own).into());
    if let Some(client) = request_id.and_then(RequestId::client) {
        put("client_request_id", client.into());
    }
    put("workspace", workspace.into());
    put("seq", seq.into());
    put("prev", prev.into());
    put("at", tx.now.as_str().into());
    // Sorted members, no white space: canonical JSON (RFC 8785) for texts and whole numbers.
    let canonical = Json::Object(record).to_string();
    let hash = sha256_hex(canonical.as_bytes());
    tx.query(
        "insert into audit (workspace, seq, at, record, hash) values (?1, ?2, ?3, ?4, ?5)",
        [
            Value::text(workspace),
            Value::integer(seq),
            Value::integer(tx.now_ms),
            Value::text(canonical.as_str()),
            Value::text(hash.as_str()),
        ],
    )
    .await?;
    let sql = "select 1 from audit where workspace = ?1 and seq = ?2 and hash = ?3";
    let values = [Value::text(workspace), Value::integer(seq), Value::text(hash.as_str())];
    tx.confirm_commit_by(sql, values);
    Ok(Appended { seq, hash })
}

/// Which records of the audit record to show. A member that is `None` selects nothing.
#[derive(Debug, Default)]
pub struct AuditFilter {
    /// Exactly this actor.
    pub actor: Option<String>,
    /// Exactly this action.
    pub action: Option<String>,
    /// Exactly this target.
    pub target: Option<String>,
    /// `done` or `denied`.
    pub outcome: Option<String>,
    /// From this time on, in milliseconds since the Unix epoch.
    pub from: Option<i64>,
    /// Before this time, in milliseconds since the Unix epoch.
    pub to: Option<i64>,
    /// The words that a person looks for.
    pub search: AuditSearch,
}

impl AuditFilter {
    /// SQL: the index of the filter that usually selects least. SQLite would read the whole record instead.
    fn index(&self) -> &'static str {
        match self {
            Self { target: Some(_), .. } => "indexed by audit_of_target",
            Self { actor: Some(_), .. } => "indexed by audit_of_actor",
            Self { action: Some(_), .. } => "indexed by audit_of_action",
            Self { outcome: Some(_), .. } => "indexed by audit_of_outcome",
            _ => "",
        }
    }
}

impl<'a> Audit<'a> {
    /// The audit record of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// A page as JSON, `{"items":[…],"next_cursor":…}`, newest first. An item is the hashed record, with the
    /// members `hash` and `count` added. A search for words reads at most 20,000 records, and then has a cursor to go on
    /// from, even if it found nothing.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn page(&self, filter: &AuditFilter, page: &Page) -> Result<String> {
        let mut values: Vec<Value> =
            vec![self.workspace.into(), page.cursor.unwrap_or(i64::MAX).into()];
        let text = |text: &Option<String>| text.as_deref().map(Value::text);
        let filters = [
            ("record ->> '$.actor' = ", text(&filter.actor)),
            ("record ->> '$.action' = ", text(&filter.action)),
            ("record ->> '$.target' = ", text(&filter.target)),
            ("record ->> '$.outcome' = ", text(&filter.outcome)),
            ("at >= ", filter.from.map(Value::integer)),
            ("at < ", filter.to.map(Value::integer)),
        ];
        let mut conditions = and_each(&mut values, filters);
        let search = filter.search.condition(&mut values);
        if search.is_empty() {
            return page.read(&select(filter.index(), &conditions), values).await;
        }
        let (least, is_last) = self.searched(filter, page).await?;
        conditions.push_str(&format!(" and seq >= {least} and {search}"));
        let mut listed = page.list(&select("", &conditions), values).await?;
        if !is_last {
            listed.next_cursor.get_or_insert_with(|| format!("\"{least}\""));
        }
        Ok(listed.into_json())
    }

    /// The number of the last record that a page of a search reads, and whether there is nothing to find after it.
    async fn searched(&self, filter: &AuditFilter, page: &Page) -> Result<(i64, bool)> {
        // The records of a chain are numbered from 1, without gaps.
        let sql =
            "select seq from audit where workspace = ?1 and seq < ?2 order by seq desc limit 1";
        let values = [Value::text(self.workspace), page.cursor.unwrap_or(i64::MAX).into()];
        let newest: i64 = match read_row(sql, values).await? {
            Some(row) => row.get("seq")?,
            None => 0,
        };
        let least = newest - SEARCHED + 1;
        // Nothing is looked for that is older than `from`.
        let sql = "select 1 from audit where workspace = ?1 and seq = ?2 and at >= ?3";
        let from = filter.from.unwrap_or(i64::MIN);
        let values = [Value::text(self.workspace), least.into(), from.into()];
        let is_last = least <= 1 || read_row(sql, values).await?.is_none();
        Ok((least, is_last))
    }

    /// The head of the chain as JSON, `{"count","hash","at","signed"}`. A copy of it shows later whether the
    /// record was changed or cut short. `signed` is the last head that the broker signed,
    /// `{"count","hash","at","mac"}`, or null.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn head(&self) -> Result<String> {
        let sql = "select json_object('count', seq, 'hash', hash, 'at', record ->> '$.at',
                     'signed', json((select json_object('count', h.seq, 'hash', h.hash, 'at', h.at,
                       'mac', h.mac) from audit_heads h where h.workspace = ?1
                       order by h.id desc limit 1)))
                   from audit where workspace = ?1 order by seq desc limit 1";
        match read_row(sql, [Value::text(self.workspace)]).await? {
            Some(row) => Ok(row.into_text()?),
            None => {
                Ok(json!({"count": 0, "hash": GENESIS, "at": null, "signed": null}).to_string())
            }
        }
    }
}

/// The statement for a page of the record of workspace `?1` before the number `?2`.
/// `index` is empty, or has the index to read.
fn select(index: &str, conditions: &str) -> String {
    format!(
        "select json_insert(record, '$.hash', hash, '$.count', count) as item, seq as position from audit {index}
         where workspace = ?1 and seq < ?2{conditions} order by seq desc"
    )
}

impl Transaction {
    /// Records a change of an integration in the change's own transaction: as the integration's event `kind`,
    /// and in the workspace's audit record.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn record_change(&self, entry: &Entry<'_>, kind: EventKind) -> Result<()> {
        self.record(&entry.event(entry.target.unwrap_or_default(), kind)).await?;
        self.audit(entry).await
    }

    /// Records a change in the audit record, in the change's own transaction.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn audit(&self, entry: &Entry<'_>) -> Result<()> {
        entry.append(self).await.map(drop)
    }
}
