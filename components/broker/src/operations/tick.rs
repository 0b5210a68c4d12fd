//! `tick`: periodic work. It checks credentials, sends revocations that are due, seals ciphertexts again
//! after a key was added, and deletes unused documents of manifests.
//!
//! Each tick does a bounded amount of work. Concurrent ticks do different work: a tick takes work by moving
//! its time ahead, or writes only what no other tick has written. A tick must not fail as a whole because of
//! one integration.

use futures::future::join_all;
use nexus_common::broker::{Stored, Ticked};
use nexus_common::log::Line;
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::{CHECK_AGAIN_MS, Transaction, forget_documents, read, read_row};
use nexus_common::{Error, Result};
use serde_json::json;

use crate::ending::plan;
use crate::oauth::{self, IntegrationContext};
use crate::operations::check;
use crate::operations::outbox;
use crate::vault::credential;
use crate::vault::data_key;
use crate::vault::keys::{self, KeyRing};
use crate::vault::oauth_app;
use crate::vault::seal;
use crate::vault::seal::Place;

/// The maximum number of credentials that one tick checks, all at the same time.
const CHECKS: u32 = 16;
/// The maximum number of ciphertexts that one tick seals again.
const RESEALS: u32 = 100;
/// The maximum number of revocations that one tick sends.
const REVOCATIONS: u32 = 50;
/// The maximum number of documents of manifests that one tick deletes.
const DOCUMENTS: u32 = 50;
/// The actor in events.
const ACTOR: &str = "tick";

/// Does the work that is due.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(request_id: &str) -> Result<Ticked> {
    let ring = keys::ring().await?;
    let mut ticked = Ticked::default();
    checks(request_id, &mut ticked).await?;
    let done = outbox::run(outbox::OutboxScope::Due(REVOCATIONS), request_id).await?;
    let is_over = |state: &str| matches!(state, "revoked" | "failed");
    let ended = done.iter().filter(|receipt| is_over(&receipt.state)).count();
    ticked.revoked = u32::try_from(ended).unwrap_or(0);
    reseal(&ring, &mut ticked).await?;
    ticked.forgotten = forget_documents(DOCUMENTS).await?;
    Ok(ticked)
}

async fn checks(request_id: &str, ticked: &mut Ticked) -> Result<()> {
    let due = "select 1 from credentials where check_at <= unixepoch() * 1000 limit 1";
    if read_row(due, []).await?.is_none() {
        return Ok(());
    }
    let tx = Transaction::begin().await?;
    // Every due credential is taken, even if a check makes no sense for it. It is due again at its next time.
    let taken = tx
        .query(
            "update credentials set check_at = ?1 + ?2 where integration_id in
               (select integration_id from credentials where check_at <= ?1
                order by check_at limit ?3)
             returning workspace, integration_id, (select case
                 when health not in ('unknown', 'healthy', 'failing') then ''
                 when status = 'active' then 'check'
                 when auth_method like 'oauth2%' then 'keep' else '' end
               from integrations where id = integration_id)",
            [Value::integer(tx.now_ms), Value::integer(CHECK_AGAIN_MS), Value::from(CHECKS)],
        )
        .await?;
    tx.commit().await?;
    let due = |what: &str| -> Vec<Stored> {
        let rows = taken.iter().filter(|row| text(row, 2) == what);
        rows.map(|row| Stored {
            workspace: text(row, 0).to_owned(),
            integration_id: text(row, 1).to_owned(),
            actor: ACTOR.to_owned(),
        })
        .collect()
    };
    let checked = due("check");
    let results = join_all(checked.iter().map(|one| check::run(one, request_id))).await;
    for (stored, result) in checked.iter().zip(results) {
        match result {
            Ok(_) => ticked.checked += 1,
            // The integration was deleted meanwhile.
            Err(Error::NotFound(_)) => {}
            Err(error) => count_failure(ticked, request_id, &stored.integration_id, &error),
        }
    }
    // An integration that is switched off is not used, but its refresh token must not expire because of that.
    let kept = due("keep");
    let results = join_all(kept.iter().map(|one| keep(one, request_id))).await;
    for (stored, result) in kept.iter().zip(results) {
        match result {
            Ok(refreshed) => ticked.refreshed += u32::from(refreshed),
            Err(Error::NotFound(_) | Error::ReauthorizationRequired(_)) => {}
            Err(error) => count_failure(ticked, request_id, &stored.integration_id, &error),
        }
    }
    Ok(())
}

async fn keep(stored: &Stored, request_id: &str) -> Result<bool> {
    oauth::keep_alive(&IntegrationContext::of(stored, request_id)).await
}

/// A function from workspace and row to the place of a ciphertext.
type PlaceOf = for<'a> fn(&'a str, &'a str) -> Place<'a>;

/// The tables with ciphertexts, each with the column that names the row, and the place. The data keys come
/// first, because all others depend on them. Flows are left out, because they expire after ten minutes.
const KEPT: [(&str, &str, PlaceOf); 4] = [
    ("data_keys", "id", data_key::place),
    ("credentials", "integration_id", credential::place),
    ("oauth_clients", "manifest_id", oauth_app::place),
    ("outbox", "id", plan::place),
];

/// Opens ciphertexts that another key has sealed, and seals them with the first key.
async fn reseal(ring: &KeyRing, ticked: &mut Ticked) -> Result<()> {
    let key = ring.sealing()?;
    // A ciphertext whose key is missing cannot be opened, so only the keys of the ring count.
    let others = json!(ring.ids().split_off(1)).to_string();
    for (table, column, place_of) in KEPT {
        // The order is random, so that ciphertexts that cannot be opened do not block the others for ever.
        let sql = format!(
            "select workspace, {column}, sealed from {table}
             where key_id in (select value from json_each(?1)) order by random() limit ?2"
        );
        let limit = RESEALS.saturating_sub(ticked.resealed);
        let rows = read(&sql, [Value::text(others.as_str()), Value::from(limit)]).await?;
        if rows.is_empty() {
            continue;
        }
        let mut renewed = Vec::new();
        for row in &rows {
            let (workspace, id) = (text(row, 0), text(row, 1));
            let place = place_of(workspace, id);
            let old = row.get::<&[u8]>(2).unwrap_or_default();
            let opened = seal::open(ring, place, old);
            match opened.and_then(|plaintext| seal::seal(ring, place, &plaintext)) {
                Ok((sealed, _)) => renewed.push((workspace, id, old, sealed)),
                Err(error) => count_failure(ticked, "", id, &error),
            }
        }
        let tx = Transaction::begin().await?;
        // A ciphertext that was written meanwhile is newer, and is sealed with the first key already.
        let sql = format!(
            "update {table} set sealed = ?4, key_id = ?5
             where workspace = ?1 and {column} = ?2 and sealed = ?3 returning 1"
        );
        for (workspace, id, old, sealed) in renewed {
            let values = [
                Value::text(workspace),
                Value::text(id),
                Value::from(old),
                Value::from(sealed),
                Value::text(key.id.as_str()),
            ];
            ticked.resealed += u32::from(tx.row(&sql, values).await?.is_some());
        }
        tx.commit().await?;
    }
    Ok(())
}

fn count_failure(ticked: &mut Ticked, request_id: &str, id: &str, error: &Error) {
    ticked.failed += 1;
    Line::error("tick").with("request_id", &request_id).with("integration", &id).why(error);
}
