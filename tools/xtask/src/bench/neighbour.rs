//! An attacker and a neighbour: how long changes in another workspace take while an attacker is denied five
//! hundred times a second, and whether health responds meanwhile. The results are numbers of one run.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nexus_simulators::client::Client;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::upstream::SLUG;

/// Denied calls per second.
const DENIED_PER_SECOND: u32 = 500;
/// The attacker's connections.
const ATTACKERS: u32 = 25;
/// The duration of the attack.
const LASTS: Duration = Duration::from_secs(10);
/// The interval between changes by the neighbour.
const CHANGES: Duration = Duration::from_millis(50);
/// The interval between health checks.
const HEALTH: Duration = Duration::from_millis(100);
/// The time limit of a health check.
const HEALTH_WITHIN: Duration = Duration::from_secs(1);

/// The results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Neighbour {
    /// The 99th percentile of the neighbour's changes, in milliseconds.
    pub(crate) p99_ms: f64,
    /// The same without the attacker.
    pub(crate) alone_p99_ms: f64,
    /// The actual number of denied calls per second.
    pub(crate) denied_rate: f64,
    /// The percentage of health checks that responded with 200 within a second.
    pub(crate) health_percent: f64,
}

/// Measures the application at `port`. `neighbour` is a token of an ADMIN whose workspace has the upstream;
/// `attacker` is a token of an AGENT of another workspace.
pub(crate) async fn measure(port: u16, neighbour: &str, attacker: &str) -> Result<Neighbour> {
    let alone = changes(port, neighbour, LASTS / 4).await?;
    let (under, denied, health) =
        tokio::try_join!(changes(port, neighbour, LASTS), attack(port, attacker), look(port),)?;
    Ok(Neighbour {
        p99_ms: p99_ms(under),
        alone_p99_ms: p99_ms(alone),
        denied_rate: f64::from(denied) / LASTS.as_secs_f64(),
        health_percent: health,
    })
}

/// Repeats a change by the neighbour. Returns how long each change took.
async fn changes(port: u16, token: &str, lasts: Duration) -> Result<Vec<Duration>> {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let target = format!("/api/integrations/{SLUG}");
    let mut client = Client::connect(port).await?;
    let mut turns = interval(CHANGES);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (begun, mut took) = (Instant::now(), Vec::new());
    while begun.elapsed() < lasts {
        turns.tick().await;
        let sent = Instant::now();
        let status = if took.len() % 2 == 0 { "inactive" } else { "active" };
        let body = format!("{{\"status\":\"{status}\"}}");
        let answer = client.send("PUT", &target, &headers, body.as_bytes()).await?;
        ensure!(answer.status == 200, "PUT {target} answered {}: {}", answer.status, answer.text());
        took.push(sent.elapsed());
    }
    // Restores the original state.
    let body = b"{\"status\":\"active\"}";
    client.send("PUT", &target, &headers, body).await?;
    Ok(took)
}

/// Makes denied calls at their rate, as far as responses arrive in time. Returns how many there were.
async fn attack(port: u16, token: &str) -> Result<u32> {
    let mut attackers = tokio::task::JoinSet::new();
    for _ in 0..ATTACKERS {
        let authorization = format!("Bearer {token}");
        attackers.spawn(async move {
            let mut client = Client::connect(port).await?;
            let headers = [("authorization", authorization.as_str())];
            let target = "/api/integrations/int_00000000000000000000000000";
            let request = client.encode("DELETE", target, &headers, b"");
            let mut turns = interval(Duration::from_secs(1) * ATTACKERS / DENIED_PER_SECOND);
            let (begun, mut count) = (Instant::now(), 0);
            while begun.elapsed() < LASTS {
                turns.tick().await;
                let status = client.exchange(&request).await?;
                ensure!(status == 403, "an AGENT's DELETE was answered {status}");
                count += 1;
            }
            Ok(count)
        });
    }
    let mut sum = 0;
    while let Some(count) = attackers.join_next().await {
        sum += count.context("an attacker")??;
    }
    Ok(sum)
}

/// Checks health repeatedly. Returns the percentage of checks that succeeded in time.
async fn look(port: u16) -> Result<f64> {
    let mut turns = interval(HEALTH);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (begun, mut looks, mut well) = (Instant::now(), 0_u32, 0_u32);
    while begun.elapsed() < LASTS {
        turns.tick().await;
        let call = async {
            let mut client = Client::connect(port).await?;
            client.send("GET", "/api/health", &[], b"").await
        };
        looks += 1;
        if let Ok(Ok(answer)) = tokio::time::timeout(HEALTH_WITHIN, call).await {
            well += u32::from(answer.status == 200);
        }
    }
    Ok(100.0 * f64::from(well) / f64::from(looks.max(1)))
}

fn p99_ms(mut took: Vec<Duration>) -> f64 {
    took.sort_unstable();
    let at = (took.len() * 99).div_ceil(100).saturating_sub(1);
    took.get(at).copied().unwrap_or_default().as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_of_a_hundred_is_the_percentile() {
        let took = (1..=100).rev().map(Duration::from_millis).collect();
        assert!((p99_ms(took) - 99.0).abs() < 1e-9);
        assert_eq!(p99_ms(Vec::new()).to_bits(), 0.0_f64.to_bits());
    }
}
