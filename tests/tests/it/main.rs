//! The running application over HTTP: on the embedded host by default, on Spin with
//! `NEXUS_RUNTIME=spin`. Started by `cargo xtask test`, which builds what runs.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wrong_self_convention,
    reason = "a test says what it expects by panicking where it is not so"
)]

mod answers;
mod app;
mod audit;
mod auth;
mod broker;
mod browser;
mod canary;
mod change;
mod connect;
mod contract;
mod egress;
mod examples;
mod history;
mod in_use;
mod jwks;
mod limits;
mod manifests;
mod mcp;
mod oauth;
mod oauth_providers;
mod oauth_storms;
mod openapi;
mod policy;
mod providers;
mod proxy;
mod proxy_attacks;
mod refresh_model;
mod rights;
mod sdk;
mod service;
mod storage;
mod token;
mod ui;
mod upstream;
