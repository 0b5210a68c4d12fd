//! Denied attempts in the audit record. Equal attempts in one minute are one record with a count.
//!
//! This module must not let a caller fill the audit record. A subject gets at most a hundred records a
//! minute, and one more record for all its other attempts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::audit::{append, record_of};
use super::{Entry, Event, Transaction, read_row};
use crate::domain::{EventKind, IntegrationKey};
use crate::encoding::sha256_hex;
use crate::error::Result;
use crate::platform::sqlite::Value;
use crate::request_id::RequestId;

const MINUTE: i64 = 60_000;
/// The maximum number of records per subject and minute, without the record for the rest.
const MOST: usize = 100;
/// The action of the record for the rest.
const REST: &str = "audit.more";
/// The maximum length of a recorded target, in characters.
const TARGET: usize = 64;

/// A denied attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Denial {
    /// The workspace.
    pub workspace: String,
    /// The subject of the caller's token.
    pub subject: String,
    /// The caller's role, as the record has it.
    pub role: &'static str,
    /// The denied action: `integration.delete`, …
    pub action: String,
    /// The target, as the caller named it.
    pub target: Option<String>,
    /// Facts: the missing role, or the rule that denied the attempt.
    pub detail: Json,
    /// The first request with this attempt.
    pub request_id: RequestId,
    /// For a call that a rule denied: the integration that also gets an event.
    pub integration_id: Option<String>,
}

impl Denial {
    /// The denial of the action in `entry`.
    pub(crate) fn of(entry: Entry<'_>) -> Self {
        Self {
            workspace: entry.caller.workspace.clone(),
            subject: entry.caller.subject.clone(),
            role: entry.caller.role_name(),
            action: entry.action.to_owned(),
            target: entry.target.map(shown),
            detail: entry.detail,
            request_id: entry.request_id.clone(),
            integration_id: None,
        }
    }

    /// Whether both attempts belong into one record.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        fn key(denial: &Denial) -> (&Option<String>, [&str; 3], &Json) {
            let Denial { workspace, subject, action, target, detail, .. } = denial;
            (target, [subject, action, workspace], detail)
        }
        key(self) == key(other)
    }

    /// The SHA-256 of action, target and detail. Attempts with the same fingerprint share a record.
    fn fingerprint(&self) -> String {
        let attempt = json!([self.action, self.target, self.detail]).to_string();
        sha256_hex(attempt.as_bytes())
    }

    /// Whether this is the record for the rest.
    pub(crate) fn is_rest(&self) -> bool {
        self.action == REST
    }

    /// This attempt as part of the record for the rest.
    pub(crate) fn into_rest(self) -> Self {
        let detail = json!({ "kept_apart": MOST });
        Self { action: REST.into(), target: None, detail, integration_id: None, ..self }
    }
}

/// A target in the form that is recorded. A denied caller chose it, so it is cut and made plain ASCII.
fn shown(target: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    target.chars().take(TARGET).map(plain).collect()
}

/// Writes attempts in one transaction, each with how often it was made since the last write.
///
/// # Errors
/// [`crate::Error::Storage`]. Then nothing was written.
pub async fn write_denials(counted: &[(Denial, i64)]) -> Result<()> {
    if counted.is_empty() {
        return Ok(());
    }
    let mut by_subject: BTreeMap<(&str, &str), Vec<(&Denial, i64)>> = BTreeMap::new();
    for (denial, count) in counted {
        let subject = (denial.workspace.as_str(), denial.subject.as_str());
        by_subject.entry(subject).or_default().push((denial, *count));
    }
    let tx = Transaction::begin_relaxed().await?;
    let minute = tx.now_ms - tx.now_ms % MINUTE;
    let workspaces: BTreeSet<&str> = by_subject.keys().map(|(workspace, _)| *workspace).collect();
    for workspace in workspaces {
        close(&tx, Some(workspace)).await?;
    }
    for ((workspace, subject), denials) in by_subject {
        Open::find(&tx, workspace, subject, minute).await?.write(&denials).await?;
    }
    tx.commit().await
}

/// The records of one subject's attempts in the current minute.
struct Open<'a> {
    tx: &'a Transaction,
    workspace: &'a str,
    subject: &'a str,
    minute: i64,
    /// The records' numbers in the chain, by fingerprint.
    known: BTreeMap<String, i64>,
}

impl<'a> Open<'a> {
    async fn find(
        tx: &'a Transaction,
        workspace: &'a str,
        subject: &'a str,
        minute: i64,
    ) -> Result<Self> {
        let sql = "select what, seq from denials
                   where workspace = ?1 and subject = ?2 and minute = ?3";
        let values = [Value::text(workspace), Value::text(subject), Value::integer(minute)];
        let rows = tx.query(sql, values).await?;
        let known = rows
            .iter()
            .map(|row| Ok((row.text("what")?, row.get("seq")?)))
            .collect::<Result<_>>()?;
        Ok(Self { tx, workspace, subject, minute, known })
    }

    async fn write(mut self, denials: &[(&Denial, i64)]) -> Result<()> {
        let mut rest: Option<(Denial, i64)> = None;
        for (denial, count) in denials {
            let what = denial.fingerprint();
            if let Some(seq) = self.known.get(&what) {
                self.count(*seq, *count).await?;
            } else if self.known.len() < MOST && !denial.is_rest() {
                self.insert(denial, what, *count).await?;
            } else {
                let so_far = rest.map_or(0, |(_, count)| count);
                rest = Some(((*denial).clone().into_rest(), so_far + count));
            }
        }
        if let Some((denial, count)) = rest {
            let what = denial.fingerprint();
            match self.known.get(&what) {
                Some(seq) => self.count(*seq, count).await?,
                None => self.insert(&denial, what, count).await?,
            }
        }
        Ok(())
    }

    async fn count(&self, seq: i64, count: i64) -> Result<()> {
        let sql = "update audit set count = count + ?3 where workspace = ?1 and seq = ?2";
        let values = [Value::text(self.workspace), Value::integer(seq), Value::integer(count)];
        self.tx.query(sql, values).await.map(drop)
    }

    /// Writes a new record and, for a call to an existing integration, the event.
    async fn insert(&mut self, denial: &Denial, what: String, count: i64) -> Result<()> {
        let Denial { subject, role, action, target, detail, request_id, .. } = denial;
        let record = record_of((subject, role), (action, "denied"), target.as_deref(), detail);
        let seq = append(self.tx, self.workspace, record, Some(request_id)).await?.seq;
        if count > 1 {
            self.count(seq, count - 1).await?;
        }
        self.tx
            .query(
                "insert into denials (workspace, subject, minute, what, seq)
                 values (?1, ?2, ?3, ?4, ?5)",
                [
                    Value::text(self.workspace),
                    Value::text(self.subject),
                    Value::integer(self.minute),
                    Value::text(what.as_str()),
                    Value::integer(seq),
                ],
            )
            .await?;
        self.known.insert(what, seq);
        let Some(integration_id) = &denial.integration_id else { return Ok(()) };
        self.tx
            .record(&Event {
                key: IntegrationKey::new(self.workspace, integration_id),
                kind: EventKind::CallDenied,
                actor: subject,
                detail: detail.clone(),
                request_id: request_id.own(),
            })
            .await
    }
}

/// Appends the counts of past minutes to the chain of `workspace`, or to the chains of all workspaces.
async fn close(tx: &Transaction, workspace: Option<&str>) -> Result<()> {
    let minute = tx.now_ms - tx.now_ms % MINUTE;
    let rows = tx
        .query(
            "delete from denials where minute < ?1 and (?2 is null or workspace = ?2)
             returning workspace, seq",
            [Value::integer(minute), Value::from(workspace)],
        )
        .await?;
    let mut over: Vec<(&str, i64)> = rows
        .iter()
        .map(|row| Ok((row.get("workspace")?, row.get("seq")?)))
        .collect::<Result<_>>()?;
    over.sort_unstable();
    for (workspace, seq) in over {
        let sql = "select count from audit where workspace = ?1 and seq = ?2 and count > 1";
        let values = [Value::text(workspace), Value::integer(seq)];
        let Some(row) = tx.row(sql, values).await? else { continue };
        let count: i64 = row.get("count")?;
        let detail = json!({"seq": seq, "count": count});
        let record = record_of(("nexus", "SYSTEM"), ("audit.count", "done"), None, &detail);
        append(tx, workspace, record, None).await?;
    }
    Ok(())
}

/// Appends the counts of past minutes to the chains of all workspaces.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_target_is_short_plain_ascii() {
        for (target, recorded) in
            [("int_01J", "int_01J"), ("a%2fb", "a%2fb"), ("a\u{202e}b\n", "a?b?"), ("", "")]
        {
            assert_eq!(shown(target), recorded);
        }
        assert_eq!(shown(&"é".repeat(500)), "?".repeat(64));
    }
}
