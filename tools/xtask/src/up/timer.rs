//! The ticks of `up`: `POST /api/tick` every minute, like the cron job of a deployment.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use nexus_shared::timer;
use nexus_simulators::client;
use tokio::task::JoinHandle;

use super::sandbox::refusal;

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
    Some(Timer(tokio::spawn(run(port, secret, timer::EVERY))))
}

/// Ticks now, and after each `period`, for ever.
async fn run(port: u16, secret: String, period: Duration) {
    let secret: Arc<str> = secret.into();
    timer::run(period, move || {
        let secret = Arc::clone(&secret);
        async move { tick(port, &secret).await }
    })
    .await;
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
