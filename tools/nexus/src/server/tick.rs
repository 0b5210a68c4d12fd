//! One tick, `POST /api/tick`, from inside the program.

use std::sync::Arc;

use anyhow::{Result, bail};
use http::{Method, Request};
use nexus_host::server::Inside;
use nexus_shared::timer;

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
    let response = inside.send(request).await?;
    if !response.status().is_success() {
        let why = nexus_printable::shown(&String::from_utf8_lossy(response.body()));
        bail!("it was answered with {}: {why}", response.status());
    }
    Ok(())
}
