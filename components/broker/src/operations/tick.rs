//! `tick`: periodic work. It checks credentials, sends revocations that are due, seals ciphertexts again
//! after a key was added, and deletes unused documents of manifests.
//!
//! Each tick does a bounded amount of work. Concurrent ticks do different work: a tick takes work by moving
//! its time ahead, or writes only what no other tick has written. A tick must not fail as a whole because of
//! one integration.

use std::time::Duration;

use futures::future::join_all;
use nexus_common::broker::{Stored, Ticked};
use nexus_common::limits::forget_minutes;
use nexus_common::log::Line;
use nexus_common::store::{
    DueWork, forget_documents, require_integration_not_stopped, take_due_checks,
};
use nexus_common::{Error, Result};
use nexus_vault::keys::{self, KeyRing};
use nexus_vault::rows::outbox::OutboxScope;
use nexus_vault::rows::reseal::SealedTable;
use nexus_vault::seal::{self, Place};
use nexus_vault::{credential, data_key, oauth_app};

use crate::ending::plan;
use crate::oauth::{self, IntegrationContext};
use crate::operations::{check, outbox};

/// The maximum number of credentials that one tick checks, all at the same time.
const CHECKS: u32 = 16;
/// The maximum number of ciphertexts that one tick seals again.
const RESEALS: u32 = 100;
/// The maximum number of revocations that one tick sends.
const REVOCATIONS: u32 = 50;
/// The maximum number of documents of manifests that one tick deletes.
const DOCUMENTS: u32 = 50;
/// How long one tick deletes the sums of limits of past minutes.
const FORGETTING: Duration = Duration::from_secs(2);
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
    let done = outbox::run(OutboxScope::Due(REVOCATIONS), request_id).await?;
    let ended = done.iter().filter(|receipt| receipt.state.is_final()).count();
    ticked.revoked = u32::try_from(ended).unwrap_or(0);
    reseal(&ring, &mut ticked).await?;
    ticked.forgotten = forget_documents(DOCUMENTS).await?;
    if let Err(error) = forget_minutes(FORGETTING).await {
        // Sums that stay do no harm, so the rest of the tick is done.
        Line::error("tick: the sums of past minutes are not deleted").why(&error);
    }
    Ok(ticked)
}

async fn checks(request_id: &str, ticked: &mut Ticked) -> Result<()> {
    let taken = take_due_checks(CHECKS).await?;
    let due = |work: DueWork| -> Vec<Stored> {
        let due = taken.iter().filter(|one| one.work == work);
        due.map(|one| Stored {
            workspace: one.workspace.clone(),
            integration_id: one.integration_id.clone(),
            actor: ACTOR.to_owned(),
        })
        .collect()
    };
    let checked = due(DueWork::Check);
    let results = join_all(checked.iter().map(|one| check::run(one, request_id))).await;
    for (stored, result) in checked.iter().zip(results) {
        match result {
            Ok(_) => ticked.checked += 1,
            // The integration was deleted meanwhile, or nothing of it is used while it is stopped.
            Err(Error::NotFound(_) | Error::Stopped(_)) => {}
            Err(error) => count_failure(ticked, request_id, &stored.integration_id, &error),
        }
    }
    // An integration that is switched off is not used, but its refresh token must not expire because of that.
    let kept = due(DueWork::KeepAlive);
    let results = join_all(kept.iter().map(|one| keep(one, request_id))).await;
    for (stored, result) in kept.iter().zip(results) {
        match result {
            Ok(refreshed) => ticked.refreshed += u32::from(refreshed),
            Err(Error::NotFound(_) | Error::Stopped(_) | Error::ReauthorizationRequired(_)) => {}
            Err(error) => count_failure(ticked, request_id, &stored.integration_id, &error),
        }
    }
    Ok(())
}

async fn keep(stored: &Stored, request_id: &str) -> Result<bool> {
    require_integration_not_stopped(stored.key(), None).await?;
    oauth::keep_alive(&IntegrationContext::of(stored, request_id)).await
}

/// A function from workspace and row to the place of a ciphertext.
type PlaceOf = for<'a> fn(&'a str, &'a str) -> Place<'a>;

/// The tables with ciphertexts, each with the place of a ciphertext. The data keys come first, because all
/// others depend on them. Flows are left out, because they expire after ten minutes.
const KEPT: [(SealedTable, PlaceOf); 4] = [
    (SealedTable::DATA_KEYS, data_key::place),
    (SealedTable::CREDENTIALS, credential::place),
    (SealedTable::OAUTH_CLIENTS, oauth_app::place),
    (SealedTable::OUTBOX, plan::place),
];

/// Opens ciphertexts that another key has sealed, and seals them with the first key.
async fn reseal(ring: &KeyRing, ticked: &mut Ticked) -> Result<()> {
    let key = ring.sealing()?;
    // A ciphertext whose key is missing cannot be opened, so only the keys of the ring count.
    let others = ring.ids().split_off(1);
    for (table, place_of) in KEPT {
        let limit = RESEALS.saturating_sub(ticked.resealed);
        let mut renewed = Vec::new();
        for old in table.sealed_by(&others, limit).await? {
            let place = place_of(&old.workspace, &old.id);
            let opened = seal::open(ring, place, &old.sealed);
            match opened.and_then(|plaintext| seal::seal(ring, place, &plaintext)) {
                Ok((sealed, _)) => renewed.push((old, sealed)),
                Err(error) => count_failure(ticked, "", &old.id, &error),
            }
        }
        if !renewed.is_empty() {
            ticked.resealed += table.replace(renewed, &key.id).await?;
        }
    }
    Ok(())
}

fn count_failure(ticked: &mut Ticked, request_id: &str, id: &str, error: &Error) {
    ticked.failed += 1;
    Line::error("tick").with("request_id", &request_id).with("integration", &id).why(error);
}
