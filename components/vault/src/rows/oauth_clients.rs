//! Reads the ciphertexts of OAuth apps. This module must not open them.

use nexus_common::Result;
use nexus_common::platform::sqlite::Value;
use nexus_common::store::read_row;

/// The ciphertext of the workspace's app for `manifest_id`.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn sealed(workspace: &str, manifest_id: &str) -> Result<Option<Vec<u8>>> {
    let sql = "select sealed from oauth_clients where workspace = ?1 and manifest_id = ?2";
    let row = read_row(sql, [Value::text(workspace), Value::text(manifest_id)]).await?;
    Ok(row.map(|row| row.get::<&[u8]>("sealed").map(<[u8]>::to_vec)).transpose()?)
}

/// The workspace's app for a manifest, before another one is registered.
pub struct StoredClient {
    /// The client id at the provider.
    pub client_id: String,
    /// Whether a connection was made with it.
    pub is_in_use: bool,
}

/// The workspace's app for `manifest_id`, with what a registration must know of it.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn of_registration(workspace: &str, manifest_id: &str) -> Result<Option<StoredClient>> {
    let sql = "select o.client_id, exists (
                 select 1 from integrations i join credentials c on c.integration_id = i.id
                 where i.workspace = o.workspace and i.manifest_id = o.manifest_id
                   and c.client_id = o.client_id) as is_in_use
               from oauth_clients o where o.workspace = ?1 and o.manifest_id = ?2";
    let row = read_row(sql, [Value::text(workspace), Value::text(manifest_id)]).await?;
    let stored = row.map(|row| {
        Ok(StoredClient { client_id: row.text("client_id")?, is_in_use: row.get("is_in_use")? })
    });
    stored.transpose()
}
