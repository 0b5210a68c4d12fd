//! Reads and writes the ciphertexts of data keys. This module must not open them.

use nexus_common::Result;
use nexus_common::platform::sqlite::{Row, Value};
use nexus_common::store::{Transaction, read_row};

/// Data keys belong to no workspace.
pub const WORKSPACE: &str = "";

const FIND: &str = "select sealed from data_keys where workspace = ?1 and id = ?2";

fn sealed(row: Option<Row>) -> Result<Option<Vec<u8>>> {
    Ok(row.map(|row| row.get::<&[u8]>("sealed").map(<[u8]>::to_vec)).transpose()?)
}

fn key(id: &str) -> [Value; 2] {
    [Value::text(WORKSPACE), Value::text(id)]
}

/// The ciphertext of the data key `id`.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn find(id: &str) -> Result<Option<Vec<u8>>> {
    sealed(read_row(FIND, key(id)).await?)
}

/// Stores the ciphertext `new` (bytes, and the id of the key that sealed it) for the data key `id` in place of `old`,
/// unless another instance has written one meanwhile. Returns that one then.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub async fn store_in_place(
    id: &str,
    (new, key_id): (Vec<u8>, String),
    old: Option<&[u8]>,
) -> Result<Option<Vec<u8>>> {
    let tx = Transaction::begin().await?;
    let found = sealed(tx.row(FIND, key(id)).await?)?;
    if found.is_some() && found.as_deref() != old {
        return Ok(found);
    }
    let sql = "insert or replace into data_keys (workspace, id, sealed, key_id)
               values (?1, ?2, ?3, ?4)";
    let values = [Value::from(new.clone()), Value::text(key_id)];
    tx.query(sql, key(id).into_iter().chain(values)).await?;
    // Each seal is another ciphertext.
    let sql = "select 1 from data_keys where workspace = ?1 and id = ?2 and sealed = ?3";
    tx.confirm_commit_by(sql, key(id).into_iter().chain([Value::from(new)]));
    tx.commit().await?;
    Ok(None)
}
