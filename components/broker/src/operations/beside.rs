//! Checks the connections beside a revoked token: whether the revocation ended them too.
//!
//! A server may revoke more than its manifest says (RFC 7009, 2.1 allows that), and this may change after the
//! manifest was written. If the provider accepted a connection just before a revocation and rejects it just
//! after, the connection's health says so, and a finding is stored. From then on, the manifest's statement is
//! not believed for this client and server.
//!
//! This module must not fail or delay a revocation.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use nexus_common::broker::Stored;
use nexus_common::domain::{EventKind, Health};
use nexus_common::log::Line;
use nexus_common::platform::http::within_or_beside;
use nexus_common::store::{
    Event, RefreshState, Transaction, User, require_integration_not_stopped, was_healthy_within,
};
use nexus_common::{Error, Result};
use nexus_vault::rows::outbox::DueEntry;
use serde_json::json;

use crate::operations::check;

/// The maximum number of connections that are checked before a run of the outbox, and after it.
const MOST: usize = 16;

/// A connection whose check takes longer does not count as alive. The revocation must not wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A check that is younger than this, in seconds, is not repeated. If many integrations are deleted one after
/// another, their neighbours are not checked for each.
const FRESH_SECONDS: i64 = 10;

/// The ids of the connections that may end with the tokens that are about to be revoked, and that the
/// provider accepts now. Only these can show that a revocation ended them.
///
/// This cannot fail. A connection that is not known to be alive is left out.
pub(crate) async fn alive(
    taken: impl Iterator<Item = &DueEntry>,
    request_id: &str,
) -> BTreeSet<String> {
    // If the manifest says that the grant is revoked, there is nothing to find out.
    let tries =
        beside(taken.filter(|entry| !entry.ends_grant && entry.is_sent_anyway()), request_id).await;
    let looks = tries.iter().map(async |(entry, user)| {
        is_alive(stored(entry, user), request_id.to_owned()).await.then(|| user.id.clone())
    });
    join_all(looks).await.into_iter().flatten().collect()
}

/// The version of the credential with which the provider accepts the connection that gave the token of `entry` up, now. A check of a
/// moment ago counts, but not for a connection that is stopped meanwhile.
pub(super) async fn accepted_version(entry: &DueEntry, request_id: &str) -> Option<i64> {
    require_integration_not_stopped(entry.key(), None).await.ok()?;
    if !is_alive(former(entry), request_id.to_owned()).await {
        return None;
    }
    present_version(entry).await
}

/// Whether the provider still accepts this version. No earlier check counts, and neither does a token that is new since: a provider
/// that rejects all tokens for a while may issue it.
pub(super) async fn is_still_accepted(entry: &DueEntry, version: i64, request_id: &str) -> bool {
    passes_check(former(entry), request_id.to_owned()).await
        && present_version(entry).await == Some(version)
}

/// The version of the credential of the connection that gave the token of `entry` up.
async fn present_version(entry: &DueEntry) -> Option<i64> {
    RefreshState::read(entry.key()).await.ok().map(|state| state.version)
}

/// Whether the provider accepts a connection now, or did so a moment ago.
async fn is_alive(stored: Stored, request_id: String) -> bool {
    was_healthy_within(stored.key(), FRESH_SECONDS).await.unwrap_or(false)
        || passes_check(stored, request_id).await
}

/// Whether the provider accepts a connection now. The check continues in the background after [`PATIENCE`],
/// because the result of a refresh must be stored.
async fn passes_check(stored: Stored, request_id: String) -> bool {
    let check = async move {
        let checked = check::run(&stored, &request_id).await;
        checked.is_ok_and(|checked| checked.health == Health::Healthy)
    };
    within_or_beside(PATIENCE, check).await.unwrap_or(false)
}

/// Checks the connections that may have ended with `ended`, all at once, and records those that did. `alive`
/// are the connections that the provider accepted before. This cannot fail, because the tokens are revoked
/// already.
pub(crate) async fn check(
    ended: impl Iterator<Item = &DueEntry>,
    alive: &BTreeSet<String>,
    request_id: &str,
) {
    let tries = beside(ended, request_id).await;
    join_all(tries.iter().map(|(entry, user)| async move {
        let was_alive = alive.contains(&user.id);
        if let Err(error) = check_one(entry, user, was_alive, request_id).await {
            log_failure(request_id, &user.id, &error);
        }
    }))
    .await;
}

/// The live connections that may end with `taken`, each one once.
async fn beside<'a>(
    taken: impl Iterator<Item = &'a DueEntry>,
    request_id: &str,
) -> Vec<(&'a DueEntry, User)> {
    let mut seen = BTreeSet::new();
    let mut tries = Vec::new();
    for entry in taken {
        match entry.ends(true).users(-1).await {
            Ok(users) => {
                let live = users.into_iter().filter(|user| {
                    !matches!(user.health, Health::Pending | Health::Reauthorize)
                        && seen.insert(user.id.clone())
                });
                tries.extend(live.map(|user| (entry, user)));
            }
            Err(error) => log_failure(request_id, &entry.integration_id, &error),
        }
    }
    tries.truncate(MOST);
    tries
}

fn log_failure(request_id: &str, id: &str, error: &Error) {
    let line = Line::error("a check beside a revocation failed").with("request_id", &request_id);
    line.with("integration", &id).why(error);
}

/// The connection that gave the token of `entry` up.
fn former(entry: &DueEntry) -> Stored {
    Stored {
        workspace: entry.workspace.clone(),
        integration_id: entry.integration_id.clone(),
        actor: entry.actor.clone(),
    }
}

fn stored(entry: &DueEntry, user: &User) -> Stored {
    let is_ours = user.workspace == entry.workspace;
    Stored {
        workspace: user.workspace.clone(),
        integration_id: user.id.clone(),
        // An actor is not named in another workspace.
        actor: if is_ours { entry.actor.clone() } else { "tick".to_owned() },
    }
}

/// Checks one connection after a revocation.
async fn check_one(entry: &DueEntry, user: &User, was_alive: bool, request_id: &str) -> Result<()> {
    let checked = match check::run(&stored(entry, user), request_id).await {
        Ok(checked) => checked,
        // It was not checked before either.
        Err(Error::Stopped(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    // If the manifest says that the grant is revoked, the connection was not checked before.
    if checked.health == Health::Reauthorize && (was_alive || entry.ends_grant) {
        let why = checked.detail.unwrap_or_default();
        note(entry, user, &why, request_id).await?;
    }
    Ok(())
}

/// Writes to the connection why it ended, and stores the finding.
async fn note(entry: &DueEntry, user: &User, why: &str, request_id: &str) -> Result<()> {
    let is_ours = user.workspace == entry.workspace;
    let whose = if is_ours { entry.integration_id.as_str() } else { "another workspace" };
    let words = format!(
        "the provider rejected it right after the {} of {whose} was revoked, which seems to have \
         ended it too: {why}",
        entry.token
    );
    let tx = Transaction::begin().await?;
    tx.explain_end(user.key(), &words).await?;
    tx.record(&Event {
        key: user.key(),
        kind: EventKind::EndedByRevocation,
        // An actor is not named in another workspace.
        actor: if is_ours { &entry.actor } else { "tick" },
        detail: json!({"token": entry.token, "of": is_ours.then_some(whose), "detail": words}),
        request_id,
    })
    .await?;
    // This is not a finding if the manifest says so, or if the connection held the revoked token itself.
    if !entry.ends_grant && user.is_certain && !user.has_token {
        let ends = entry.ends(true);
        // Only the workspace of the connection that ended may see the provider's words.
        let why = if is_ours { why } else { "a connection of another workspace was rejected" };
        ends.finding().note(&tx, &entry.integration_id, why).await?;
    }
    tx.commit().await
}
