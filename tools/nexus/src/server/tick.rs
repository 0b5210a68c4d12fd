//! One tick, `POST /api/tick`, from inside the program.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http::{Method, Request};
use nexus_host::server::Inside;
use nexus_shared::timer;

/// How long a tick may take. The application ends its own work earlier. A tick that never ended would be the last one.
const LONGEST: Duration = Duration::from_secs(180);

/// Ticks now, and every minute from then on, for ever.
pub(super) async fn run(inside: Inside, secret: String) {
    let shared = Arc::new((inside, secret));
    timer::run(timer::EVERY, move || {
        let shared = Arc::clone(&shared);
        async move { tick(&shared.0, &shared.1).await }
    })
    .await;
}

async fn tick(inside: &Inside, secret: &str) -> Result<()> {
    let request = Request::builder()
        .method(Method::POST)
        .uri("http://localhost/api/tick")
        .header("authorization", format!("Bearer {secret}"))
        .body(())?;
    let response = tokio::time::timeout(LONGEST, inside.send(request)).await;
    let response =
        response.with_context(|| format!("it did not end within {} s", LONGEST.as_secs()))??;
    if !response.status().is_success() {
        let why = nexus_printable::shown(&String::from_utf8_lossy(response.body()));
        bail!("it was answered with {}: {why}", response.status());
    }
    Ok(())
}
