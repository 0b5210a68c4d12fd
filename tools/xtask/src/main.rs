//! `cargo xtask`: the developer commands of this repository, one verb per file.
//!
//! It must compile in seconds: nothing here may depend on Wasmtime or on a component. Output for programs
//! goes to stdout; messages for people go to stderr.

mod bench;
mod build;
mod cargo;
mod child;
mod env;
mod fuzz;
mod guard;
mod manifest;
mod release;
mod repo;
#[cfg(test)]
mod rings;
mod runtime;
mod simulator;
mod test;
mod token;
mod ui;
mod up;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use nexus_cli::sign_in;

/// Developer commands of Integration Nexus. Start with `cargo xtask up`.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build and run the application with a sandbox provider, and print a sign-in link
    Up(up::Args),
    /// Build the admin UI, then the components for wasm32-wasip2 into target/components
    Build(build::Args),
    /// Run every test: unit tests, host tests, and black-box tests over HTTP on each available runtime
    Test(test::Args),
    /// Write docs/providers.md from the manifests, after the conformance matrix has passed
    Docs,
    /// Make, try and watch the manifests of providers: `new`, `try`, `watch`
    #[command(disable_help_flag = true)]
    Manifest(manifest::Args),
    /// Run the property tests with more and more cases, for an hour by default
    Fuzz(fuzz::Args),
    /// Measure list pages, proxy calls and memory against baseline components
    Bench(bench::Args),
    /// Make the program `nexus` with the application in it, for each target, with its digests and packages
    Release(release::Args),
    /// Print a link that signs a person in, once, within ten minutes
    SignIn(sign_in::Args),
    /// Print a signed token for development
    Token(token::Args),
    /// Run a single provider simulator
    Simulator(simulator::Args),
    #[command(hide = true)]
    Guard(guard::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().verb).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Up(args) => up::run(args).await,
        Verb::Build(args) => build::run(args).await,
        Verb::Test(args) => test::run(args).await,
        Verb::Docs => test::run(test::Args::docs()).await,
        Verb::Manifest(args) => manifest::run(&args),
        Verb::Fuzz(args) => fuzz::run(args).await,
        Verb::Release(args) => release::run(args).await,
        Verb::Bench(args) => bench::run(args).await,
        Verb::SignIn(args) => {
            sign_in::run(&args, up::WORKSPACE, Path::new(".env"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Token(args) => token::run(&args),
        Verb::Simulator(args) => simulator::run(args).await,
        Verb::Guard(args) => guard::run(args).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
