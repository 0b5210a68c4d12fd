//! The first call after the application has started: no instance has run but those that answered whether it is ready. The
//! application starts several times, because each start has only one first call.

use std::time::Instant;

use anyhow::{Result, ensure};
use nexus_simulators::client::Client;

use super::app::{App, BenchSetup};
use super::rows::{CALL, State};

/// How often the application is started.
pub(crate) const STARTS: usize = 5;

/// The result.
#[derive(Clone, Debug, Default)]
pub(crate) struct First {
    /// The duration of the first call, in milliseconds: the median of [`STARTS`] starts.
    pub(crate) ms: f64,
}

/// Measures applications on the state [`State::Alone`], which no other may have open.
pub(crate) async fn measure(site: &BenchSetup, token: &str) -> Result<First> {
    let mut found = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let app = site.start(State::Alone.name(), State::Alone.reuse()).await?;
        let ms = first_call(&app, token).await;
        if ms.is_err() {
            eprint!("{}", app.said());
        }
        app.stop().await?;
        found.push(ms?);
    }
    found.sort_by(f64::total_cmp);
    Ok(First { ms: found.get(STARTS / 2).copied().unwrap_or_default() })
}

/// The duration of a call, in milliseconds, without that of connecting.
async fn first_call(app: &App, token: &str) -> Result<f64> {
    let mut client = Client::connect(app.port).await?;
    let authorization = format!("Bearer {token}");
    let request = client.encode("GET", CALL, &[("authorization", &authorization)], b"");
    let begun = Instant::now();
    let status = client.exchange(&request).await?;
    let ms = begun.elapsed().as_secs_f64() * 1_000.0;
    ensure!(status == 200, "GET {CALL} answered {status}");
    Ok(ms)
}
