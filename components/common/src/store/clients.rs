//! The workspace's OAuth apps. Client ids are stored in the clear, and secrets as the broker sealed them.
//!
//! This module must not return a ciphertext. Only the broker reads the ciphertexts, with its own statement.

use std::collections::BTreeMap;

use serde_json::json;

use super::{RequestContext, Transaction, read};
use crate::domain::RegisteredClient;
use crate::encoding::from_base64;
use crate::error::{Error, Result};
use crate::platform::sqlite::{Row, Value};

/// One workspace's OAuth apps.
pub struct OauthClients<'a> {
    workspace: &'a str,
}

/// An OAuth app, without its secret.
pub struct OauthClient {
    /// The manifest that the app is for.
    pub manifest_id: String,
    /// The client id at the provider.
    pub client_id: String,
    /// When the app was entered (RFC 3339, UTC).
    pub created_at: String,
    /// When the app was last changed (RFC 3339, UTC).
    pub updated_at: String,
}

impl<'a> OauthClients<'a> {
    /// The OAuth apps of `workspace`.
    pub fn of(workspace: &'a str) -> Self {
        Self { workspace }
    }

    /// All OAuth apps, sorted by manifest.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn all(&self) -> Result<Vec<OauthClient>> {
        let sql = "select manifest_id, client_id,
                     strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch') as created,
                     strftime('%Y-%m-%dT%H:%M:%fZ', updated_at / 1000.0, 'unixepoch') as updated
                   from oauth_clients where workspace = ?1 order by manifest_id";
        let rows = read(sql, [Value::text(self.workspace)]).await?;
        let client = |row: &Row| {
            Ok(OauthClient {
                manifest_id: row.text("manifest_id")?,
                client_id: row.text("client_id")?,
                created_at: row.text("created")?,
                updated_at: row.text("updated")?,
            })
        };
        rows.iter().map(client).collect()
    }

    /// Saves the app of `manifest_id`. It replaces an earlier one.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn save(
        &self,
        manifest_id: &str,
        client_id: &str,
        params: &BTreeMap<String, Vec<String>>,
        sealed: (&[u8], &str),
        by: &RequestContext<'_>,
    ) -> Result<()> {
        let tx = Transaction::begin().await?;
        tx.query(
            "insert into oauth_clients (workspace, manifest_id, client_id, sealed, key_id,
               created_at, created_by, updated_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)
             on conflict do update set client_id = excluded.client_id, sealed = excluded.sealed,
               key_id = excluded.key_id, updated_at = excluded.updated_at",
            [
                Value::text(self.workspace),
                Value::text(manifest_id),
                Value::text(client_id),
                Value::from(sealed.0),
                Value::text(sealed.1),
                Value::integer(tx.now_ms),
                Value::text(by.caller.subject.as_str()),
            ],
        )
        .await?;
        let detail = match params.is_empty() {
            true => json!({ "client_id": client_id }),
            false => json!({ "client_id": client_id, "params": params }),
        };
        tx.audit(&by.entry("oauth_client.save", manifest_id, detail)).await?;
        tx.commit().await
    }

    /// Saves an app that was registered at the provider, unless another request has saved one meanwhile, or a connection
    /// was made with the stored one: then that one stays, because its connections need it.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn save_registered(
        &self,
        app: &RegisteredClient,
        by: &RequestContext<'_>,
    ) -> Result<()> {
        let sealed = from_base64(&app.sealed)
            .ok_or_else(|| Error::Internal("the broker's ciphertext is not base64".into()))?;
        let tx = Transaction::begin().await?;
        let saved = tx
            .row(
                "insert into oauth_clients (workspace, manifest_id, client_id, sealed, key_id,
                   created_at, created_by, updated_at)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)
                 on conflict do update set client_id = excluded.client_id,
                   sealed = excluded.sealed, key_id = excluded.key_id,
                   updated_at = excluded.updated_at
                   where oauth_clients.client_id = ?8 and not exists (
                     select 1 from integrations i join credentials c on c.integration_id = i.id
                     where i.workspace = ?1 and i.manifest_id = ?2
                       and c.client_id = oauth_clients.client_id)
                 returning 1",
                [
                    Value::text(self.workspace),
                    Value::text(app.manifest_id.as_str()),
                    Value::text(app.client_id.as_str()),
                    Value::from(sealed.as_slice()),
                    Value::text(app.key_id.as_str()),
                    Value::integer(tx.now_ms),
                    Value::text(by.caller.subject.as_str()),
                    Value::from(app.replaces.as_deref()),
                ],
            )
            .await?;
        if saved.is_some() {
            let detail = json!({ "client_id": app.client_id });
            tx.audit(&by.entry("oauth_client.register", &app.manifest_id, detail)).await?;
        }
        tx.commit().await
    }

    /// Deletes the app of `manifest_id`. Connections made with the app can no longer be refreshed.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Storage`].
    pub async fn delete(&self, manifest_id: &str, by: &RequestContext<'_>) -> Result<()> {
        let tx = Transaction::begin().await?;
        let deleted = tx
            .row(
                "delete from oauth_clients where workspace = ?1 and manifest_id = ?2 returning 1",
                [Value::text(self.workspace), Value::text(manifest_id)],
            )
            .await?;
        if deleted.is_none() {
            return Err(Error::no_such("OAuth app for the manifest", manifest_id));
        }
        tx.audit(&by.entry("oauth_client.delete", manifest_id, json!({}))).await?;
        tx.commit().await
    }
}
