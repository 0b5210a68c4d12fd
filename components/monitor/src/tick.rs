//! `POST /api/tick`: does a bounded part of the work that is due. A cron job or a timer calls it.
//!
//! A tick must not need a user's token: the operator of the deployment has the tick secret. Ticks may run
//! concurrently.

use std::time::Duration;

use http::{StatusCode, header};
use nexus_common::auth::is_jwt;
use nexus_common::broker::Broker;
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::platform::variables;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result, config, store};
use serde_json::json;

use crate::guesses;

/// How long one tick deletes old events and usage.
const PRUNING: Duration = Duration::from_secs(2);

/// Does the work that is due. The response has a count for each kind of work.
///
/// # Errors
/// 404 if the deployment has no tick secret, 401, 503.
pub(crate) async fn run(inbound: &Inbound) -> Result<Response> {
    let secret = secret().await?.ok_or_else(|| {
        Error::NotFound("/api/tick is off. To use it, set the variable `tick_secret`".into())
    })?;
    match sent(inbound) {
        None => return Err(Error::MissingToken),
        Some(sent) if secret.matches(sent) => {}
        Some(_) => {
            guesses::note();
            return Err(Error::InvalidToken(
                "the Authorization header is not the tick secret".into(),
            ));
        }
    }
    guesses::tell();
    inbound.query(&[])?;
    let broker = Broker::new("monitor", &inbound.request_id);
    let ticked = broker.tick().await?;
    store::close_minutes().await?;
    let broken = broker.sign_heads().await?;
    let forgotten = store::forget_flows().await?;
    let pruned =
        store::prune(PRUNING).await? + store::thin_heads().await? + i64::from(ticked.forgotten);
    store::checkpoint().await?;
    let body = json!({
        "checked": ticked.checked, "refreshed": ticked.refreshed, "revoked": ticked.revoked,
        "resealed": ticked.resealed, "failed": ticked.failed + broken, "flows": forgotten, "pruned": pruned,
    });
    Ok(json_response(StatusCode::OK, body.to_string()))
}

/// Whether the request has the tick secret. Any other value that is not a JWT counts as a wrong guess.
pub(crate) async fn holds_secret(inbound: &Inbound) -> bool {
    let (Ok(Some(secret)), Some(sent)) = (secret().await, sent(inbound)) else { return false };
    let holds = secret.matches(sent);
    if !holds && !std::str::from_utf8(sent).is_ok_and(is_jwt) {
        guesses::note();
    }
    holds
}

/// The tick secret. `None` if it is not set.
///
/// # Errors
/// [`Error::Misconfigured`] if it can be guessed.
pub(crate) async fn secret() -> Result<Option<Secret>> {
    let Some(secret) = variables::get("tick_secret").await.map(Secret::new) else {
        return Ok(None);
    };
    config::check_secret("tick_secret", &secret)?;
    Ok(Some(secret))
}

fn sent(inbound: &Inbound) -> Option<&[u8]> {
    let mut values = inbound.headers().get_all(header::AUTHORIZATION).iter();
    let first = values.next()?.as_bytes();
    if values.next().is_some() { None } else { first.strip_prefix(b"Bearer ") }
}
