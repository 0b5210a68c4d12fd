//! Each simulator against its provider's documentation, and every way of failing against what the
//! wire shows. It must not use the application.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

mod behaviours;
mod faults;
mod github_oauth;
mod google;
mod hostile;
mod microsoft;
mod oauth;
mod openai;
mod sandbox;
mod sandbox_oauth;
mod slack;
mod strict;
mod stripe;
mod stripe_connect;

use nexus_simulators::Simulator;
use nexus_simulators::client::{self, Answer};

async fn get(simulator: &Simulator, target: &str, key: &str) -> Answer {
    let authorization = format!("Bearer {key}");
    client::send(simulator.port(), "GET", target, &[("authorization", &authorization)], b"")
        .await
        .unwrap()
}
