//! `POST /api/tick`: does a bounded part of the work that is due. A cron job or a timer calls it.
//!
//! A tick must not need a user's token: the operator of the deployment has the tick secret. Ticks may run
//! concurrently.

use std::time::Duration;

use http::StatusCode;
use nexus_common::broker::{SignHeads, Tick};
use nexus_common::http::{Inbound, json_response};
use nexus_common::metrics::{self, Family};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component, Nothing};
use nexus_common::{Result, store, tick_secret};
use serde_json::json;

/// How long one tick deletes old events and usage, and how long calls.
const PRUNING: Duration = Duration::from_secs(2);

/// Does the work that is due. The response has a count for each kind of work.
///
/// # Errors
/// 404 if the deployment has no tick secret, 401, 503.
pub(crate) async fn run(inbound: &Inbound) -> Result<Response> {
    tick_secret::require(inbound).await?;
    inbound.query(&[])?;
    let broker = Client::new(Component::Upkeep, &inbound.request_id);
    let ticked = broker.call::<Tick>(&Nothing {}).await?;
    store::close_minutes().await?;
    let broken = broker.call::<SignHeads>(&Nothing {}).await?;
    let forgotten = store::forget_flows().await?;
    let swept = store::sweep_drafts(None).await?;
    let pruned = store::prune(PRUNING).await?
        + store::sweep_calls(PRUNING).await?
        + store::prune_deletions().await?
        + store::thin_heads().await?
        + i64::from(ticked.forgotten)
        + swept;
    let failed = ticked.failed + broken;
    metrics::note(Family::TickFailures, &[], i64::from(failed));
    store::mark_tick().await?;
    store::checkpoint().await?;
    let body = json!({
        "checked": ticked.checked, "refreshed": ticked.refreshed, "revoked": ticked.revoked,
        "resealed": ticked.resealed, "failed": failed, "flows": forgotten, "pruned": pruned,
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}
