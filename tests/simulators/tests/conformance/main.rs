//! Each simulator against its provider's documentation, and every behaviour against the bytes on the wire.
//! These tests must not use the application.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

mod airtable;
mod anthropic;
mod behaviours;
mod datadog;
mod faults;
mod github;
mod github_oauth;
mod google;
mod hostile;
mod linear;
mod microsoft;
mod notion;
mod oauth;
mod openai;
mod resend;
mod sandbox;
mod sandbox_oauth;
mod sendgrid;
mod slack;
mod strict;
mod stripe;
mod stripe_connect;
mod twilio;
mod zendesk;

use nexus_simulators::Simulator;
use nexus_simulators::client::{self, Answer};

/// A request with these headers.
async fn ask(
    simulator: &Simulator,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    client::send(simulator.port(), method, target, headers, body.as_bytes()).await.unwrap()
}

/// `Authorization: Basic` for a simulator's key of the form `user:password`.
fn basic(key: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(key))
}

/// The status, and the value at `pointer`.
fn told(answer: &Answer, pointer: &str) -> (u16, serde_json::Value) {
    let json = answer.json();
    let found = json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}: {}", answer.text()));
    (answer.status, found.clone())
}

async fn get(simulator: &Simulator, target: &str, key: &str) -> Answer {
    let authorization = format!("Bearer {key}");
    client::send(simulator.port(), "GET", target, &[("authorization", &authorization)], b"")
        .await
        .unwrap()
}
