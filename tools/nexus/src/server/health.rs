//! `nexus health`: whether the application on this machine works, for the health check of a container.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::asking::{Way, agent};

/// The arguments of `nexus health`.
#[derive(clap::Args)]
pub struct Args {
    /// The URL at which `nexus up` listens
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    url: String,
}

/// The longest time for the answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks the application.
///
/// # Errors
/// The application does not answer, or does not work. `nexus doctor` says why.
pub fn run(args: &Args) -> Result<()> {
    let agent = agent(TIMEOUT, Way::Direct);
    let url = format!("{}/api/health", args.url.trim_end_matches('/'));
    let answer = agent.get(&url).call().with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    ensure!(status == 200, "{url} is answered with {status}; `nexus doctor` says why");
    println!("ok");
    Ok(())
}
