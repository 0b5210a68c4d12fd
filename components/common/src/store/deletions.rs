//! Deleted integrations, and the receipts of their tokens. They are kept for 90 days, and for as long as a token waits
//! to be revoked.
//!
//! A receipt says what is true of a token now, and changes in the transaction that makes it true. When no token of a
//! deletion is pending any more, the audit record gets another entry, with the state of each token. The entry of the deletion
//! itself was written before the provider was asked, and never changes. This module must not see a token.

use serde_json::{Value as Json, json};

use super::audit::{append, record_of};
use super::cursor;
use super::integrations::Integrations;
use super::needle::Needle;
use super::pruning::{STEP, delete_if_any};
use super::read::{and_each, page_by};
use super::{Entry, Transaction, now_ms, read_row, write_row};
use crate::domain::{EventKind, IntegrationKey, Receipt, TokenState};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::Value;
use crate::request_id::RequestId;
use crate::wire;

/// How long deletions are kept, in milliseconds: 90 days.
const KEPT_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// The word of the list's order in a cursor.
const ORDER: &str = "deleted";
/// The action of the audit record that says what became of the tokens of a deletion.
const SETTLED: &str = "integration.revocation";

/// The receipts of the deletion `d`, a JSON list.
macro_rules! revocation {
    () => {
        "json((select json_group_array(json_object('token', token, 'state', state, 'detail', detail,
           'at', strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch')))
         from (select token, state, detail, at from receipts where integration_id = d.id
           order by number)))"
    };
}

const REVOCATION: &str = revocation!();

/// The deletion `d` as the API shows it.
const DELETED: &str = concat!(
    "json_object('id', id, 'slug', slug, 'name', name, 'manifest_id', manifest_id, 'account', account,
       'deleted_at', strftime('%Y-%m-%dT%H:%M:%fZ', deleted_at / 1000.0, 'unixepoch'),
       'deleted_by', deleted_by, 'audit', json_object('seq', seq, 'hash', hash),
       'settled', iif(settled_seq is null, null, json_object('seq', settled_seq, 'hash', settled_hash,
         'at', strftime('%Y-%m-%dT%H:%M:%fZ', settled_at / 1000.0, 'unixepoch'))),
       'revocation', ",
    revocation!(),
    ")"
);

/// An integration that is being deleted.
pub struct Deleted<'a> {
    /// The id.
    pub id: &'a str,
    /// The slug, which another integration may take.
    pub slug: &'a str,
    /// The name.
    pub name: &'a str,
    /// The manifest.
    pub manifest_id: &'a str,
    /// The label or the id of the account at the provider, if one is known.
    pub account: Option<&'a str>,
    /// The receipt of each token, as it is planned.
    pub receipts: &'a [Receipt],
}

/// The outcome for a token that an integration gave up.
pub struct Outcome<'a> {
    /// The integration that gave the token up.
    pub key: IntegrationKey<'a>,
    /// The entry of the outbox.
    pub entry_id: &'a str,
    /// The name of the token.
    pub token: &'a str,
    /// Its state now.
    pub state: TokenState,
    /// The reason.
    pub detail: &'a str,
    /// Whether the call was for the whole grant. Then tokens without a call of their own have the same state.
    pub ends_grant: bool,
    /// The id of the request that found it out.
    pub request_id: &'a str,
}

/// Selects the deleted integrations of a page.
#[derive(Debug, Default)]
pub struct DeletedQuery {
    /// Integrations of exactly this manifest.
    pub manifest: Option<String>,
    /// Integrations with this text in their name, id, slug, account or manifest. Case is ignored.
    pub q: Option<String>,
    /// The `next_cursor` of the previous page.
    pub cursor: Option<String>,
    /// The maximum number of integrations.
    pub limit: u32,
}

impl Transaction {
    /// Records a deletion: as an event, in the audit record, and among the deletions that are kept.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn record_deletion(&self, entry: &Entry<'_>, deleted: &Deleted<'_>) -> Result<()> {
        let Deleted { id, slug, name, manifest_id, account, receipts } = deleted;
        self.record(&entry.event(id, EventKind::Deleted)).await?;
        let appended = entry.append(self).await?;
        self.query(
            "insert into deletions (id, workspace, slug, name, manifest_id, account, deleted_at,
               deleted_by, seq, hash, name_key)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            [
                Value::text(*id),
                Value::text(entry.caller.workspace.as_str()),
                Value::text(*slug),
                Value::text(*name),
                Value::text(*manifest_id),
                Value::from(*account),
                Value::integer(self.now_ms),
                Value::text(entry.caller.subject.as_str()),
                Value::integer(appended.seq),
                Value::text(appended.hash),
                Value::text(id::fold(name)),
            ],
        )
        .await?;
        for receipt in *receipts {
            let Receipt { token, state, detail, entry_id } = receipt;
            self.add_receipt(id, entry_id.as_deref(), token, (*state, detail)).await?;
        }
        Ok(())
    }

    async fn add_receipt(
        &self,
        id: &str,
        entry_id: Option<&str>,
        token: &str,
        (state, detail): (TokenState, &str),
    ) -> Result<()> {
        self.query(
            "insert into receipts (integration_id, number, entry_id, token, state, detail, at)
             select ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6 from receipts
               where integration_id = ?1",
            [
                Value::text(id),
                Value::from(entry_id),
                Value::text(token),
                Value::from(state),
                Value::text(detail),
                Value::integer(self.now_ms),
            ],
        )
        .await
        .map(drop)
    }

    /// Writes what has become of a token into the receipts of each deletion that it belongs to, and into the audit
    /// record when no token of the deletion is pending any more.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn settle_receipts(&self, outcome: &Outcome<'_>) -> Result<()> {
        let Outcome { key, entry_id, token, state, detail, .. } = outcome;
        let sql = "select integration_id, state <> ?2 as is_new from receipts where entry_id = ?1";
        let values = [Value::text(*entry_id), Value::from(*state)];
        let mut found: Vec<(String, bool)> = self
            .query(sql, values)
            .await?
            .iter()
            .map(|row| Ok((row.text("integration_id")?, row.get("is_new")?)))
            .collect::<Result<_>>()?;
        if found.is_empty() {
            // A token that was given up after the deletion, by a refresh that had begun before.
            let sql = "select 1 from deletions where workspace = ?1 and id = ?2";
            if self.row(sql, key.values()).await?.is_none() {
                return Ok(());
            }
            self.add_receipt(key.id, Some(entry_id), token, (*state, detail)).await?;
            found.push((key.id.to_owned(), true));
        }
        let sql = "update receipts set state = ?2, detail = ?3, at = iif(state = ?2, at, ?4)
                   where entry_id = ?1";
        let values = [
            Value::text(*entry_id),
            Value::from(*state),
            Value::text(*detail),
            Value::integer(self.now_ms),
        ];
        self.query(sql, values).await?;
        if outcome.ends_grant {
            let sql = "update receipts set state = ?2, at = ?3
                       where integration_id = ?1 and entry_id is null and state = 'pending'";
            let values = [Value::text(key.id), Value::from(*state), Value::integer(self.now_ms)];
            self.query(sql, values).await?;
        }
        for (id, is_new) in found {
            if is_new {
                self.record_settled(&id, outcome.request_id).await?;
            }
        }
        Ok(())
    }

    /// Appends the state of all tokens of the deletion to the audit record, unless one is still pending.
    async fn record_settled(&self, id: &str, request_id: &str) -> Result<()> {
        let sql = format!(
            "select workspace, name, manifest_id, seq, hash, {REVOCATION} as revocation,
               exists(select 1 from receipts where integration_id = d.id and state = 'pending')
                 as is_pending
             from deletions d where id = ?1"
        );
        let Some(row) = self.row(&sql, [Value::text(id)]).await? else { return Ok(()) };
        if row.get("is_pending")? {
            return Ok(());
        }
        let revocation: Json = serde_json::from_str(row.get("revocation")?)
            .map_err(|_| Error::Unreadable("the receipts of a deletion".into()))?;
        let detail = json!({
            "name": row.get::<&str>("name")?,
            "manifest_id": row.get::<&str>("manifest_id")?,
            "revocation": revocation,
            "deletion": {"seq": row.get::<i64>("seq")?, "hash": row.get::<&str>("hash")?},
        });
        let record = record_of(("nexus", "SYSTEM"), (SETTLED, "done"), Some(id), &detail);
        let request_id = RequestId::of_component(request_id);
        let workspace: &str = row.get("workspace")?;
        let appended = append(self, workspace, record, request_id.as_ref()).await?;
        let sql = "update deletions set settled_at = ?2, settled_seq = ?3, settled_hash = ?4
                   where id = ?1";
        let values = [
            Value::text(id),
            Value::integer(self.now_ms),
            Value::integer(appended.seq),
            Value::text(appended.hash),
        ];
        self.query(sql, values).await.map(drop)
    }
}

impl Integrations<'_> {
    /// A page of the deleted integrations as JSON, `{"items":[…],"next_cursor":…}`, the last deletion first.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the cursor is not one of this list, [`Error::Storage`].
    pub async fn deleted_page(&self, query: &DeletedQuery) -> Result<String> {
        let mut values = vec![Value::text(self.workspace())];
        let mut filters = String::new();
        if let Some(cursor) = &query.cursor {
            let (id, at) = read_cursor(cursor)?;
            values.extend([Value::integer(at), Value::text(id)]);
            filters.push_str(" and (deleted_at, id) < (+?2, +?3)");
        }
        let manifest = query.manifest.as_deref().map(Value::text);
        filters.push_str(&and_each(&mut values, [("manifest_id = ", manifest)]));
        if let Some(q) = query.q.as_deref() {
            let needle = Needle::bind(q, &mut values);
            let text =
                "lower(name || ' ' || id || ' ' || coalesce(slug, '') || ' ' || manifest_id || ' '
                   || coalesce(account, ''))";
            let ways = (needle.is_in_folded("name_key"), needle.is_in(text));
            filters.push_str(&format!(" and ({} or {})", ways.0, ways.1));
        }
        let sql = format!(
            "select {DELETED} as item, id, cast(deleted_at as text) as place from deletions d
             where workspace = +?1{filters} order by deleted_at desc, id desc"
        );
        page_by(&sql, values, query.limit, |last| cursor::write(ORDER, last)).await
    }

    /// The deleted integration with this id, with its receipts, as the JSON object that the API shows.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn deleted(&self, id: &str) -> Result<String> {
        let sql =
            format!("select {DELETED} as item from deletions d where workspace = ?1 and id = ?2");
        let row = read_row(&sql, [Value::text(self.workspace()), Value::text(id)]).await?;
        let row = row.ok_or_else(|| Error::no_such("deleted integration", id))?;
        Ok(row.into_text()?)
    }
}

/// Writes into the receipts of a token that an attempt to revoke it has failed, and is repeated. `detail` says why. If
/// another request has revoked it since, the receipts say so already and stay.
///
/// # Errors
/// [`Error::Storage`].
pub async fn note_attempt(entry_id: &str, detail: &str) -> Result<()> {
    let sql = "update receipts set state = ?2, detail = ?3,
                 at = iif(state = ?2, at, cast(unixepoch('subsec') * 1000 as integer))
               where entry_id = ?1 and exists (select 1 from outbox where id = ?1)";
    let values = [Value::text(entry_id), Value::from(TokenState::Pending), Value::text(detail)];
    write_row(sql, values).await.map(drop)
}

/// Deletes deletions of more than 90 days ago whose tokens wait for nothing, at most a thousand of them. Returns how many.
///
/// # Errors
/// [`Error::Storage`].
pub async fn prune_deletions() -> Result<i64> {
    let before = now_ms().await? - KEPT_MS;
    let any = format!("select 1 from {OLD} limit 1");
    let delete = format!(
        "delete from deletions where id in
           (select id from {OLD} order by deleted_at limit {STEP}) returning 1"
    );
    delete_if_any(&any, &delete, vec![Value::integer(before)]).await
}

/// The deletions of before the time `?1` whose tokens wait for nothing.
const OLD: &str = "deletions d where deleted_at < ?1 and not exists (
    select 1 from receipts r join outbox o on o.id = r.entry_id where r.integration_id = d.id)";

fn read_cursor(text: &str) -> Result<(String, i64)> {
    let (id, place) = cursor::read(ORDER, text)?;
    Ok((id, place.parse().map_err(|_| wire::no_cursor())?))
}
