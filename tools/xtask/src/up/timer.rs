//! The timer of `up`: `POST /api/tick` every minute, like the cron job of a deployment. Without it, no
//! credential is refreshed, and no revocation is retried.

use std::time::Duration;

use anyhow::{Result, bail};
use nexus_simulators::client;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::sandbox::refusal;

const EVERY: Duration = Duration::from_secs(60);

/// A timer that runs until it is dropped.
pub(super) struct Timer(JoinHandle<()>);

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Ticks immediately, then every minute. Without a secret, prints a warning and starts no timer.
pub(super) fn start(port: u16, secret: Option<&str>) -> Option<Timer> {
    let Some(secret) = secret.map(str::to_owned) else {
        eprintln!(
            "warning: SPIN_VARIABLE_TICK_SECRET is not set, so no credential is refreshed in the background, \
             and no revocation is retried. `cargo nexus keys new` creates a .env that has one"
        );
        return None;
    };
    Some(Timer(tokio::spawn(run(port, secret, EVERY))))
}

/// A failure is reported once, until a tick succeeds again.
async fn run(port: u16, secret: String, every: Duration) {
    let mut timer = interval(every);
    // Ticks that were missed during a long tick are not made up.
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_well = true;
    loop {
        timer.tick().await;
        let ticked = tick(port, &secret).await;
        if let (true, Err(error)) = (was_well, &ticked) {
            eprintln!("warning: the tick failed and is retried every minute: {error:#}");
        }
        was_well = ticked.is_ok();
    }
}

async fn tick(port: u16, secret: &str) -> Result<()> {
    let authorization = format!("Bearer {secret}");
    let headers = [("authorization", authorization.as_str())];
    let answer = client::send(port, "POST", "/api/tick", &headers, b"").await?;
    if answer.status != 200 {
        bail!("{}", refusal(&answer));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use nexus_simulators::{Kind, Simulator};

    use super::*;

    #[tokio::test]
    async fn a_failed_tick_does_not_stop_the_timer() {
        // The simulator does not have this path, so each tick fails.
        let simulator = Simulator::start(Kind::Sandbox, 0).await.unwrap();
        let secret = "a-secret".to_owned();
        let every = Duration::from_millis(5);
        let timer = Timer(tokio::spawn(run(simulator.port(), secret, every)));
        simulator.wait_for_requests(3).await.unwrap();
        drop(timer);
        for request in simulator.requests() {
            assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/tick"));
            assert_eq!(request.header("authorization"), Some("Bearer a-secret"));
        }
    }

    #[test]
    fn without_a_secret_nothing_ticks() {
        assert!(start(1, None).is_none());
    }
}
