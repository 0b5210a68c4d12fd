//! What lives beside a token that was ended: it is looked at whether that ended it as well.
//!
//! A server may end more than its manifest says (RFC 7009, 2.1 lets it), and no author of a manifest
//! can know for ever. Where a connection is refused right after, that is said at the connection, and
//! kept: from then on the manifest is not believed there.

use std::collections::BTreeSet;

use futures::future::join_all;
use nexus_common::Result;
use nexus_common::broker::Stored;
use nexus_common::platform::sqlite::Value;
use nexus_common::store::{Event, Transaction, read_row};
use serde_json::json;

use crate::check;
use crate::outbox::Taken;
use crate::shared::{Ends, User};

/// Most connections that are tried after one working off.
const MOST: usize = 16;

/// Tries the connections that might have ended with `ended`, all at once, and writes down which did.
/// It cannot fail: the tokens have ended, whatever is found.
pub(crate) async fn check(ended: impl Iterator<Item = &Taken>, request_id: &str) {
    let mut seen = BTreeSet::new();
    let mut tries = Vec::new();
    for entry in ended {
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
    join_all(tries.iter().map(|(entry, user)| async move {
        if let Err(error) = look(entry, user, request_id).await {
            failed(request_id, &user.id, &error);
        }
    }))
    .await;
}

fn failed(request_id: &str, id: &str, error: &nexus_common::Error) {
    eprintln!("error request_id={request_id} beside a revocation integration={id}: {error:?}");
}

async fn look(entry: &Taken, user: &User, request_id: &str) -> Result<()> {
    let stored = Stored {
        workspace: user.workspace.clone(),
        integration_id: user.id.clone(),
        actor: entry.actor.clone(),
    };
    let checked = check::run(&stored, request_id).await?;
    if checked.health == "reauthorize" {
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
        tx.query(
            "insert or replace into revocation_findings
               (workspace, manifest_id, server, client_id, at, integration_id, detail)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            place(&ends).into_iter().chain([
                Value::integer(tx.now_ms),
                Value::text(user.id.as_str()),
                Value::text(why),
            ]),
        )
        .await?;
    }
    tx.commit().await
}

/// Whether a call like this was found to end more than its token.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub(crate) async fn is_known(ends: &Ends<'_>) -> Result<bool> {
    let sql = "select 1 from revocation_findings
               where workspace = ?1 and manifest_id = ?2 and server = ?3 and client_id = ?4";
    Ok(read_row(sql, place(ends)).await?.is_some())
}

/// What a finding is about: a manifest, where it is built in for everybody, a server and a client.
fn place(ends: &Ends<'_>) -> [Value; 4] {
    let own = ends.manifest_id.starts_with("custom-");
    [
        Value::text(if own { ends.workspace } else { "" }),
        Value::text(ends.manifest_id),
        Value::text(ends.authorization_server.or(ends.revocation_server).unwrap_or_default()),
        Value::text(ends.client_id.unwrap_or_default()),
    ]
}
