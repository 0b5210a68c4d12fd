//! The connections that a revocation would end: they use the same token, or a grant of the same account to the same
//! OAuth app.
//!
//! This module compares digests and names, and cannot open a ciphertext. A connection of another workspace
//! counts only if its provider has accepted its credential. Otherwise, a holder of a leaked secret could
//! prevent its revocation by saving it under any manifest.

use super::{Place, Transaction, read, read_row};
use crate::domain::{Health, IntegrationKey, OutboxEntry};
use crate::error::Result;
use crate::platform::sqlite::{Row, Value};

/// A token or a grant that a revocation ends, and the integration that gives it up.
#[derive(Clone)]
pub struct SharedGrant<'a> {
    /// The integration that gives the token up.
    pub key: IntegrationKey<'a>,
    /// The digest of the token.
    pub digest: &'a str,
    /// Whether the revocation may reach further than the token: to all tokens of the account and the client.
    pub grant: bool,
    /// The origin of the token endpoint.
    pub authorization_server: Option<&'a str>,
    /// The origin of the revocation request.
    pub revocation_server: Option<&'a str>,
    /// The manifest that describes the request.
    pub manifest_id: &'a str,
    /// The SHA-256 of its document.
    pub manifest_hash: &'a str,
    /// The OAuth client.
    pub client_id: Option<&'a str>,
    /// The account, if it is known.
    pub account_id: Option<&'a str>,
}

/// A connection that uses, or may use, the revoked token or grant.
pub struct User {
    /// The integration.
    pub id: String,
    /// The integration's workspace. It must not be shown to another workspace.
    pub workspace: String,
    /// The integration's slug. `None` if it belongs to another workspace.
    pub slug: Option<String>,
    /// Whether the connection certainly uses it. If not, one of the two accounts is unknown.
    pub is_certain: bool,
    /// Whether the connection holds the token itself.
    pub has_token: bool,
    /// The health of the integration.
    pub health: Health,
}

impl User {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            slug: row.text_or_null("slug")?,
            is_certain: row.get("certain")?,
            workspace: row.text("workspace")?,
            has_token: row.get("token")?,
            health: row.get("health")?,
        })
    }

    /// The integration.
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.id)
    }

    /// The name of the connection, for people of the workspace that revokes.
    pub fn name(&self) -> &str {
        self.slug.as_deref().unwrap_or("a connection of another workspace")
    }
}

/// Connections that hold the same token, in any workspace. If the revocation may reach further than the
/// token, also:
///
/// - connections with the same account and client (without a client: the same server), in any workspace
/// - connections of the same workspace that may have the same account, because one account is unknown
///
/// If an integration is connected again and no account is known, it counts as having the same grant as
/// before. A token in another workspace counts only if the provider accepted it, for the same servers, and by
/// the same manifest, or if neither manifest is a workspace's own. The same grant in another workspace counts by
/// a built-in manifest, or by the very document that describes the revocation: an own manifest could name any
/// account, and anybody can have the client whose id is a metadata document.
const SQL: &str = "
    select i.id, iif(i.workspace = ?1, i.slug, null) as slug, max(found.certain) as certain, i.workspace,
      max(found.token) as token, i.health
    from (
        select integration_id as id, 1 as certain, 1 as token from token_digests where digest = ?3
        union all
        select c.integration_id, 1, 0
          from integrations i join credentials c on c.integration_id = i.id
          where ?4 and i.account_id = ?7 and c.client_id is ?6
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
            and (?6 is not null or c.revocation_server = ?9)
        union all
        select c.integration_id, i.id = ?2 and ?7 is null, 0
          from integrations i join credentials c on c.integration_id = i.id
          where ?4 and i.workspace = ?1 and i.account_id is null and c.client_id is ?6
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
            and (?6 is not null or c.revocation_server = ?9)
        union all
        select c.integration_id, 0, 0
          from integrations i join credentials c on c.integration_id = i.id
          where ?4 and ?7 is null and i.workspace = ?1 and c.client_id is ?6
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
            and (?6 is not null or c.revocation_server = ?9)
      ) as found
      join integrations i on i.id = found.id join credentials c on c.integration_id = i.id
      where (c.connected_at > ?8 or i.id = ?2)
        and (i.workspace = ?1 or (c.verified_at is not null and (
          (found.token = 0 and (i.manifest_id not like 'custom-%' or i.manifest_hash = ?11))
          or (found.token = 1
            and coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
            and coalesce(c.revocation_server, ?9) is coalesce(?9, c.revocation_server)
            and (i.manifest_id = ?10
              or not (i.manifest_id like 'custom-%' or ?10 like 'custom-%'))))))
      group by i.id order by certain desc, i.slug limit 100";

impl<'a> SharedGrant<'a> {
    /// The token or the grant that `entry` of the integration ends.
    pub fn of(key: IntegrationKey<'a>, entry: &'a OutboxEntry) -> Self {
        Self {
            key,
            digest: &entry.digest,
            grant: entry.cautious,
            authorization_server: entry.authorization_server.as_deref(),
            revocation_server: entry.revocation_server.as_deref(),
            manifest_id: &entry.manifest_id,
            manifest_hash: &entry.manifest_hash,
            client_id: entry.client_id.as_deref(),
            account_id: entry.account_id.as_deref(),
        }
    }

    /// The connections that use it, those that certainly do first. Only connections made after `since`, in
    /// milliseconds since the Unix epoch, count, and always the integration that gives it up.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn users(&self, since: i64) -> Result<Vec<User>> {
        read(SQL, self.values(since)).await?.iter().map(User::of).collect()
    }

    /// As [`Self::users`], inside a transaction. No connection can be added or deleted before it is
    /// committed.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn users_in(&self, tx: &Transaction, since: i64) -> Result<Vec<User>> {
        tx.query(SQL, self.values(since)).await?.iter().map(User::of).collect()
    }

    fn values(&self, since: i64) -> Vec<Value> {
        self.key.and([
            Value::text(self.digest),
            Value::integer(i64::from(self.grant)),
            Value::from(self.authorization_server),
            Value::from(self.client_id),
            Value::from(self.account_id),
            Value::integer(since),
            Value::from(self.revocation_server),
            Value::text(self.manifest_id),
            Value::text(self.manifest_hash),
        ])
    }
}

/// Whether a connection of another workspace holds a token that the integration has now, by the rules of
/// [`SQL`].
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn is_held_elsewhere(key: IntegrationKey<'_>) -> Result<bool> {
    let sql = "
        select 1 from integrations own
          join credentials held on held.integration_id = own.id
          join token_digests mine on mine.integration_id = own.id
          join token_digests theirs on theirs.digest = mine.digest
          join integrations i on i.id = theirs.integration_id
          join credentials c on c.integration_id = i.id
        where own.workspace = ?1 and own.id = ?2 and i.workspace <> ?1
          and c.verified_at is not null
          and coalesce(c.authorization_server, held.authorization_server)
            is coalesce(held.authorization_server, c.authorization_server)
          and coalesce(c.revocation_server, held.revocation_server)
            is coalesce(held.revocation_server, c.revocation_server)
          and (i.manifest_id = own.manifest_id
            or not (i.manifest_id like 'custom-%' or own.manifest_id like 'custom-%'))
        limit 1";
    Ok(read_row(sql, key.values()).await?.is_some())
}

impl<'a> SharedGrant<'a> {
    /// Whether a finding says that a request like this revokes more than its token.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub async fn has_finding(&self) -> Result<bool> {
        self.finding().is_found().await
    }

    /// The subject of a finding: a manifest, a server and a client.
    pub fn finding(&self) -> Place<'a> {
        Place {
            workspace: self.key.workspace,
            manifest_id: self.manifest_id,
            server: self.authorization_server.or(self.revocation_server).unwrap_or_default(),
            client_id: self.client_id.unwrap_or_default(),
        }
    }
}
