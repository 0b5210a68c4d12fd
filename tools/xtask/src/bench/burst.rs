//! A thousand callers at once find one token expired, in an application that has just been started. Numbers
//! of one run: how many are answered, how long the last waits, how often the provider is asked for a token.

use std::time::Instant;

use anyhow::{Context, Result};
use rusqlite::Connection;

use super::DATABASE;
use super::app::Site;
use super::bulk::crowd;
use super::upstream::{self, EXPIRING};

/// The name of the application's state directory.
const STATE: &str = "burst";

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Burst {
    /// How many callers had a 200.
    pub(crate) answered: usize,
    /// How long the last of them waited, in seconds; the provider takes one of them for the token.
    pub(crate) seconds: f64,
    /// How many tokens the provider was asked for.
    pub(crate) refreshes: u32,
}

/// Measures an application of its own, with the provider at `upstream`.
pub(crate) async fn measure(site: &Site, upstream: u16) -> Result<Burst> {
    let app = site.start(STATE).await?;
    let connected = upstream::connect_expiring(app.port, &site.token, upstream).await;
    app.stop().await?;
    connected?;
    expire(site).context("expiring the token")?;

    let app = site.start(STATE).await?;
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

/// Its time has come. No application has the database open.
fn expire(site: &Site) -> Result<()> {
    let database = Connection::open(site.state(STATE).join(DATABASE))?;
    let sql = "update credentials set refresh_at = 1, expires_at = 1, lease_until = null";
    anyhow::ensure!(database.execute(sql, [])? == 1, "there is another number of credentials");
    Ok(())
}
