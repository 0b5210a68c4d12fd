//! Changes an integration: its row and, if there is a new one, its credential, in one transaction.
//!
//! This module must not overwrite a concurrent change, nor keep the old ciphertext beside the new one.

use super::checks::CHECK_AGAIN_MS;
use super::integrations::SHOWN;
use super::leases::{HOLDER_MOST_MS, holder_may_live};
use super::{Integrations, Transaction};
use crate::domain::{AuthMethod, Health, IntegrationKey, SealedCredential, Status};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::Value;

/// The new values. A member that is `None` stays as it is.
#[derive(Default)]
pub struct Change<'a> {
    /// The name. The slug stays.
    pub name: Option<&'a str>,
    /// Whether the integration is switched on.
    pub status: Option<Status>,
    /// The policy, a JSON object.
    pub policy: Option<&'a str>,
    /// All parameters, a JSON object.
    pub params: Option<&'a str>,
    /// The health, and the id and label of the account, as the broker has just found them.
    pub found: Option<(Health, Option<&'a str>, Option<&'a str>)>,
    /// The new credential, and the version that the stored one must still have.
    pub credential: Option<(&'a SealedCredential, i64)>,
    /// Whether the new credential has the tokens of the stored one. Then no refresh may have tokens to store, which would
    /// be lost, and the connection is as old as before.
    pub keeps_tokens: bool,
}

impl Change<'_> {
    /// Writes the values of the row.
    async fn write(&self, tx: &Transaction, key: IntegrationKey<'_>) -> Result<()> {
        let (health, account_id, account_label) = match self.found {
            Some((health, id, label)) => (Some(health), id, label),
            None => (None, None, None),
        };
        tx.query(
            "update integrations set
               name = coalesce(?3, name), name_key = coalesce(?4, name_key),
               status = coalesce(?5, status), policy = coalesce(?6, policy),
               params = coalesce(?7, params),
               health = coalesce(?8, health),
               health_at = case when ?8 is null then health_at when ?8 = 'healthy' then ?11 end,
               health_detail = iif(?8 is null, health_detail, null),
               account_id = iif(?8 = 'healthy', ?9, account_id),
               account_label = iif(?8 = 'healthy', ?10, account_label),
               updated_at = ?11, version = version + 1
             where workspace = ?1 and id = ?2",
            key.and([
                Value::from(self.name),
                Value::from(self.name.map(id::fold)),
                Value::from(self.status.map(Status::as_str)),
                Value::from(self.policy),
                Value::from(self.params),
                Value::from(health.map(Health::as_str)),
                Value::from(account_id),
                Value::from(account_label),
                Value::integer(tx.now_ms),
            ]),
        )
        .await?;
        Ok(())
    }
}

impl Integrations<'_> {
    /// Applies `change` to the integration `id`, which must still have `version`. Returns the JSON that the
    /// API shows, and the new version.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] (`changed_meanwhile`); [`Error::NameTaken`];
    /// [`Error::Storage`].
    pub async fn change(
        &self,
        tx: &Transaction,
        id: &str,
        version: i64,
        change: &Change<'_>,
    ) -> Result<(String, i64)> {
        let key = IntegrationKey::new(self.workspace(), id);
        require_version(tx, key, version).await?;
        if let Some(name) = change.name {
            self.name_is_free_in(tx, name, id).await?;
        }
        change.write(tx, key).await?;
        if let Some((credential, replaces)) = change.credential {
            self.credential_is_at(tx, id, replaces).await?;
            if change.keeps_tokens {
                require_no_refresh(tx, key).await?;
            }
            let health = change.found.map_or(Health::Unknown, |(health, ..)| health);
            self.replace_credential(tx, id, (credential, change.keeps_tokens), health).await?;
        }
        let sql = format!(
            "select {SHOWN} as doc, version from integrations where workspace = ?1 and id = ?2"
        );
        let row =
            tx.row(&sql, key.values()).await?.ok_or_else(|| Error::no_such("integration", id))?;
        Ok((row.text("doc")?, row.get("version")?))
    }

    /// Replaces the stored credential with a new version, which a refresh of the old version must not
    /// overwrite. `health` is `healthy` if the provider has just accepted the credential. With the tokens of the old version
    /// (`keeps_tokens`), the time of the connection stays: a revocation that was forced counts only later connections.
    pub(super) async fn replace_credential(
        &self,
        tx: &Transaction,
        id: &str,
        (credential, keeps_tokens): (&SealedCredential, bool),
        health: Health,
    ) -> Result<()> {
        tx.query(
            "update credentials set sealed = ?3, key_id = ?4, hint = ?5, updated_at = ?6,
               version = version + 1, lease_until = null, attempt = null,
               forced_at = iif(?14, forced_at, null), connected_at = iif(?14, connected_at, ?6),
               check_at = ?6 + ?7, expires_at = ?8, refresh_at = ?9, client_id = ?10,
               authorization_server = ?11, revocation_server = ?12,
               verified_at = iif(?13 = 'healthy', ?6, null)
             where workspace = ?1 and integration_id = ?2",
            [
                Value::text(self.workspace()),
                Value::text(id),
                Value::from(credential.bytes()?),
                Value::text(credential.key_id.as_str()),
                Value::from(credential.hint.as_deref()),
                Value::integer(tx.now_ms),
                Value::integer(CHECK_AGAIN_MS),
                Value::from(credential.expires_at),
                Value::from(credential.refresh_at),
                Value::from(credential.client_id.as_deref()),
                Value::from(credential.authorization_server.as_deref()),
                Value::from(credential.revocation_server.as_deref()),
                Value::from(health),
                Value::integer(i64::from(keeps_tokens)),
            ],
        )
        .await?;
        tx.confirm_commit_by_credential(id, credential)?;
        tx.hold(id, &credential.digests).await
    }

    /// Checks, inside a transaction, that no integration except `own` has `name`.
    pub(super) async fn name_is_free_in(
        &self,
        tx: &Transaction,
        name: &str,
        own: &str,
    ) -> Result<()> {
        let sql = "select id from integrations where workspace = ?1 and name_key = ?2 and id <> ?3";
        let values = [Value::text(self.workspace()), Value::text(id::fold(name)), Value::text(own)];
        match tx.row(sql, values).await? {
            Some(row) => Err(Error::name_taken(name, row.get("id")?)),
            None => Ok(()),
        }
    }
}

/// Checks, inside a transaction, that no request has new tokens of the integration to store, because the provider may accept
/// only those. A method that mints its tokens from entered fields loses nothing.
async fn require_no_refresh(tx: &Transaction, key: IntegrationKey<'_>) -> Result<()> {
    let sql = format!(
        "select i.auth_method, cast(coalesce(c.lease_until, 0) - unixepoch('subsec') * 1000 as integer) as left_ms
         from credentials c join integrations i on i.id = c.integration_id
         where c.workspace = ?1 and c.integration_id = ?2 and {}",
        holder_may_live()
    );
    let Some(row) = tx.row(&sql, key.values()).await? else { return Ok(()) };
    if AuthMethod::from_word(row.get("auth_method")?).is_some_and(AuthMethod::mints) {
        return Ok(());
    }
    let id = key.id;
    let detail = match row.get::<i64>("left_ms")? {
        left @ 1.. => {
            let seconds = left / 1000 + 1;
            format!("the token of {id} is being refreshed. Try again in {seconds} seconds")
        }
        left => {
            let seconds = (left + HOLDER_MOST_MS).max(0) / 1000 + 1;
            format!(
                "a refresh of the token of {id} was interrupted, and its new token may still arrive. Try again when \
                 it has, or in {seconds} seconds"
            )
        }
    };
    Err(Error::Conflict { code: "changed_meanwhile", detail })
}

/// Checks, inside a transaction, that nobody has changed the integration since it had `version`.
async fn require_version(tx: &Transaction, key: IntegrationKey<'_>, version: i64) -> Result<()> {
    let id = key.id;
    let sql = "select version from integrations where workspace = ?1 and id = ?2";
    let row = tx.row(sql, key.values()).await?.ok_or_else(|| Error::no_such("integration", id))?;
    let found: i64 = row.get("version")?;
    if found != version {
        let detail = format!(
            "another request changed {id}. Read it again (version {found}) and repeat the change"
        );
        return Err(Error::Conflict { code: "changed_meanwhile", detail });
    }
    Ok(())
}
