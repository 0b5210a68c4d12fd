//! Runs this Spin application on Wasmtime: from a folder, for development and tests, or from the components that a
//! program contains.
//!
//! It reads the same `spin.toml`, runtime configuration, variables and `.spin` files as `spin up`, and
//! rejects everything that it does not know. `server` receives a request, `routes` finds its component,
//! `instance` runs it, and `host` and `outbound` are the interfaces that the component can use.

mod app;
pub mod application;
mod bodies;
pub mod bundle;
#[cfg(feature = "compiler")]
pub mod bundling;
pub mod cli;
mod code_memory;
#[cfg(feature = "compiler")]
pub mod compile;
mod component;
mod connection;
mod connections;
pub mod data_files;
mod database_file;
mod effect;
mod engine;
mod entrance;
mod files;
mod host;
mod instance;
mod kv_store;
mod log;
mod manifest;
mod otlp;
mod outbound;
mod place;
mod request;
mod routes;
mod runtime_config;
pub mod server;
mod spans;
mod stdio;
mod toml_file;
mod variables;
