//! `tick`: work that is due without anybody asking: credentials tried again, ciphertexts sealed
//! anew after a key was added.
//!
//! Each tick does a bounded part, and of ticks that run at once each does its own: work is taken by
//! moving its time ahead, or written only where nobody else has. It must not fail as a whole
//! because one integration does.

use futures::future::join_all;
use nexus_common::broker::{Stored, Ticked};
use nexus_common::log::Line;
use nexus_common::platform::sqlite::{Value, text};
use nexus_common::store::{CHECK_AGAIN_MS, Transaction, forget_documents, read, read_row};
use nexus_common::{Error, Result};
use serde_json::json;

use crate::keys::{self, KeyRing};
use crate::oauth::{self, For};
use crate::seal::Place;
use crate::{check, credential, data_key, outbox, revoke, seal};

/// Most credentials that one tick tries, all at once.
const CHECKS: u32 = 16;
/// Most ciphertexts that one tick seals anew.
const RESEALS: u32 = 100;
/// Most tokens whose end one tick tells providers of.
const REVOCATIONS: u32 = 50;
/// Most documents of manifests that one tick deletes.
const DOCUMENTS: u32 = 50;
/// Who acts, in events.
const ACTOR: &str = "tick";

/// Does what is due.
///
/// # Errors
/// [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(request_id: &str) -> Result<Ticked> {
    let ring = keys::ring().await?;
    let mut ticked = Ticked::default();
    checks(request_id, &mut ticked).await?;
    let done = outbox::run(outbox::Which::Due(REVOCATIONS), request_id).await?;
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
    // Taken whether or not a check makes sense: what does not is looked at again in its turn.
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
            // Deleted meanwhile: nothing to check.
            Err(Error::NotFound(_)) => {}
            Err(error) => failed(ticked, request_id, &stored.integration_id, &error),
        }
    }
    // Nobody uses it now; its refresh token must not die of that.
    let kept = due("keep");
    let results = join_all(kept.iter().map(|one| keep(one, request_id))).await;
    for (stored, result) in kept.iter().zip(results) {
        match result {
            Ok(refreshed) => ticked.refreshed += u32::from(refreshed),
            Err(Error::NotFound(_) | Error::ReauthorizationRequired(_)) => {}
            Err(error) => failed(ticked, request_id, &stored.integration_id, &error),
        }
    }
    Ok(())
}

async fn keep(stored: &Stored, request_id: &str) -> Result<bool> {
    oauth::keep_alive(&For::of(stored, request_id)).await
}

/// The place of a ciphertext by workspace and row.
type PlaceOf = for<'a> fn(&'a str, &'a str) -> Place<'a>;

/// What is kept sealed, what everything else rests on first: the table, the column that names the row, and the place. Flows are not among
/// them: they end after ten minutes.
const KEPT: [(&str, &str, PlaceOf); 4] = [
    ("data_keys", "id", data_key::place),
    ("credentials", "integration_id", credential::place),
    ("oauth_clients", "manifest_id", oauth::client_place),
    ("outbox", "id", revoke::place),
];

/// Seals with the first key what another key has sealed.
async fn reseal(ring: &KeyRing, ticked: &mut Ticked) -> Result<()> {
    let key = ring.sealing()?;
    // Of keys that are gone nothing can be sealed anew.
    let others = json!(ring.ids().split_off(1)).to_string();
    for (table, column, place_of) in KEPT {
        // In any order, so that what does not open stands in nobody's way for ever.
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
                Err(error) => failed(ticked, "", id, &error),
            }
        }
        let tx = Transaction::begin().await?;
        // Whatever was written meanwhile is newer, and sealed with the first key as well.
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

fn failed(ticked: &mut Ticked, request_id: &str, id: &str, error: &Error) {
    ticked.failed += 1;
    Line::error("tick").with("request_id", &request_id).with("integration", &id).why(error);
}
