//! The integrations of a workspace: pages, one, insert, delete.
//!
//! Every statement is bound to a workspace. It must not see a plaintext: credentials pass through
//! as the ciphertext that the broker made.

use super::{Transaction, read_row};
use crate::broker::SealedCredential;
use crate::error::{Error, Result};
use crate::id;
use crate::platform::sqlite::{Row, Value, into_text, text};
use crate::quota::Quota;

/// When tick tries a credential again that was accepted, in milliseconds: 6 hours.
pub const CHECK_AGAIN_MS: i64 = 6 * 60 * 60 * 1000;

/// One workspace's integrations.
pub struct Integrations<'a> {
    workspace: &'a str,
}

/// Which integrations a page shows; every member is optional.
#[derive(Debug, Default)]
pub struct ListQuery {
    /// Exactly this status.
    pub status: Option<String>,
    /// Exactly this manifest.
    pub manifest: Option<String>,
    /// Exactly this health.
    pub health: Option<String>,
    /// A part of the name, case-folded.
    pub q: Option<String>,
    /// The id of the last integration of the page before.
    pub cursor: Option<String>,
    /// At most this many.
    pub limit: u32,
}

/// An integration that is there.
#[derive(Debug)]
pub struct Found {
    /// Its id (it may have been asked for by slug).
    pub id: String,
    /// What the API shows of it: a JSON object.
    pub doc: String,
    /// Counts admins' changes; the entity tag.
    pub version: i64,
}

/// A new integration with its credential, as the broker verified and sealed it.
pub struct NewIntegration<'a> {
    /// Its id; the ciphertext is bound to it.
    pub id: &'a str,
    /// Its name, as typed.
    pub name: &'a str,
    /// The manifest, and the SHA-256 of the version it is made with.
    pub manifest: (&'a str, &'a str),
    /// `api_key`, `basic`, …
    pub auth_method: &'a str,
    /// `healthy` or `unknown`.
    pub health: &'a str,
    /// The account at the provider: id and label.
    pub account: (Option<&'a str>, Option<&'a str>),
    /// Parameters, a JSON object.
    pub params: &'a str,
    /// Policy, a JSON object.
    pub policy: &'a str,
    /// OAuth scopes as the API shows them, a JSON object.
    pub scopes: &'a str,
    /// Its credential; none while an authorization is under way.
    pub credential: Option<&'a SealedCredential>,
    /// Who makes it.
    pub created_by: &'a str,
}

const COUNT: &str = "select count(*) from integrations where workspace = ?1";

/// No scopes, as the API shows them.
pub const NO_SCOPES: &str = r#"{"requested":[],"granted":[],"missing":[]}"#;

impl<'a> Integrations<'a> {
    /// Those of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    pub(super) fn workspace(&self) -> &'a str {
        self.workspace
    }

    /// A page as JSON, `{"items":[…],"next_cursor":…}`, newest first.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn page(&self, query: &ListQuery) -> Result<String> {
        let mut values = vec![Value::text(self.workspace)];
        let mut filters = String::new();
        let conditions = [
            ("status = ", query.status.clone()),
            ("manifest_id = ", query.manifest.clone()),
            ("health = ", query.health.clone()),
            ("0 < instr(name_key, ", query.q.as_deref().map(id::fold)),
        ];
        for (condition, value) in conditions {
            let Some(value) = value else { continue };
            values.push(Value::text(value));
            let close = if condition.ends_with(", ") { ")" } else { "" };
            filters.push_str(&format!(" and {condition}?{}{close}", values.len()));
        }
        let from = query.cursor.as_deref().map_or(String::new(), |cursor| {
            values.push(Value::text(cursor));
            format!(" and id < +?{}", values.len())
        });
        // The `+` keeps SQLite from looking at the parameter's value while it plans the order, for
        // which it would prepare the statement anew each time; so does a bound limit.
        let sql = format!(
            "select printf('{{\"items\":[%s],\"next_cursor\":%s}}', docs,
               iif(exists(select 1 from integrations
                 where workspace = +?1 and id < last{filters}), '\"' || last || '\"', 'null'))
             from (select group_concat(doc, ',') as docs, min(id) as last from (
               select id, doc from integrations
               where workspace = +?1{from}{filters} order by id desc limit {limit}))",
            limit = query.limit
        );
        let row = read_row(&sql, values).await?;
        row.map(into_text).ok_or_else(|| Error::Internal("an aggregate without a row".into()))
    }

    /// The integration with this id or slug.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn find(&self, id_or_slug: &str) -> Result<Found> {
        let sql = "select id, doc, version from integrations
                   where workspace = ?1 and (id = ?2 or slug = ?2)";
        let row = read_row(sql, [Value::text(self.workspace), Value::text(id_or_slug)]).await?;
        let row = row.ok_or_else(|| not_found(id_or_slug))?;
        Ok(Found {
            id: text(&row, 0).to_owned(),
            doc: text(&row, 1).to_owned(),
            version: row.get(2).unwrap_or(0),
        })
    }

    /// Who has `name`, compared case-folded.
    ///
    /// # Errors
    /// [`Error::NameTaken`], [`Error::Storage`].
    pub async fn name_is_free(&self, name: &str) -> Result<()> {
        let sql = "select id from integrations where workspace = ?1 and name_key = ?2";
        let values = [Value::text(self.workspace), Value::text(id::fold(name))];
        match read_row(sql, values).await? {
            Some(row) => Err(Error::name_taken(name, text(&row, 0))),
            None => Ok(()),
        }
    }

    /// Checks that the workspace may have one integration more.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], [`Error::Storage`].
    pub async fn check_room(&self, quota: &Quota) -> Result<()> {
        let row = read_row(COUNT, [Value::text(self.workspace)]).await?;
        quota.check_room(row.and_then(|row| row.get(0)).unwrap_or(0))
    }

    /// Writes a new integration and its credential, and returns what the API shows.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`], [`Error::NameTaken`], [`Error::Storage`].
    pub async fn insert(
        &self,
        tx: &Transaction,
        new: &NewIntegration<'_>,
        quota: &Quota,
    ) -> Result<String> {
        let row = tx.row(COUNT, [Value::text(self.workspace)]).await?;
        quota.check_room(row.and_then(|row| row.get(0)).unwrap_or(0))?;
        self.name_is_free_in(tx, new.name, new.id).await?;
        self.manifest_is_there(tx, new.manifest.0).await?;
        let slug = self.free_slug(tx, new.name).await?;
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
                Value::text(new.auth_method),
                Value::text(new.health),
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
                "select doc from integrations where workspace = ?1 and id = ?2",
                [Value::text(self.workspace), Value::text(new.id)],
            )
            .await?
            .ok_or_else(|| Error::Internal("the new row is not there".into()))?;
        Ok(text(&row, 0).to_owned())
    }

    /// Writes the first credential of an integration.
    pub(super) async fn insert_credential(
        &self,
        tx: &Transaction,
        id: &str,
        new: &SealedCredential,
        health: &str,
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
                Value::text(health),
                Value::integer(CHECK_AGAIN_MS),
                Value::from(new.expires_at),
                Value::from(new.refresh_at),
                Value::from(new.client_id.as_deref()),
                Value::from(new.authorization_server.as_deref()),
                Value::from(new.revocation_server.as_deref()),
            ],
        )
        .await?;
        tx.hold(id, &new.digests).await
    }

    /// Deletes an integration and its credential, which has to be at `version` still (0: there is
    /// none).
    ///
    /// # Errors
    /// [`Error::NotFound`] where somebody else was faster; [`Error::Conflict`]
    /// (`changed_meanwhile`); [`Error::Storage`].
    pub async fn delete(&self, tx: &Transaction, id: &str, version: i64) -> Result<()> {
        self.credential_is_at(tx, id, version).await?;
        let sql = "delete from integrations where workspace = ?1 and id = ?2";
        tx.query(sql, [Value::text(self.workspace), Value::text(id)]).await.map(drop)
    }

    /// Inside a transaction: whether the credential of `id` is at `version` still (0: there is
    /// none).
    pub(super) async fn credential_is_at(
        &self,
        tx: &Transaction,
        id: &str,
        version: i64,
    ) -> Result<()> {
        let sql = "select coalesce(c.version, 0) from integrations i
                   left join credentials c on c.integration_id = i.id
                   where i.workspace = ?1 and i.id = ?2";
        let row = tx.row(sql, [Value::text(self.workspace), Value::text(id)]).await?;
        match row.ok_or_else(|| not_found(id))?.get::<i64>(0) {
            Some(found) if found == version => Ok(()),
            _ => {
                let detail = format!("the credential of {id} was changed meanwhile");
                Err(Error::Conflict { code: "changed_meanwhile", detail })
            }
        }
    }

    /// A workspace's own manifest may have been deleted while the provider was asked.
    async fn manifest_is_there(&self, tx: &Transaction, id: &str) -> Result<()> {
        let sql = "select 1 from manifests where workspace = ?1 and id = ?2";
        let values = [Value::text(self.workspace), Value::text(id)];
        if id.starts_with("custom-") && tx.row(sql, values).await?.is_none() {
            return Err(Error::invalid("/manifest_id", format!("{id} was deleted meanwhile")));
        }
        Ok(())
    }

    /// The slug of `name`, with a number from 2 on where another has it. It is looked for under the
    /// write lock: however many have the same, it takes no longer.
    async fn free_slug(&self, tx: &Transaction, name: &str) -> Result<String> {
        let base = id::slug(name);
        let values = |slug: &str| [Value::text(self.workspace), Value::text(slug)];
        let is_taken = "select 1 from integrations where workspace = ?1 and slug = ?2";
        if tx.row(is_taken, values(&base)).await?.is_none() {
            return Ok(base);
        }
        // Where none was deleted, this is the least that is free.
        let after_all = format!("select count(*) + 2 from {NUMBERED}");
        let slug = Self::numbered(&base, tx.row(&after_all, values(&base)).await?)?;
        if tx.row(is_taken, values(&slug)).await?.is_none() {
            return Ok(slug);
        }
        let least = format!(
            "with taken (number) as materialized (
               select cast(substr(slug, length(?2) + 2) as integer) from {NUMBERED})
             select min(number) + 1 from (select 1 as number union all select number from taken)
             where number + 1 not in (select number from taken)"
        );
        Self::numbered(&base, tx.row(&least, values(&base)).await?)
    }

    fn numbered(base: &str, row: Option<Row>) -> Result<String> {
        let number = row.and_then(|row| row.get::<i64>(0));
        let number = number.ok_or_else(|| Error::Internal("no slug is free".into()))?;
        Ok(format!("{base}-{number}"))
    }
}

/// The integrations of workspace `?1` whose slug is `?2` and a number of up to nine digits. `-` is
/// followed by `.`: between them are the slugs that begin so.
const NUMBERED: &str = "integrations
    where workspace = ?1 and slug > ?2 || '-' and slug < ?2 || '.'
      and substr(slug, length(?2) + 2) glob '[1-9]*'
      and substr(slug, length(?2) + 2) not glob '*[^0-9]*' and length(slug) < length(?2) + 11";

pub(super) fn not_found(id: &str) -> Error {
    let shown: String = id.chars().take(64).collect();
    Error::NotFound(format!("there is no integration {shown:?} in this workspace"))
}
