//! A thousand callers find one token expired at the same time, in an application that has just started. The
//! results are numbers of one run: how many calls succeed, how long the last one waits, and how often the
//! provider is asked for a token.

use std::time::Instant;

use anyhow::{Context, Result};
use rusqlite::Connection;

use super::DATABASE;
use super::app::BenchSetup;
use super::bulk::crowd;
use super::upstream::{self, EXPIRING};

/// The name of the application's state directory.
const STATE: &str = "burst";

/// The results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Burst {
    /// How many callers received a 200.
    pub(crate) answered: usize,
    /// How long the last caller waited, in seconds. One second of it is the provider's time for the token.
    pub(crate) seconds: f64,
    /// How many tokens were requested from the provider.
    pub(crate) refreshes: u32,
}

/// Measures a separate application, with the provider at `upstream`.
pub(crate) async fn measure(site: &BenchSetup, upstream: u16) -> Result<Burst> {
    let app = site.start(STATE, nexus_cli::REUSE).await?;
    let connected = upstream::connect_expiring(app.port, &site.token, upstream).await;
    app.stop().await?;
    connected?;
    expire(site).context("expiring the token")?;

    let app = site.start(STATE, nexus_cli::REUSE).await?;
    let before = upstream::tokens();
    let begun = Instant::now();
    let answered = crowd(app.port, &site.token, &format!("/api/proxy/{EXPIRING}/small")).await;
    let seconds = begun.elapsed().as_secs_f64();
    let refreshes = upstream::tokens() - before;
    if answered.is_err() {
        eprint!("{}", app.said());
    }
    app.stop().await?;
    Ok(Burst { answered: answered?, seconds, refreshes })
}

/// Makes the token expire. No application may have the database open.
fn expire(site: &BenchSetup) -> Result<()> {
    let database = Connection::open(site.state(STATE).join(DATABASE))?;
    let sql = "update credentials set refresh_at = 1, expires_at = 1, lease_until = null";
    anyhow::ensure!(
        database.execute(sql, [])? == 1,
        "expected exactly one credential in the database"
    );
    Ok(())
}
