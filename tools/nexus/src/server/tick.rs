//! The timer: `POST /api/tick` every minute, from inside the program. Without it, no credential is refreshed in the
//! background, and no revocation is retried.

use std::time::Duration;

use anyhow::{Result, bail};
use http::{Method, Request};
use nexus_host::server::Inside;
use tokio::time::{MissedTickBehavior, interval};

const EVERY: Duration = Duration::from_secs(60);

/// Ticks now, and every minute from then on, for ever.
pub(super) async fn run(inside: Inside, secret: String) {
    let mut timer = interval(EVERY);
    // Ticks that were missed during a long tick are not made up.
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_well = true;
    loop {
        timer.tick().await;
        let ticked = tick(&inside, &secret).await;
        // A failure is reported once, until a tick succeeds again.
        if let (true, Err(error)) = (was_well, &ticked) {
            eprintln!("warning: the tick failed and is retried every minute: {error:#}");
        }
        was_well = ticked.is_ok();
    }
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
