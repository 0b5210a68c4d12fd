//! Third-party providers on loopback that behave as their own documentation says, for the tests and for the
//! sandbox of `cargo xtask up`.
//!
//! A simulator knows the provider's documentation and nothing of this project. It judges our requests by the
//! same rules as those of any other client. Each provider's module names the pages that its responses come
//! from. At run time, every simulator can be told to fail as networks and servers do ([`Behaviour`]).
//!
//! The providers with OAuth 2.0 share its parts (`oauth`). The handle registers clients, sets the account and
//! the decision, moves the clock, holds responses back, and reports the state of each token.
//!
//! `examples/failing_provider.rs` shows how a test makes a provider fail.
//!
//! This crate must not reach beyond loopback, and must not be told what the application does.

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
