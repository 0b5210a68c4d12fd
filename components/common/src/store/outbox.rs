//! The outbox: tokens to revoke at their provider. Each entry holds the token and its revocation call,
//! sealed.
//!
//! An entry is written in the transaction that gives the token up, so that a crash cannot lose a token. Only
//! the broker may open and advance entries. If the call would also break a connection in use, the entry
//! waits. When that connection is deleted, triggers of the schema wake the entry, so that no writer has to do
//! it.

use std::time::Duration;

use serde_json::json;

use super::retry::keep_trying;
use super::{Event, Transaction, count, read_row};
use crate::domain::{EventKind, GivenUp, IntegrationKey, OutboxEntry, Receipt, TokenState};
use crate::encoding;
use crate::error::{Error, Result};
use crate::log::Line;
use crate::platform::sqlite::Value;

/// How long tokens that were given up are tried to be written. The caller still has a response to wait for.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(10);

/// Puts tokens that could not be stored into the outbox, in a transaction of its own. `by` is the subject and
/// the id of the request. The tokens are kept nowhere else, so this tries for a while.
///
/// # Errors
/// [`Error::Storage`], [`Error::Unconfirmed`].
pub async fn give_up(key: IntegrationKey<'_>, by: (&str, &str), given_up: &GivenUp) -> Result<()> {
    if given_up.is_empty() {
        return Ok(());
    }
    let note = |error: &Error| {
        Line::error("tokens are not in the outbox yet").with("request_id", &by.1).why(error);
    };
    keep_trying(GIVE_UP_WITHIN, note, async || {
        let tx = Transaction::begin_for_new_tokens().await?;
        tx.give_up(key, by, given_up).await?;
        tx.commit().await
    })
    .await
}

/// How many tokens that the integration gave up wait to be revoked. Those that are kept because a connection uses them do
/// not count.
///
/// # Errors
/// [`Error::Storage`].
pub async fn count_unrevoked(key: IntegrationKey<'_>) -> Result<i64> {
    let sql = "select count(*) as count from outbox
               where workspace = ?1 and integration_id = ?2 and kept_at is null";
    count(read_row(sql, key.values()).await?)
}

impl Transaction {
    /// Stores the digests of the secrets that the integration `id` now holds. They replace the earlier ones.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn hold(&self, id: &str, digests: &[String]) -> Result<()> {
        let sql = "delete from token_digests where integration_id = ?1";
        self.query(sql, [Value::text(id)]).await?;
        for digest in digests {
            let sql =
                "insert or ignore into token_digests (digest, integration_id) values (?1, ?2)";
            self.query(sql, [Value::text(digest.as_str()), Value::text(id)]).await?;
        }
        Ok(())
    }

    /// Puts the tokens that the integration no longer uses into the outbox. A token without a revocation call
    /// gets an event instead.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn give_up(
        &self,
        key: IntegrationKey<'_>,
        by: (&str, &str),
        given_up: &GivenUp,
    ) -> Result<()> {
        let (actor, request_id) = by;
        for receipt in &given_up.failed {
            self.record(&Event {
                key,
                kind: EventKind::Revocation,
                actor,
                detail: json!({"token": receipt.token, "state": receipt.state,
                    "detail": receipt.detail, "ends_grant": false}),
                request_id,
            })
            .await?;
        }
        self.send_out(key, actor, given_up.forced, &given_up.entries).await
    }

    /// A receipt for each token that the integration gave up earlier and that is not revoked yet, newest first. Those that are
    /// kept because a connection uses them are left out.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn unrevoked(&self, key: IntegrationKey<'_>) -> Result<Vec<Receipt>> {
        let sql = "select id, token from outbox
                   where workspace = ?1 and integration_id = ?2 and kept_at is null
                   order by created_at desc, id";
        let rows = self.query(sql, key.values()).await?;
        let receipts = rows.iter().map(|row| {
            Ok(Receipt {
                token: row.text("token")?,
                state: TokenState::Pending,
                detail: "given up earlier: the revocation is being sent to the provider".to_owned(),
                entry_id: Some(row.text("id")?),
            })
        });
        receipts.collect()
    }

    /// Makes the waiting outbox entries of the integration due now, even if their calls break other
    /// connections that exist now.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn force_kept(&self, key: IntegrationKey<'_>) -> Result<()> {
        let sql = "update outbox set forced_at = ?3, next_at = 0
                   where workspace = ?1 and integration_id = ?2 and kept_at is not null";
        self.query(sql, key.and([Value::integer(self.now_ms)])).await.map(drop)
    }

    /// Puts `entries` of the integration into the outbox. If `forced`, they are sent even if they break
    /// other connections that exist now. A waiting entry for the same token is replaced. An entry that is there already
    /// stays: an earlier try has written it, and its answer was lost. A token with a [`Grace`](crate::domain::Grace) is
    /// revoked after it, also for another integration of the workspace that has given the token up earlier.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn send_out(
        &self,
        key: IntegrationKey<'_>,
        actor: &str,
        forced: bool,
        entries: &[OutboxEntry],
    ) -> Result<()> {
        for entry in entries {
            let sealed = encoding::from_base64(&entry.sealed)
                .ok_or_else(|| Error::Internal("an outbox entry is not base64".into()))?;
            let first_at = entry.grace.map_or(self.now_ms, |grace| grace.ends_at(self.now_ms));
            self.query(
                "delete from outbox where workspace = ?1 and integration_id = ?2 and digest = ?3
                   and kept_at is not null",
                key.and([Value::text(entry.digest.as_str())]),
            )
            .await?;
            self.query(
                "insert into outbox (id, workspace, integration_id, token, sealed, key_id,
                   ends_grant, client_id, account_id, actor, next_at, created_at, digest,
                   authorization_server, forced_at, cautious, manifest_id, revocation_server,
                   manifest_hash)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?19, ?11, ?12, ?13,
                   iif(?14, ?11, null), ?15, ?16, ?17, ?18)
                 on conflict (id) do nothing",
                [
                    Value::text(entry.id.as_str()),
                    Value::text(key.workspace),
                    Value::text(key.id),
                    Value::text(entry.token.as_str()),
                    Value::from(sealed),
                    Value::text(entry.key_id.as_str()),
                    Value::integer(i64::from(entry.ends_grant)),
                    Value::from(entry.client_id.as_deref()),
                    Value::from(entry.account_id.as_deref()),
                    Value::text(actor),
                    Value::integer(self.now_ms),
                    Value::text(entry.digest.as_str()),
                    Value::from(entry.authorization_server.as_deref()),
                    Value::integer(i64::from(forced)),
                    Value::integer(i64::from(entry.cautious)),
                    Value::text(entry.manifest_id.as_str()),
                    Value::from(entry.revocation_server.as_deref()),
                    Value::text(entry.manifest_hash.as_str()),
                    Value::integer(first_at),
                ],
            )
            .await?;
            if entry.grace.is_some() {
                let sql = "update outbox set next_at = ?2
                           where next_at < ?2 and workspace = ?3 and digest = ?1 and attempts = 0
                             and forced_at is null";
                let values = [
                    Value::text(entry.digest.as_str()),
                    Value::integer(first_at),
                    Value::text(key.workspace),
                ];
                self.query(sql, values).await?;
            }
        }
        if let Some(first) = entries.first() {
            let sql = "select 1 from outbox where id = ?1";
            self.confirm_commit_at_least_by(sql, [Value::text(first.id.as_str())]);
        }
        Ok(())
    }
}
