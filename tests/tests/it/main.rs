//! Tests of the running application over HTTP: on the embedded host by default, on Spin with
//! `NEXUS_RUNTIME=spin`. `cargo xtask test` builds the application and starts the tests.
//!
//! - `agents`: agents' calls, through the proxy and MCP
//! - `apps`: programs that sign in by themselves, and what they may do
//! - `browser`: the admin UI in Chromium
//! - `conformance`: every built-in manifest against a provider made from what it declares
//! - `identity`: tokens of the issuers that `docs/identity.md` describes
//! - `integrations`: integrations and manifests, as an ADMIN manages them
//! - `kit`: the tools of all tests
//! - `program`: the program `nexus`, which contains the application
//! - `serving`: how the application is served, described and stored
//! - `tokens`: OAuth tokens, from the flow to the revocation
//! - `trust`: the rights of callers, and attacks
//!
//! A test may use `kit`, and the helpers of other tests. `kit` must not use a test.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wrong_self_convention,
    reason = "a test says what it expects by panicking where it is not so"
)]

mod agents;
mod apps;
mod browser;
mod conformance;
mod identity;
mod integrations;
mod kit;
mod program;
mod serving;
mod tokens;
mod trust;
