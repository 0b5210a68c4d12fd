//! What lives beside a token that was ended: it is looked at whether that ended it as well.
//!
//! A server may end more than its manifest says (RFC 7009, 2.1 lets it), and no author of a manifest
//! can know for ever. Where a connection that was accepted right before is refused right after, that is
//! said at the connection, and kept: from then on the manifest is not believed there.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use nexus_common::Result;
use nexus_common::broker::Stored;
use nexus_common::log::Line;
use nexus_common::platform::http::within_or_beside;
use nexus_common::platform::sqlite::Value;
use nexus_common::store::{Event, Place, Transaction, read_row};
use serde_json::json;

use crate::check;
use crate::outbox::Taken;
use crate::shared::{Ends, User};

/// Most connections that are tried before one working off, and after it.
const MOST: usize = 16;

/// What has not answered by then is not known to be alive: the revocation must not wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A check that is younger needs no other, in seconds: where many are deleted one after the other, each is not
/// tried anew for each.
const FRESH_SECONDS: i64 = 10;

/// The ids of the connections that might end with what is about to be ended, and that the provider
/// accepts now. Only of these anything can be found: what was dead before did not die of it.
///
/// It cannot fail: a connection that is not known to be alive is left out.
pub(crate) async fn alive(
    taken: impl Iterator<Item = &Taken>,
    request_id: &str,
) -> BTreeSet<String> {
    // Where the manifest had said so, there is nothing to learn.
    let tries =
        beside(taken.filter(|entry| !entry.ends_grant && entry.is_told()), request_id).await;
    let looks = tries.iter().map(async |(entry, user)| {
        is_alive(stored(entry, user), request_id.to_owned()).await.then(|| user.id.clone())
    });
    join_all(looks).await.into_iter().flatten().collect()
}

/// Whether its provider accepts a connection now. Its check goes on when the time is up: a refresh that
/// was begun has to be written down.
async fn is_alive(stored: Stored, request_id: String) -> bool {
    if was_alive_just_now(&stored).await.unwrap_or(false) {
        return true;
    }
    let check = async move {
        let checked = check::run(&stored, &request_id).await;
        checked.is_ok_and(|checked| checked.health == "healthy")
    };
    within_or_beside(PATIENCE, check).await.unwrap_or(false)
}

async fn was_alive_just_now(stored: &Stored) -> Result<bool> {
    let sql = "select 1 from integrations where workspace = ?1 and id = ?2 and health = 'healthy'
               and health_at > (unixepoch('subsec') - ?3) * 1000";
    let values = [
        Value::text(stored.workspace.as_str()),
        Value::text(stored.integration_id.as_str()),
        Value::integer(FRESH_SECONDS),
    ];
    Ok(read_row(sql, values).await?.is_some())
}

/// Tries the connections that might have ended with `ended`, all at once, and writes down which did.
/// `alive`: those that the provider accepted before.
/// It cannot fail: the tokens have ended, whatever is found.
pub(crate) async fn check(
    ended: impl Iterator<Item = &Taken>,
    alive: &BTreeSet<String>,
    request_id: &str,
) {
    let tries = beside(ended, request_id).await;
    join_all(tries.iter().map(|(entry, user)| async move {
        let was_alive = alive.contains(&user.id);
        if let Err(error) = look(entry, user, was_alive, request_id).await {
            failed(request_id, &user.id, &error);
        }
    }))
    .await;
}

/// The live connections that might end with `taken`, each once.
async fn beside<'a>(
    taken: impl Iterator<Item = &'a Taken>,
    request_id: &str,
) -> Vec<(&'a Taken, User)> {
    let mut seen = BTreeSet::new();
    let mut tries = Vec::new();
    for entry in taken {
        match entry.ends(true).users(-1).await {
            Ok(users) => {
                let live = users.into_iter().filter(|user| {
                    !matches!(user.health.as_str(), "pending" | "reauthorize")
                        && seen.insert(user.id.clone())
                });
                tries.extend(live.map(|user| (entry, user)));
            }
            Err(error) => failed(request_id, &entry.integration_id, &error),
        }
    }
    tries.truncate(MOST);
    tries
}

fn failed(request_id: &str, id: &str, error: &nexus_common::Error) {
    let line = Line::error("beside a revocation").with("request_id", &request_id);
    line.with("integration", &id).why(error);
}

fn stored(entry: &Taken, user: &User) -> Stored {
    let is_ours = user.workspace == entry.workspace;
    Stored {
        workspace: user.workspace.clone(),
        integration_id: user.id.clone(),
        // Nobody of another workspace is named.
        actor: if is_ours { entry.actor.clone() } else { "tick".to_owned() },
    }
}

async fn look(entry: &Taken, user: &User, was_alive: bool, request_id: &str) -> Result<()> {
    let checked = check::run(&stored(entry, user), request_id).await?;
    // Where the manifest had said so it was not tried before.
    if checked.health == "reauthorize" && (was_alive || entry.ends_grant) {
        let why = checked.detail.unwrap_or_default();
        note(entry, user, &why, request_id).await?;
    }
    Ok(())
}

/// Says at the connection why it ended, and keeps what was found.
async fn note(entry: &Taken, user: &User, why: &str, request_id: &str) -> Result<()> {
    let is_ours = user.workspace == entry.workspace;
    let whose = if is_ours { entry.integration_id.as_str() } else { "another workspace" };
    let words = format!(
        "the provider refused it right after the {} of {whose} was revoked, which seems to have \
         ended it too: {why}",
        entry.token
    );
    let tx = Transaction::begin().await?;
    tx.query(
        "update integrations set health_detail = ?3
         where workspace = ?1 and id = ?2 and health = 'reauthorize'",
        [
            Value::text(user.workspace.as_str()),
            Value::text(user.id.as_str()),
            Value::text(words.as_str()),
        ],
    )
    .await?;
    tx.record(&Event {
        workspace: &user.workspace,
        integration_id: &user.id,
        kind: "integration.ended_by_revocation",
        // Nobody of another workspace is named.
        actor: if is_ours { &entry.actor } else { "tick" },
        detail: json!({"token": entry.token, "of": is_ours.then_some(whose), "detail": words}),
        request_id,
    })
    .await?;
    // Nothing is learnt where the manifest had said so, or it was the very token that it held.
    if !entry.ends_grant && user.is_certain && !user.has_token {
        let ends = entry.ends(true);
        // Its provider's words are for the workspace of the connection that died.
        let why = if is_ours { why } else { "a connection of another workspace was refused" };
        place(&ends).note(&tx, &entry.integration_id, why).await?;
    }
    tx.commit().await
}

/// Whether a call like this was found to end more than its token.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub(crate) async fn is_known(ends: &Ends<'_>) -> Result<bool> {
    place(ends).is_found().await
}

/// What a finding is about: a manifest, a server and a client.
fn place<'a>(ends: &Ends<'a>) -> Place<'a> {
    Place {
        workspace: ends.workspace,
        manifest_id: ends.manifest_id,
        server: ends.authorization_server.or(ends.revocation_server).unwrap_or_default(),
        client_id: ends.client_id.unwrap_or_default(),
    }
}
