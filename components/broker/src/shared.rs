//! Who else uses what a revocation would end: the same token, or another grant of the same account
//! to the same OAuth app.
//!
//! It compares digests and names, and must not open anything. Of another workspace only those count
//! whose provider has accepted their credential: whoever has a leaked secret must not be able to keep
//! it alive by saving it under whatever manifest he likes.

use nexus_common::platform::sqlite::{Row, Value, text};
use nexus_common::store::{OutboxEntry, Transaction, read, read_row};
use nexus_common::{Error, Result};
use nexus_manifests::Manifest;

/// What a revocation ends, and of which integration.
#[derive(Clone)]
pub(crate) struct Ends<'a> {
    /// The workspace.
    pub(crate) workspace: &'a str,
    /// The integration that gives it up.
    pub(crate) integration_id: &'a str,
    /// The digest of the token.
    pub(crate) digest: &'a str,
    /// Whether more than the token may end: all of the account by the client.
    pub(crate) grant: bool,
    /// The origin of the token endpoint.
    pub(crate) authorization_server: Option<&'a str>,
    /// The origin of the call.
    pub(crate) revocation_server: Option<&'a str>,
    /// The manifest that the call is from.
    pub(crate) manifest_id: &'a str,
    /// The OAuth client.
    pub(crate) client_id: Option<&'a str>,
    /// The account, where it is known.
    pub(crate) account_id: Option<&'a str>,
}

/// Somebody who uses it, or may.
pub(crate) struct User {
    /// The integration.
    pub(crate) id: String,
    /// Its workspace; it must not be shown to another.
    pub(crate) workspace: String,
    /// Its slug; `None` where it is of another workspace.
    pub(crate) slug: Option<String>,
    /// Whether that is known; else one of the two accounts is not.
    pub(crate) is_certain: bool,
    /// Whether it holds the very token.
    pub(crate) has_token: bool,
    /// What is known of it at its provider.
    pub(crate) health: String,
}

impl User {
    /// What it is called in the workspace of whoever asks.
    pub(crate) fn name(&self) -> &str {
        self.slug.as_deref().unwrap_or("a connection of another workspace")
    }
}

/// Whoever holds the same token, in any workspace; where more may end, also who has the same account
/// by the same client (without a client: at the same place); and, of the same workspace, who may: an
/// account is not known. An integration that is connected again where no account is known has the
/// grant it had. Of another workspace a token counts where the provider accepted it, for the same
/// servers, by the same manifest or one that nobody there has written.
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

impl<'a> Ends<'a> {
    /// What `entry` of the integration `id` ends.
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

    /// Who uses it, of those that were connected after `since`, in milliseconds since the Unix
    /// epoch, and the integration that gives it up itself; who is certain to, first.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub(crate) async fn users(&self, since: i64) -> Result<Vec<User>> {
        Ok(read(SQL, self.values(since)).await?.iter().map(user).collect())
    }

    /// The same inside a transaction: nobody can come or go before it is committed.
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

/// Asks who replaces what the integration `id` holds, where a connection of another workspace holds it
/// too: is it to end? `force` is the answer, where it was given.
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
            "what is replaced is in use by a connection of another workspace too: with ?force=true \
             it is ended at the provider all the same, as it must be where it has leaked; with \
             ?force=false it is kept, and ended with the last connection that uses it"
                .into(),
        ));
    }
    Ok(())
}

/// Whether a connection of another workspace holds a token that the integration `id` now has, by the
/// rules above.
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
