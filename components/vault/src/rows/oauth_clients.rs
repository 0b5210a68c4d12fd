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

/// The client id of the workspace's app for `manifest_id`.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn client_id(workspace: &str, manifest_id: &str) -> Result<Option<String>> {
    let sql = "select client_id from oauth_clients where workspace = ?1 and manifest_id = ?2";
    let row = read_row(sql, [Value::text(workspace), Value::text(manifest_id)]).await?;
    Ok(row.map(|row| row.text("client_id")).transpose()?)
}
