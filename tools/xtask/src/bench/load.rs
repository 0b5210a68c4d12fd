//! The load generator: persistent connections, one thread, and a new request as soon as a response is
//! complete. It does as little as possible, because it shares the cores with the host.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nexus_simulators::client::Client;

/// The request that is repeated.
#[derive(Clone)]
pub(crate) struct Plan {
    port: u16,
    target: &'static str,
    authorization: Option<String>,
    connections: usize,
}

/// The results of one slice of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slice {
    /// The number of responses, all of them 200.
    pub(crate) answers: usize,
    /// The actual duration.
    pub(crate) elapsed: Duration,
    /// The duration of each response, in microseconds.
    pub(crate) latencies: Vec<u32>,
}

impl Slice {
    /// Responses per second.
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

impl Plan {
    /// GET `target`, with an optional token, on this number of concurrent connections.
    pub(crate) fn get(
        port: u16,
        target: &'static str,
        token: Option<&str>,
        connections: usize,
    ) -> Self {
        let authorization = token.map(|token| format!("Bearer {token}"));
        Self { port, target, authorization, connections }
    }
}

/// Sends requests for `time`. Fails if a response is not 200, because fast refusals must not count.
pub(crate) async fn run(plan: Plan, time: Duration) -> Result<Slice> {
    // Its own thread and scheduler, so that it neither steals tasks from other threads nor wakes them.
    tokio::task::spawn_blocking(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
            let begun = Instant::now();
            let mut workers = tokio::task::JoinSet::new();
            for _ in 0..plan.connections {
                workers.spawn(connection(plan.clone(), begun + time));
            }
            let mut slice = Slice::default();
            while let Some(latencies) = workers.join_next().await {
                slice.latencies.extend(latencies.context("a connection")??);
            }
            slice.elapsed = begun.elapsed();
            slice.answers = slice.latencies.len();
            Ok(slice)
        })
    })
    .await
    .context("the load generator")?
}

async fn connection(plan: Plan, until: Instant) -> Result<Vec<u32>> {
    let mut client = Client::connect(plan.port).await?;
    let mut headers = Vec::new();
    if let Some(authorization) = &plan.authorization {
        headers.push(("authorization", authorization.as_str()));
    }
    let request = client.encode("GET", plan.target, &headers, b"");
    let mut latencies = Vec::with_capacity(8_192);
    let mut begun = Instant::now();
    while begun < until {
        let status = client.exchange(&request).await?;
        if status != 200 {
            bail!("GET {} answered {status}", plan.target);
        }
        let now = Instant::now();
        latencies.push(u32::try_from((now - begun).as_micros()).unwrap_or(u32::MAX));
        begun = now;
    }
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use nexus_simulators::{Behaviour, Kind, Simulator};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_counts_match_the_servers() {
        let server = Simulator::start(Kind::Sandbox, 0).await.unwrap();
        let plan = Plan::get(server.port(), "/v1/me", Some(Kind::Sandbox.default_key()), 4);
        let slice = run(plan, Duration::from_millis(200)).await.unwrap();
        assert!(slice.answers >= 4);
        assert_eq!(server.requests().len(), slice.answers);
        assert!(slice.elapsed >= Duration::from_millis(200) && slice.rate() > 0.0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refusal_is_an_error() {
        let server = Simulator::start(Kind::Sandbox, 0).await.unwrap();
        server.set_behaviour(Behaviour::Status(503)).await.unwrap();
        let plan = Plan::get(server.port(), "/v1/me", None, 1);
        let error = run(plan, Duration::from_millis(200)).await.unwrap_err();
        assert!(error.to_string().contains("503"), "{error}");
    }
}
