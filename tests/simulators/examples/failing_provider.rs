//! Starts a simulated provider that does not respond, and lets it respond after all.

use nexus_simulators::{Behaviour, Kind, Simulator};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stripe = Simulator::start(Kind::Stripe, 0).await?;
    let _url = format!("{}/v1/account", stripe.origin());
    stripe.set_behaviour(Behaviour::Hang).await?;
    // A test would call the URL here.
    stripe.release().await?;
    assert_eq!(stripe.requests().len(), 0);
    Ok(())
}
