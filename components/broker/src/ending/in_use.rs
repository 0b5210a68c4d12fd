//! Finds the other connections that use what a revocation would revoke: the same token, or a grant of the
//! same account to the same OAuth app.
//!
//! This module compares digests and names, and must not open a ciphertext. A connection of another workspace
//! counts only if its provider has accepted its credential. Otherwise, a holder of a leaked secret could
//! prevent its revocation by saving it under any manifest.

use nexus_common::platform::sqlite::{Row, Value, text};
use nexus_common::store::{OutboxEntry, Place, Transaction, read, read_row};
use nexus_common::{Error, Result};
use nexus_manifests::Manifest;

/// What a revocation revokes, and the integration that gives it up.
#[derive(Clone)]
pub(crate) struct SharedGrant<'a> {
    /// The workspace.
    pub(crate) workspace: &'a str,
    /// The integration that gives the token up.
    pub(crate) integration_id: &'a str,
    /// The digest of the token.
    pub(crate) digest: &'a str,
    /// Whether the revocation may reach further than the token: to all tokens of the account and the client.
    pub(crate) grant: bool,
    /// The origin of the token endpoint.
    pub(crate) authorization_server: Option<&'a str>,
    /// The origin of the revocation request.
    pub(crate) revocation_server: Option<&'a str>,
    /// The manifest that describes the request.
    pub(crate) manifest_id: &'a str,
    /// The OAuth client.
    pub(crate) client_id: Option<&'a str>,
    /// The account, if it is known.
    pub(crate) account_id: Option<&'a str>,
}

/// A connection that uses, or may use, what is revoked.
pub(crate) struct User {
    /// The integration.
    pub(crate) id: String,
    /// The integration's workspace. It must not be shown to another workspace.
    pub(crate) workspace: String,
    /// The integration's slug. `None` if it belongs to another workspace.
    pub(crate) slug: Option<String>,
    /// Whether the connection certainly uses it. If not, one of the two accounts is unknown.
    pub(crate) is_certain: bool,
    /// Whether the connection holds the token itself.
    pub(crate) has_token: bool,
    /// The health of the integration.
    pub(crate) health: String,
}

impl User {
    /// The name of the connection, for people of the workspace that revokes.
    pub(crate) fn name(&self) -> &str {
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
/// the same manifest, or if neither manifest is a workspace's own.
const SQL: &str = "
    select i.id, iif(i.workspace = ?1, i.slug, null), max(found.certain) as certain, i.workspace,
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
        and (i.workspace = ?1 or (c.verified_at is not null and (found.token = 0 or (
          coalesce(c.authorization_server, ?5) is coalesce(?5, c.authorization_server)
          and coalesce(c.revocation_server, ?9) is coalesce(?9, c.revocation_server)
          and (i.manifest_id = ?10
            or not (i.manifest_id like 'custom-%' or ?10 like 'custom-%'))))))
      group by i.id order by certain desc, i.slug limit 100";

impl<'a> SharedGrant<'a> {
    /// What `entry` of the integration `id` revokes.
    pub(crate) fn of(workspace: &'a str, id: &'a str, entry: &'a OutboxEntry) -> Self {
        Self {
            workspace,
            integration_id: id,
            digest: &entry.digest,
            grant: entry.cautious,
            authorization_server: entry.authorization_server.as_deref(),
            revocation_server: entry.revocation_server.as_deref(),
            manifest_id: &entry.manifest_id,
            client_id: entry.client_id.as_deref(),
            account_id: entry.account_id.as_deref(),
        }
    }

    /// The connections that use it, those that certainly do first. Only connections made after `since`, in
    /// milliseconds since the Unix epoch, count, and always the integration that gives it up.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub(crate) async fn users(&self, since: i64) -> Result<Vec<User>> {
        Ok(read(SQL, self.values(since)).await?.iter().map(user).collect())
    }

    /// As [`Self::users`], inside a transaction. No connection can be added or deleted before it is
    /// committed.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub(crate) async fn users_in(&self, tx: &Transaction, since: i64) -> Result<Vec<User>> {
        Ok(tx.query(SQL, self.values(since)).await?.iter().map(user).collect())
    }

    fn values(&self, since: i64) -> [Value; 10] {
        [
            Value::text(self.workspace),
            Value::text(self.integration_id),
            Value::text(self.digest),
            Value::integer(i64::from(self.grant)),
            Value::from(self.authorization_server),
            Value::from(self.client_id),
            Value::from(self.account_id),
            Value::integer(since),
            Value::from(self.revocation_server),
            Value::text(self.manifest_id),
        ]
    }
}

fn user(row: &Row) -> User {
    User {
        id: text(row, 0).to_owned(),
        slug: row.get::<&str>(1).map(str::to_owned),
        is_certain: row.get(2).unwrap_or(false),
        workspace: text(row, 3).to_owned(),
        has_token: row.get(4).unwrap_or(false),
        health: text(row, 5).to_owned(),
    }
}

/// Requires a decision from the caller that replaces a credential of the integration `id`, if a connection of
/// another workspace holds one of its tokens too. `force` is the decision, if the caller gave one.
///
/// # Errors
/// [`Error::GrantShared`], [`Error::Storage`].
pub(crate) async fn ask(
    workspace: &str,
    id: &str,
    manifest: &Manifest,
    force: Option<bool>,
) -> Result<()> {
    let can_end = manifest.revoke.effect().is_some();
    if force.is_none() && can_end && is_held_elsewhere(workspace, id).await? {
        return Err(Error::GrantShared(
            "the credential that you replace is also in use by a connection of another workspace. \
             Use ?force=true to revoke it at the provider anyway, for example because it has leaked. \
             Use ?force=false to keep it until no connection uses it any more"
                .into(),
        ));
    }
    Ok(())
}

/// Whether a connection of another workspace holds a token that the integration `id` has now, by the rules of
/// [`SQL`].
async fn is_held_elsewhere(workspace: &str, id: &str) -> Result<bool> {
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
    Ok(read_row(sql, [Value::text(workspace), Value::text(id)]).await?.is_some())
}

impl<'a> SharedGrant<'a> {
    /// Whether a finding says that a request like this revokes more than its token.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub(crate) async fn has_finding(&self) -> Result<bool> {
        self.finding().is_found().await
    }

    /// The subject of a finding: a manifest, a server and a client.
    pub(crate) fn finding(&self) -> Place<'a> {
        Place {
            workspace: self.workspace,
            manifest_id: self.manifest_id,
            server: self.authorization_server.or(self.revocation_server).unwrap_or_default(),
            client_id: self.client_id.unwrap_or_default(),
        }
    }
}
