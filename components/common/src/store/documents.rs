//! The documents of workspaces' own manifests, one per version: lists them, keeps a copy of each in the database, and
//! deletes unused ones.
//!
//! A document is deleted an hour after the last row stopped naming it, so that a request that began with the
//! document can still finish. This module must not delete a document that a row may be about to name. So each
//! document is listed here before it is written, and both listing and deletion need the write lock.

use super::{Transaction, count, read, read_row, write};
use crate::encoding::sha256_hex;
use crate::error::{Error, Result};
use crate::platform::kv;
use crate::platform::sqlite::Value;
use crate::quota::Quota;

/// How long an unused document is kept, in milliseconds: an hour.
const UNUSED_MS: i64 = 60 * 60 * 1000;

/// The condition for a document of `manifest_documents` that no row names.
const IS_UNUSED: &str = "not exists(select 1 from integrations i where i.manifest_hash = d.hash)
    and not exists(select 1 from manifests m where m.hash = d.hash)";

/// The key of the document in key-value storage.
pub(super) fn key(hash: &str) -> String {
    format!("manifest/{hash}")
}

/// Checks that `workspace` may have the document `hash` in addition to its other documents.
///
/// # Errors
/// [`crate::Error::QuotaExceeded`], [`crate::Error::Storage`].
async fn check_room(tx: &Transaction, workspace: &str, hash: &str, quota: &Quota) -> Result<()> {
    let sql =
        "select count(*) as count from manifest_documents where workspace = ?1 and hash <> ?2";
    quota.check_room(count(tx.row(sql, [Value::text(workspace), Value::text(hash)]).await?)?)
}

/// Lists the document `hash`, which a row is about to name, if the quota of `workspace` allows it. Concurrent
/// requests are counted correctly, because each needs the write lock.
///
/// # Errors
/// [`crate::Error::QuotaExceeded`], [`crate::Error::Storage`].
pub(super) async fn note_stored(
    tx: &Transaction,
    workspace: &str,
    hash: &str,
    document: &[u8],
    quota: &Quota,
) -> Result<()> {
    check_room(tx, workspace, hash, quota).await?;
    let sql = "insert into manifest_documents (workspace, hash, unused_since) values (?1, ?2, ?3)
               on conflict do update set unused_since = excluded.unused_since";
    let values = [Value::text(workspace), Value::text(hash), Value::integer(tx.now_ms)];
    tx.query(sql, values).await?;
    tx.query(INSERT_TEXT, [Value::text(hash), Value::from(document)]).await.map(drop)
}

/// A document never changes, so the first copy stays.
const INSERT_TEXT: &str = "insert or ignore into manifest_texts (hash, document) values (?1, ?2)";

/// The document under `hash`, from the key-value store, or from the database if that store does not have it. The store
/// gets it back then. The caller must hash it.
///
/// # Errors
/// [`Error::Storage`] if it is missing from both.
pub(super) async fn find_document(hash: &str) -> Result<Vec<u8>> {
    let from_store = kv::get(&key(hash)).await;
    if let Ok(Some(bytes)) = from_store {
        return Ok(bytes);
    }
    let sql = "select document from manifest_texts where hash = ?1";
    let row = read_row(sql, [Value::text(hash)]).await?;
    let Some(row) = row else {
        from_store?;
        // A hosted key-value store may show a write late, so a retry may help.
        return Err(Error::Storage { detail: format!("manifest {hash} is not in the store") });
    };
    let bytes = row.get::<&[u8]>("document")?.to_vec();
    if from_store.is_ok() && sha256_hex(&bytes) == hash {
        kv::set(&key(hash), &bytes).await?;
    }
    Ok(bytes)
}

/// Copies at most `limit` documents into the database that only the key-value store has, because an earlier version
/// wrote them. A document that was changed there is not copied.
async fn copy_documents(limit: u32) -> Result<()> {
    let sql = "select distinct hash from manifest_documents d
               where not exists(select 1 from manifest_texts t where t.hash = d.hash) limit ?1";
    for row in read(sql, [Value::from(limit)]).await? {
        let hash: &str = row.get("hash")?;
        let found = kv::get(&key(hash)).await?;
        if let Some(bytes) = found.filter(|bytes| sha256_hex(bytes) == hash) {
            // Somebody may have deleted the document meanwhile.
            let sql = "insert or ignore into manifest_texts (hash, document)
                       select ?1, ?2 where exists(select 1 from manifest_documents where hash = ?1)";
            write(sql, [Value::text(hash), Value::from(bytes)]).await?;
        }
    }
    Ok(())
}

/// Marks documents that no row names any more as unused, and unmarks documents that a row names again.
async fn mark() -> Result<()> {
    let changed = format!(
        "select 1 from manifest_documents d
         where (unused_since is null) = ({IS_UNUSED}) limit 1"
    );
    if read_row(&changed, []).await?.is_none() {
        return Ok(());
    }
    let tx = Transaction::begin().await?;
    let sql = format!(
        "update manifest_documents as d set unused_since = iif({IS_UNUSED}, ?1, null)
         where (unused_since is null) = ({IS_UNUSED})"
    );
    tx.query(&sql, [Value::integer(tx.now_ms)]).await?;
    tx.commit().await
}

/// Copies documents of an earlier version into the database, and deletes at most `limit` documents that have been unused
/// for an hour. Returns how many were deleted.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn forget_documents(limit: u32) -> Result<u32> {
    copy_documents(limit).await?;
    mark().await?;
    let mut forgotten = 0;
    while forgotten < limit && forget_one().await? {
        forgotten += 1;
    }
    Ok(forgotten)
}

/// Deletes one unused document. Returns whether there was one.
async fn forget_one() -> Result<bool> {
    let due = format!(
        "select 1 from manifest_documents d
         where unused_since < unixepoch() * 1000 - ?1 and {IS_UNUSED} limit 1"
    );
    if read_row(&due, [Value::integer(UNUSED_MS)]).await?.is_none() {
        return Ok(false);
    }
    let tx = Transaction::begin().await?;
    let sql = format!(
        "delete from manifest_documents where (workspace, hash) in
           (select workspace, hash from manifest_documents d
            where unused_since < ?1 and {IS_UNUSED} limit 1)
         returning hash"
    );
    let Some(row) = tx.row(&sql, [Value::integer(tx.now_ms - UNUSED_MS)]).await? else {
        return Ok(false);
    };
    let hash: &str = row.get("hash")?;
    // Another workspace may have the same document.
    let sql = "select 1 from manifest_documents where hash = ?1";
    if tx.row(sql, [Value::text(hash)]).await?.is_none() {
        tx.query("delete from manifest_texts where hash = ?1", [Value::text(hash)]).await?;
        kv::delete(&key(hash)).await?;
    }
    tx.commit().await?;
    Ok(true)
}
