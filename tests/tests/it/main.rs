//! The running application over HTTP: on the embedded host by default, on Spin with
//! `NEXUS_RUNTIME=spin`. Started by `cargo xtask test`, which builds what runs.

mod app;
mod auth;
mod broker;
mod canary;
mod connect;
mod egress;
mod manifests;
mod rights;
mod service;
mod storage;
mod token;
