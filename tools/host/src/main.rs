//! `nexus-host`: runs this Spin application on Wasmtime where the Spin CLI is not installed, for development
//! and tests. Use Spin in production.
//!
//! It reads the same `spin.toml`, runtime configuration, variables and `.spin` files as `spin up`, and
//! rejects everything that it does not know. `server` receives a request, `routes` finds its component,
//! `instance` runs it, and `host` and `outbound` are the interfaces that the component can use.

mod app;
mod bodies;
mod cli;
mod compile;
mod component;
mod connection;
mod connections;
mod dotenv;
mod files;
mod host;
mod instance;
mod kv_store;
mod log;
mod manifest;
mod outbound;
mod place;
mod request;
mod routes;
mod runtime_config;
mod server;
mod stdio;
mod toml_file;
mod variables;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

fn main() -> ExitCode {
    let done = match cli::Cli::parse().command {
        cli::Command::Up(options) => up(&options),
        cli::Command::Precompile { source, target } => compile::precompile(&source, &target),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn up(options: &cli::Up) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let done = runtime.block_on(server::run(options));
    // Remaining tasks had their time to finish.
    runtime.shutdown_background();
    done
}
