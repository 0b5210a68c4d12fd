//! Third-party providers on loopback, behaving as their own documentation says: for the tests and
//! for the sandbox of `cargo xtask up`.
//!
//! A simulator knows what the provider's documentation says and nothing of this project: what our
//! code sends is judged by the same rules as any other client's. Each provider's module names the
//! pages its answers are taken from. Beside behaving well, every simulator can be told at run time
//! to fail in the ways that networks and servers fail ([`Behaviour`]).
//!
//! The providers with OAuth 2.0 share its parts (`oauth`): the handle registers clients, says who
//! consents and whether, moves the clock, holds answers back, and tells what became of each token.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use nexus_simulators::{Behaviour, Kind, Simulator};
//! let stripe = Simulator::start(Kind::Stripe, 0).await?;
//! let url = format!("{}/v1/account", stripe.origin());
//! stripe.set_behaviour(Behaviour::Hang).await?;
//! // … call `url`, then:
//! stripe.release().await?;
//! assert_eq!(stripe.requests().len(), 1);
//! # Ok(()) }
//! ```
//!
//! It must not: reach beyond loopback, or be told what the application does.

mod behaviour;
pub mod client;
mod mask;
mod oauth;
mod providers;
mod request;
mod server;
mod simulator;
mod state;
mod wire;

pub use behaviour::Behaviour;
pub use oauth::{
    Account, ClientAuth, Consent, GrantStats, Misbehaviour, Options, Reuse, Stats, TokenState,
};
pub use providers::Kind;
pub use request::Request;
pub use simulator::Simulator;
