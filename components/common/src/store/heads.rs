//! Signed heads of the audit record. A head is the state of a chain at one time.
//!
//! Rows are added and must never be changed: a head that does not match its chain shows that the chain was
//! changed. After 90 days, only the last head of each day is kept. Only the broker has the key, so this
//! module cannot sign a head.

use super::pruning::{STEP, delete_if_any};
use super::{Transaction, read};
use crate::domain::Page;
use crate::error::Result;
use crate::platform::sqlite::{Row, Value};

/// The maximum number of heads that are compared at a time.
const SOME: u32 = 500;

/// The condition for heads to delete: older than 90 days, and not the last of their day. Heads older than 104
/// days were thinned out before and are not read again.
const OLD: &str = "at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-90 days')
    and at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-104 days')
    and substr(at, 1, 10) = (select substr(l.at, 1, 10) from audit_heads l
      where l.workspace = h.workspace and l.id > h.id order by l.id limit 1)";

/// The state of a chain at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of records in the chain.
    pub count: i64,
    /// The hash of the last record.
    pub hash: String,
    /// When the head was signed (RFC 3339, UTC).
    pub at: String,
    /// The HMAC-SHA256 of the other members and the workspace, in hexadecimal.
    pub mac: String,
}

/// A chain that has grown since its last head.
pub struct Grown {
    /// The workspace of the chain.
    pub workspace: String,
    /// The current head of the chain, not signed yet.
    pub head: Head,
    /// The last signed head.
    pub last: Option<Head>,
    /// The current hash of the record at the last signed head. `None` if the chain is shorter.
    pub found_at_last: Option<String>,
}

/// The heads of one workspace.
pub struct Heads<'a> {
    workspace: &'a str,
}

impl Head {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            count: row.get("seq")?,
            hash: row.text("hash")?,
            at: row.text("at")?,
            mac: row.text("mac")?,
        })
    }
}

impl Grown {
    fn of(row: &Row) -> Result<Self> {
        let last = match row.get::<Option<i64>>("seq")? {
            Some(_) => Some(Head::of(row)?),
            None => None,
        };
        Ok(Self {
            workspace: row.text("workspace")?,
            head: Head {
                count: row.get("end_seq")?,
                hash: row.text("end_hash")?,
                at: row.text("now")?,
                mac: String::new(),
            },
            last,
            found_at_last: row.text_or_null("found_at_last")?,
        })
    }
}

/// Deletes old heads, except the last of each day: at most a thousand. Returns how many.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn thin_heads() -> Result<i64> {
    let any = format!("select 1 from audit_heads h where {OLD} limit 1");
    let delete = format!(
        "delete from audit_heads where id in (select id from audit_heads h where {OLD} limit {STEP})
         returning 1"
    );
    delete_if_any(&any, &delete, Vec::new()).await
}

impl<'a> Heads<'a> {
    /// The heads of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// At most `limit` chains that do not end at their last head.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn grown(limit: u32) -> Result<Vec<Grown>> {
        // This takes one step in the index per workspace, however long the chains are.
        let sql = "with recursive chains (workspace) as (
               select min(workspace) from audit union all
               select (select min(a.workspace) from audit a where a.workspace > chains.workspace)
               from chains where chains.workspace is not null),
             ends as (
               select workspace,
                 (select seq from audit a where a.workspace = chains.workspace
                  order by seq desc limit 1) as seq,
                 (select id from audit_heads h where h.workspace = chains.workspace
                  order by id desc limit 1) as head
               from chains where workspace is not null)
             select e.workspace, e.seq as end_seq, a.hash as end_hash,
               strftime('%Y-%m-%dT%H:%M:%fZ', 'now') as now, h.seq, h.hash, h.at, h.mac,
               b.hash as found_at_last
             from ends e join audit a on a.workspace = e.workspace and a.seq = e.seq
             left join audit_heads h on h.id = e.head
             left join audit b on b.workspace = e.workspace and b.seq = h.seq
             where h.id is null or h.seq <> a.seq or h.hash <> a.hash limit ?1";
        let rows = read(sql, [Value::from(limit)]).await?;
        rows.iter().map(Grown::of).collect()
    }

    /// Adds a signed head.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn add(&self, head: &Head) -> Result<()> {
        let tx = Transaction::begin().await?;
        tx.query(
            "insert into audit_heads (workspace, seq, hash, at, mac) values (?1, ?2, ?3, ?4, ?5)",
            [
                Value::text(self.workspace),
                Value::integer(head.count),
                Value::text(head.hash.as_str()),
                Value::text(head.at.as_str()),
                Value::text(head.mac.as_str()),
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Some heads after the row `after`, oldest first. Each comes with its row number and the current hash of
    /// the record at that position.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn with_records(&self, after: i64) -> Result<Vec<(i64, Head, Option<String>)>> {
        let sql = "select h.id, h.seq, h.hash, h.at, h.mac, a.hash as found from audit_heads h
                   left join audit a on a.workspace = h.workspace and a.seq = h.seq
                   where h.workspace = ?1 and h.id > ?2 order by h.id limit ?3";
        let values = [Value::text(self.workspace), Value::integer(after), Value::from(SOME)];
        let rows = read(sql, values).await?;
        rows.iter()
            .map(|row| Ok((row.get("id")?, Head::of(row)?, row.text_or_null("found")?)))
            .collect()
    }

    /// A page as JSON, `{"items":[{count,hash,at,mac}],"next_cursor"}`, newest first.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn page(&self, page: &Page) -> Result<String> {
        let sql = "select json_object('count', seq, 'hash', hash, 'at', at, 'mac', mac) as item, id as position
                   from audit_heads where workspace = ?1 and id < ?2 order by id desc";
        page.read(sql, vec![self.workspace.into(), page.cursor.unwrap_or(i64::MAX).into()]).await
    }
}
