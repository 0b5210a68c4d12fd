//! Ciphertexts that another key than the first has sealed. This module must not open them.

use nexus_common::Result;
use nexus_common::platform::sqlite::{Row, Value};
use nexus_common::store::{Transaction, read};
use serde_json::json;

/// A table with ciphertexts, and the column that names the row.
#[derive(Clone, Copy)]
pub struct SealedTable {
    name: &'static str,
    id_column: &'static str,
}

impl SealedTable {
    /// Keys of the application itself.
    pub const DATA_KEYS: Self = Self { name: "data_keys", id_column: "id" };
    /// The credentials of integrations.
    pub const CREDENTIALS: Self = Self { name: "credentials", id_column: "integration_id" };
    /// The workspaces' OAuth apps.
    pub const OAUTH_CLIENTS: Self = Self { name: "oauth_clients", id_column: "manifest_id" };
    /// The tokens to be revoked.
    pub const OUTBOX: Self = Self { name: "outbox", id_column: "id" };
}

/// A ciphertext.
pub struct Ciphertext {
    /// The workspace of the row.
    pub workspace: String,
    /// The id of the row.
    pub id: String,
    /// The ciphertext.
    pub sealed: Vec<u8>,
}

impl Ciphertext {
    fn of(row: &Row) -> Result<Self> {
        Ok(Self {
            workspace: row.text("workspace")?,
            id: row.text("id")?,
            sealed: row.get::<&[u8]>("sealed")?.to_vec(),
        })
    }
}

impl SealedTable {
    /// At most `limit` ciphertexts that one of the keys `key_ids` has sealed. The order is random, so that
    /// ciphertexts that cannot be opened do not block the others for ever.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn sealed_by(self, key_ids: &[String], limit: u32) -> Result<Vec<Ciphertext>> {
        let Self { name, id_column } = self;
        let sql = format!(
            "select workspace, {id_column} as id, sealed from {name}
             where key_id in (select value from json_each(?1)) order by random() limit ?2"
        );
        let values = [Value::text(json!(key_ids).to_string()), Value::from(limit)];
        read(&sql, values).await?.iter().map(Ciphertext::of).collect()
    }

    /// Replaces ciphertexts by new ones, which the key `key_id` has sealed. Returns how many. A ciphertext that
    /// was written meanwhile stays: it is newer, and was sealed with the first key.
    ///
    /// # Errors
    /// [`nexus_common::Error::Storage`].
    pub async fn replace(self, new: Vec<(Ciphertext, Vec<u8>)>, key_id: &str) -> Result<u32> {
        let Self { name, id_column } = self;
        let tx = Transaction::begin().await?;
        let sql = format!(
            "update {name} set sealed = ?4, key_id = ?5
             where workspace = ?1 and {id_column} = ?2 and sealed = ?3 returning 1"
        );
        let mut replaced = 0;
        for (old, sealed) in new {
            let values = [
                Value::text(old.workspace),
                Value::text(old.id),
                Value::from(old.sealed),
                Value::from(sealed),
                Value::text(key_id),
            ];
            replaced += u32::from(tx.row(&sql, values).await?.is_some());
        }
        tx.commit().await?;
        Ok(replaced)
    }
}
