//! `nexus-host`: runs this Spin application on Wasmtime where the Spin CLI is not installed, for development
//! and tests, and compiles its components for the program `nexus`.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use nexus_host::application::Application;
use nexus_host::cli::{Cli, Command, Up};
use nexus_host::server::{self, Server};

// As in the program `nexus`: a call allocates in many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Up(options) => up(&options),
        Command::Bundle(options) => nexus_host::bundling::write(&options),
        Command::Precompile { source, target } => nexus_host::compile::precompile(&source, &target),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn up(options: &Up) -> Result<()> {
    let application = Application::in_folder(options)?;
    server::block_on(async {
        let server = Server::start(&application, &options.serve).await?;
        // A missing reader is not a reason to stop.
        let _ = announce(server.address());
        server.serve().await
    })
}

fn announce(address: SocketAddr) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "Serving http://{address}")?;
    stdout.flush()
}
