//! The workspace's own manifests: an index in SQLite, and the documents under their hash, in the key-value store and in
//! SQLite.
//!
//! A document is written before the row that names it. It must never be changed, so that an integration keeps
//! the version that it was created with. Each document that is read is hashed again. `documents` deletes the
//! documents that no row names any more.

use serde_json::json;

use super::documents::{find_document, key, note_stored};
use super::{RequestContext, Transaction, aggregated, read, read_row};
use crate::encoding::sha256_hex;
use crate::error::{Error, Result};
use crate::platform::kv;
use crate::platform::sqlite::{Row, Value};
use crate::quota::Quota;

const STATE: &str =
    "select exists(select 1 from manifests where workspace = ?1 and id = ?2) as is_there,
       count(*) as count
     from manifests where workspace = ?1";

/// One workspace's own manifests.
pub struct Manifests<'a> {
    workspace: &'a str,
}

/// The row of a workspace's own manifest.
pub struct OwnManifest {
    /// `custom-…`.
    pub id: String,
    /// The SHA-256 of the document, in hexadecimal.
    pub hash: String,
    /// The manifest's entry in the list of the catalog, a JSON object.
    pub summary: String,
}

/// A new version of a workspace's own manifest.
pub struct NewManifest<'a> {
    /// `custom-…`.
    pub id: &'a str,
    /// The document, exactly as it is stored.
    pub document: &'a [u8],
    /// The manifest's entry in the list of the catalog, a JSON object.
    pub summary: &'a str,
    /// Whether it replaces an earlier version, which must then exist.
    pub replace: bool,
    /// Whether an ADMIN confirms its `revoke.effect_source`. `None` if the manifest has no such source.
    pub believes_effect: Option<bool>,
}

impl<'a> Manifests<'a> {
    /// The maximum number of own manifests in a workspace.
    pub const MAX: u32 = 100;

    /// The own manifests of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// All own manifests, sorted by id.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn all(&self) -> Result<Vec<OwnManifest>> {
        let sql = "select id, hash, summary from manifests where workspace = ?1 order by id";
        let rows = read(sql, [Value::text(self.workspace)]).await?;
        let own = |row: &Row| {
            Ok(OwnManifest {
                id: row.text("id")?,
                hash: row.text("hash")?,
                summary: row.text("summary")?,
            })
        };
        rows.iter().map(own).collect()
    }

    /// The hash of the current version of `id`.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn hash(&self, id: &str) -> Result<Option<String>> {
        let sql = "select hash from manifests where workspace = ?1 and id = ?2";
        let row = read_row(sql, [Value::text(self.workspace), Value::text(id)]).await?;
        Ok(row.map(|row| row.text("hash")).transpose()?)
    }

    /// The document under `hash`.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if the document was changed, [`Error::Storage`] if it is missing.
    pub async fn document(hash: &str) -> Result<Vec<u8>> {
        let bytes = find_document(hash).await?;
        if sha256_hex(&bytes) == hash {
            Ok(bytes)
        } else {
            Err(Error::Unreadable(format!("manifest {hash} was changed outside the application")))
        }
    }

    /// Stores the document as the current version of its id. Returns its hash.
    ///
    /// # Errors
    /// [`Error::Conflict`] (`manifest_exists`, `too_many_manifests`), [`Error::QuotaExceeded`],
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn save(
        &self,
        new: &NewManifest<'_>,
        by: &RequestContext<'_>,
        quota: &Quota,
    ) -> Result<String> {
        let NewManifest { id, document, summary, replace, believes_effect } = *new;
        let hash = sha256_hex(document);
        // This early check saves the write of the document. The check in the transaction decides.
        let values = [Value::text(self.workspace), Value::text(id)];
        self.check_save(id, replace, read_row(STATE, values.clone()).await?)?;
        let tx = Transaction::begin().await?;
        note_stored(&tx, self.workspace, &hash, document, quota).await?;
        tx.commit().await?;
        kv::set(&key(&hash), document).await?;
        let tx = Transaction::begin().await?;
        self.check_save(id, replace, tx.row(STATE, values).await?)?;
        tx.query(
            "insert into manifests
               (workspace, id, hash, summary, created_at, created_by, updated_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?5)
             on conflict do update set hash = excluded.hash, summary = excluded.summary,
               updated_at = excluded.updated_at",
            [
                Value::text(self.workspace),
                Value::text(id),
                Value::text(hash.as_str()),
                Value::text(summary),
                Value::integer(tx.now_ms),
                Value::text(by.caller.subject.as_str()),
            ],
        )
        .await?;
        let detail = match believes_effect {
            None => json!({"hash": hash}),
            Some(believes) => {
                self.save_belief(&tx, id, &hash, believes, &by.caller.subject).await?;
                json!({"hash": hash, "believes_effect": believes})
            }
        };
        let action = if replace { "manifest.replace" } else { "manifest.create" };
        tx.audit(&by.entry(action, id, detail)).await?;
        tx.commit().await?;
        Ok(hash)
    }

    /// Stores whether the ADMIN `subject` confirms the effect of revocation that this version declares.
    async fn save_belief(
        &self,
        tx: &Transaction,
        id: &str,
        hash: &str,
        believes: bool,
        subject: &str,
    ) -> Result<()> {
        let sql = "delete from believed_effects where workspace = ?1 and hash = ?2";
        tx.query(sql, [Value::text(self.workspace), Value::text(hash)]).await?;
        if !believes {
            return Ok(());
        }
        tx.query(
            "insert into believed_effects (workspace, hash, manifest_id, at, by)
             values (?1, ?2, ?3, ?4, ?5)",
            [
                Value::text(self.workspace),
                Value::text(hash),
                Value::text(id),
                Value::integer(tx.now_ms),
                Value::text(subject),
            ],
        )
        .await?;
        Ok(())
    }

    /// Whether an ADMIN has confirmed the effect of revocation that the version `hash` declares.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn believes_effect(&self, hash: &str) -> Result<bool> {
        let sql = "select 1 from believed_effects where workspace = ?1 and hash = ?2";
        let row = read_row(sql, [Value::text(self.workspace), Value::text(hash)]).await?;
        Ok(row.is_some())
    }

    /// Checks that `id` may be saved, by the result of [`STATE`].
    fn check_save(&self, id: &str, replace: bool, state: Option<Row>) -> Result<()> {
        let state = aggregated(state)?;
        let (exists, count): (bool, u32) = (state.get("is_there")?, state.get("count")?);
        match (exists, replace) {
            (true, false) => {
                let detail = format!("{id} already exists. Use PUT to replace it");
                Err(conflict("manifest_exists", detail))
            }
            (false, true) => Err(Error::no_such("manifest", id)),
            (false, false) if count >= Self::MAX => {
                let detail = format!(
                    "a workspace may have at most {} manifests of its own. Delete one first",
                    Self::MAX
                );
                Err(conflict("too_many_manifests", detail))
            }
            _ => Ok(()),
        }
    }

    /// Deletes the manifest `id`. Its documents are deleted later, when no integration uses them.
    ///
    /// # Errors
    /// [`Error::Conflict`] (`manifest_in_use`), [`Error::NotFound`], [`Error::Storage`].
    pub async fn delete(&self, id: &str, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let values = || [Value::text(self.workspace), Value::text(id)];
        let used = tx
            .row(
                "select id from integrations where workspace = ?1 and manifest_id = ?2 limit 1",
                values(),
            )
            .await?;
        if let Some(row) = used {
            let user: &str = row.get("id")?;
            let detail = format!("{id} is used by the integration {user}. Delete that first");
            return Err(conflict("manifest_in_use", detail));
        }
        let sql = "delete from manifests where workspace = ?1 and id = ?2 returning id";
        tx.row(sql, values()).await?.ok_or_else(|| Error::no_such("manifest", id))?;
        let sql = "delete from believed_effects where workspace = ?1 and manifest_id = ?2";
        tx.query(sql, values()).await?;
        tx.audit(&by.entry("manifest.delete", id, json!({}))).await?;
        tx.commit().await
    }
}

fn conflict(code: &'static str, detail: String) -> Error {
    Error::Conflict { code, detail }
}
