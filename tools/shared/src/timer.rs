//! The timer of the tick: what a cron job does for other deployments. Without ticks, no credential is refreshed in the
//! background, and no revocation is retried.

use std::time::Duration;

use anyhow::Result;
use tokio::time::{MissedTickBehavior, interval};

/// How often the application ticks.
pub const EVERY: Duration = Duration::from_secs(60);

/// Calls `tick` now, and after each `period` from then on, for ever. A failure is reported once, until a tick succeeds
/// again. It does not stop the timer.
pub async fn run<F>(period: Duration, mut tick: impl FnMut() -> F)
where
    F: Future<Output = Result<()>>,
{
    let mut timer = interval(period);
    // Ticks that were missed during a long tick are not made up.
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut was_well = true;
    loop {
        timer.tick().await;
        let ticked = tick().await;
        if let (true, Err(error)) = (was_well, &ticked) {
            eprintln!("warning: the tick failed and is retried every minute: {error:#}");
        }
        was_well = ticked.is_ok();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[tokio::test]
    async fn a_failed_tick_does_not_stop_the_timer() {
        let (ticked, mut ticks) = unbounded_channel();
        let ticking = tokio::spawn(run(Duration::from_millis(1), move || {
            ticked.send(()).unwrap();
            async { anyhow::bail!("it is down") }
        }));
        for _ in 0..3 {
            ticks.recv().await.unwrap();
        }
        assert!(!ticking.is_finished());
        ticking.abort();
    }
}
