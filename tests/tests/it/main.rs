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

mod alive;
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
mod ends;
mod examples;
mod findings;
mod gate;
mod history;
mod identity;
mod in_use;
mod jwks;
mod kept;
mod limits;
mod links;
mod manifests;
mod mask;
mod mcp;
mod mcp_tools;
mod names;
mod oauth;
mod oauth_providers;
mod oauth_storms;
mod openapi;
mod own_token;
mod policy;
mod process;
mod providers;
mod proxy;
mod proxy_attacks;
mod proxy_domain;
mod quotas;
mod refresh_model;
mod rights;
mod sdk;
mod sdk_links;
mod servers;
mod service;
mod storage;
mod token;
mod ui;
mod upstream;
