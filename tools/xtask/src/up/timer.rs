//! The timer of `up`: `POST /api/tick` every minute, as a deployment's cron job does. Without it no
//! credential is kept alive, and no revocation is tried again.

use std::time::Duration;

use anyhow::{Result, bail};
use nexus_simulators::client;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::sandbox::refusal;

const EVERY: Duration = Duration::from_secs(60);

/// A timer that runs until this is dropped.
pub(super) struct Timer(JoinHandle<()>);

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Ticks at once, and every minute from then on. Without a secret it says that nothing ticks.
pub(super) fn start(port: u16, secret: Option<&str>) -> Option<Timer> {
    let Some(secret) = secret.map(str::to_owned) else {
        eprintln!(
            "warning: SPIN_VARIABLE_TICK_SECRET is not set: no credential is kept alive, and no \
             revocation is tried again. `cargo xtask keys new` makes a .env that has one"
        );
        return None;
    };
    Some(Timer(tokio::spawn(run(port, secret, EVERY))))
}

/// What goes wrong is said once, until it goes well again.
async fn run(port: u16, secret: String, every: Duration) {
    let mut timer = interval(every);
    // A tick that took long is not made up for.
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_well = true;
    loop {
        timer.tick().await;
        let ticked = tick(port, &secret).await;
        if let (true, Err(error)) = (was_well, &ticked) {
            eprintln!("warning: the tick failed, and is tried again each minute: {error:#}");
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
    async fn it_ticks_again_and_again_although_a_tick_fails() {
        // It knows no such path: each tick fails.
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
