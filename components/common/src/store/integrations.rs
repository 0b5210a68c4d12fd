//! The integrations of a workspace: find, insert and delete.
//!
//! Every statement is bound to a workspace. This module must not see a plaintext. It gets credentials as the
//! ciphertext that the broker made.

use super::checks::CHECK_AGAIN_MS;
use super::{Transaction, count, read, read_row};
use crate::domain::{AuthMethod, Health, SealedCredential, manifest_id};
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value};
use crate::quota::Quota;

/// One workspace's integrations.
pub struct Integrations<'a> {
    workspace: &'a str,
}

/// An existing integration.
#[derive(Debug)]
pub struct Found {
    /// The id of the integration, which may have been found by its slug.
    pub id: String,
    /// The JSON object that the API shows.
    pub doc: String,
    /// The number of changes by admins, which is also the entity tag.
    pub version: i64,
}

/// How an integration is connected, without its credential.
#[derive(Debug)]
pub struct Connection {
    /// The manifest.
    pub manifest_id: String,
    /// The SHA-256 of the manifest's document.
    pub manifest_hash: String,
    /// The parameters, a JSON object.
    pub params: String,
    /// The OAuth scopes, a JSON object.
    pub scopes: String,
    /// The account at the provider, if it is known.
    pub account_id: Option<String>,
    /// The version of the credential. 0 if there is none.
    pub version: i64,
    /// When the credential was entered or connected, in milliseconds since the Unix epoch. 0 if there is none.
    pub connected_at: i64,
}

/// An active integration with its policy.
#[derive(Debug)]
pub struct PolicyOf {
    /// The id.
    pub id: String,
    /// The slug.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The manifest.
    pub manifest_id: String,
    /// The policy, a JSON object.
    pub policy: String,
}

/// A new integration with its credential, as the broker verified and sealed it.
pub struct NewIntegration<'a> {
    /// The id. The ciphertext is bound to it.
    pub id: &'a str,
    /// The name, as the request has it.
    pub name: &'a str,
    /// The slug, if the request has one. Otherwise it is made from the name.
    pub slug: Option<&'a str>,
    /// The manifest, and the SHA-256 of the version that the integration uses.
    pub manifest: (&'a str, &'a str),
    /// How the provider authenticates its callers.
    pub auth_method: AuthMethod,
    /// Its health, as it was found or not.
    pub health: Health,
    /// The account at the provider: id and label.
    pub account: (Option<&'a str>, Option<&'a str>),
    /// Parameters, a JSON object.
    pub params: &'a str,
    /// Policy, a JSON object.
    pub policy: &'a str,
    /// OAuth scopes as the API shows them, a JSON object.
    pub scopes: &'a str,
    /// The credential. `None` while an authorization is in progress.
    pub credential: Option<&'a SealedCredential>,
    /// The subject that creates the integration.
    pub created_by: &'a str,
}

const COUNT: &str = "select count(*) as count from integrations where workspace = ?1";

/// The JSON of an integration, as the API shows it. A credential without a finished connection waits for a choice.
pub(super) const SHOWN: &str =
    "iif(counted_state = 'choose', json_set(doc, '$.health.next_action', 'choose'), doc)";

/// An empty set of scopes, as the API shows it.
pub const NO_SCOPES: &str = r#"{"requested":[],"granted":[],"missing":[]}"#;

impl<'a> Integrations<'a> {
    /// The integrations of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    pub(super) fn workspace(&self) -> &'a str {
        self.workspace
    }

    /// The integration with this id or slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(&self, id_or_slug: &str) -> Result<Found> {
        let sql = format!(
            "select id, {SHOWN} as doc, version from integrations
             where workspace = ?1 and (id = ?2 or slug = ?2)"
        );
        let row = read_row(&sql, [Value::text(self.workspace), Value::text(id_or_slug)]).await?;
        let row = row.ok_or_else(|| Error::no_such("integration", id_or_slug))?;
        Ok(Found { id: row.text("id")?, doc: row.text("doc")?, version: row.get("version")? })
    }

    /// How the integration `id` is connected. `None` if there is no such integration.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn connection(&self, id: &str) -> Result<Option<Connection>> {
        let sql = "select i.manifest_id, i.manifest_hash, i.params, i.scopes, i.account_id,
                     coalesce(c.version, 0) as version, coalesce(c.connected_at, 0) as connected_at
                   from integrations i left join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let row = read_row(sql, [Value::text(self.workspace), Value::text(id)]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Connection {
            manifest_id: row.text("manifest_id")?,
            manifest_hash: row.text("manifest_hash")?,
            params: row.text("params")?,
            scopes: row.text("scopes")?,
            account_id: row.text_or_null("account_id")?,
            version: row.get("version")?,
            connected_at: row.get("connected_at")?,
        }))
    }

    /// The active integrations with their policies, sorted by name: at most 1,000.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn policies(&self) -> Result<Vec<PolicyOf>> {
        let sql = "select id, slug, name, manifest_id, policy from integrations
                   where workspace = ?1 and status = 'active' order by name_key limit 1000";
        let rows = read(sql, [Value::text(self.workspace)]).await?;
        let policy = |row: &Row| {
            Ok(PolicyOf {
                id: row.text("id")?,
                slug: row.text("slug")?,
                name: row.text("name")?,
                manifest_id: row.text("manifest_id")?,
                policy: row.text("policy")?,
            })
        };
        rows.iter().map(policy).collect()
    }

    /// Writes a new integration and its credential. Returns the JSON object that the API shows.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], [`Error::NameTaken`], [`Error::Invalid`] if the slug is taken,
    /// [`Error::Storage`].
    pub async fn insert(
        &self,
        tx: &Transaction,
        new: &NewIntegration<'_>,
        quota: &Quota,
    ) -> Result<String> {
        quota.check_room(count(tx.row(COUNT, [Value::text(self.workspace)]).await?)?)?;
        self.name_is_free_in(tx, new.name, new.id).await?;
        self.check_manifest(tx, new.manifest.0).await?;
        let slug = self.slug_for(tx, new).await?;
        tx.query(
            "insert into integrations (id, workspace, slug, name, name_key, manifest_id,
               manifest_hash, auth_method, health, health_at, account_id, account_label, params,
               policy, created_at, created_by, updated_at, scopes)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, iif(?9 = 'healthy', ?10, null), ?11, ?12,
               ?13, ?14, ?10, ?15, ?10, ?16)",
            [
                Value::text(new.id),
                Value::text(self.workspace),
                Value::text(slug),
                Value::text(new.name),
                Value::text(id::fold(new.name)),
                Value::text(new.manifest.0),
                Value::text(new.manifest.1),
                Value::text(new.auth_method.as_str()),
                Value::from(new.health),
                Value::integer(tx.now_ms),
                Value::from(new.account.0),
                Value::from(new.account.1),
                Value::text(new.params),
                Value::text(new.policy),
                Value::text(new.created_by),
                Value::text(new.scopes),
            ],
        )
        .await?;
        if let Some(credential) = new.credential {
            self.insert_credential(tx, new.id, credential, new.health).await?;
        }
        let row = tx
            .row(
                &format!("select {SHOWN} from integrations where workspace = ?1 and id = ?2"),
                [Value::text(self.workspace), Value::text(new.id)],
            )
            .await?
            .ok_or_else(|| Error::Internal("the new row is missing".into()))?;
        Ok(row.into_text()?)
    }

    /// Writes the first credential of an integration.
    pub(super) async fn insert_credential(
        &self,
        tx: &Transaction,
        id: &str,
        new: &SealedCredential,
        health: Health,
    ) -> Result<()> {
        tx.query(
            "insert into credentials (integration_id, workspace, sealed, key_id, hint, updated_at,
               check_at, expires_at, refresh_at, client_id, authorization_server, connected_at,
               revocation_server, verified_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, iif(?7 = 'healthy', ?6 + ?8, 0), ?9, ?10, ?11, ?12,
               ?6, ?13, iif(?7 = 'healthy', ?6, null))",
            [
                Value::text(id),
                Value::text(self.workspace),
                Value::from(new.bytes()?),
                Value::text(new.key_id.as_str()),
                Value::from(new.hint.as_deref()),
                Value::integer(tx.now_ms),
                Value::from(health),
                Value::integer(CHECK_AGAIN_MS),
                Value::from(new.expires_at),
                Value::from(new.refresh_at),
                Value::from(new.client_id.as_deref()),
                Value::from(new.authorization_server.as_deref()),
                Value::from(new.revocation_server.as_deref()),
            ],
        )
        .await?;
        tx.confirm_commit_by_credential(id, new)?;
        tx.hold(id, &new.digests).await
    }

    /// Deletes an integration and its credential, which must still have `version` (0: there is no
    /// credential).
    ///
    /// # Errors
    /// [`Error::NotFound`] if a concurrent request deleted it, [`Error::Conflict`] (`changed_meanwhile`),
    /// [`Error::Storage`].
    pub async fn delete(&self, tx: &Transaction, id: &str, version: i64) -> Result<()> {
        self.credential_is_at(tx, id, version).await?;
        let sql = "delete from integrations where workspace = ?1 and id = ?2";
        tx.query(sql, [Value::text(self.workspace), Value::text(id)]).await.map(drop)
    }

    /// Checks, inside a transaction, that the credential of `id` still has `version` (0: there is no
    /// credential).
    pub(super) async fn credential_is_at(
        &self,
        tx: &Transaction,
        id: &str,
        version: i64,
    ) -> Result<()> {
        let sql = "select coalesce(c.version, 0) as version from integrations i
                   left join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let row = tx.row(sql, [Value::text(self.workspace), Value::text(id)]).await?;
        if row.ok_or_else(|| Error::no_such("integration", id))?.get::<i64>("version")? == version {
            return Ok(());
        }
        let detail = format!("another request changed the credential of {id}. Try again");
        Err(Error::Conflict { code: "changed_meanwhile", detail })
    }

    /// Checks that a workspace's own manifest still exists. It may have been deleted during the request to
    /// the provider.
    async fn check_manifest(&self, tx: &Transaction, id: &str) -> Result<()> {
        let sql = "select 1 from manifests where workspace = ?1 and id = ?2";
        let values = [Value::text(self.workspace), Value::text(id)];
        if manifest_id::is_own(id) && tx.row(sql, values).await?.is_none() {
            let detail = format!("{id} was deleted during this request. Use another manifest");
            return Err(Error::invalid("/manifest_id", detail));
        }
        Ok(())
    }
}
