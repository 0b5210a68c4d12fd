//! A workspace with a thousand integrations, created over HTTP as an admin would.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nexus_simulators::client::Client;
use serde_json::json;
use tokio::task::JoinSet;

use crate::up::sandbox;

/// The number of integrations in the measured workspace.
pub(crate) const COUNT: usize = 1_000;

/// Nothing listens there, because the stored credentials are not verified.
const ORIGIN: &str = "http://127.0.0.1:9";

/// The number of concurrent requests.
const WORKERS: usize = 16;

/// How often a request is retried after a 429 or 503.
const TRIES: usize = 20;

/// Registers the sandbox's manifest and stores [`COUNT`] integrations, [`WORKERS`] at a time.
pub(crate) async fn fill(root: &Path, port: u16, token: &str) -> Result<()> {
    let manifest = sandbox::read(&root.join("tests/simulators/sandbox.json"))?;
    let manifest = sandbox::with_origin(&manifest, ORIGIN)?;
    sandbox::register(port, token, &manifest).await?;
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(port, token.to_owned(), Arc::clone(&next)));
    }
    while let Some(result) = workers.join_next().await {
        result.context("a worker")??;
    }
    Ok(())
}

async fn worker(port: u16, token: String, next: Arc<AtomicUsize>) -> Result<()> {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let mut client = Client::connect(port).await?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= COUNT {
            return Ok(());
        }
        let body = json!({
            "manifest_id": sandbox::MANIFEST_ID, "name": format!("Integration {number:04}"),
            "credentials": {"api_key": format!("sandbox-bench-key-{number:012}")},
            "verify": false,
        })
        .to_string();
        store(&mut client, port, &headers, body.as_bytes()).await?;
    }
}

async fn store(
    client: &mut Client,
    port: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<()> {
    for _ in 0..TRIES {
        let answer = client.send("POST", "/api/integrations", headers, body).await?;
        match answer.status {
            201 => {
                if answer.header("connection") == Some("close") {
                    *client = Client::connect(port).await?;
                }
                return Ok(());
            }
            429 | 503 => {
                let seconds = answer.header("retry-after").and_then(|s| s.parse().ok());
                tokio::time::sleep(Duration::from_secs(seconds.unwrap_or(1))).await;
            }
            _ => bail!("cannot store an integration: {}", sandbox::refusal(&answer)),
        }
    }
    bail!("cannot store an integration: still rejected after {TRIES} tries")
}
