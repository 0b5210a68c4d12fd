//! `nexus`: the command line. The commands themselves are in the library.

#[cfg(not(feature = "server"))]
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
#[cfg(feature = "server")]
use nexus_cli::server::{self, backup, doctor, health, migrate, restore, up};
use nexus_cli::{audit, keys, sign_in};

// The allocator of musl takes turns where threads allocate at once.
#[cfg(feature = "server")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Integration Nexus: connect third-party services once; let AI agents call them without a credential.
#[derive(Parser)]
#[command(name = "nexus", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Serve the application, and tick every minute
    #[cfg(feature = "server")]
    Up(Box<up::Args>),
    /// Print a link that signs a person in, once, within ten minutes
    SignIn(sign_in::Args),
    /// Copy the databases into one file, while the application goes on
    #[cfg(feature = "server")]
    Backup(backup::Args),
    /// Replace the databases by those of a backup
    #[cfg(feature = "server")]
    Restore(restore::Args),
    /// Bring the database to the schema of this version
    #[cfg(feature = "server")]
    Migrate(migrate::Args),
    /// Say what is wrong with this installation
    #[cfg(feature = "server")]
    Doctor(doctor::Args),
    /// Say whether the application on this machine works
    #[cfg(feature = "server")]
    Health(health::Args),
    /// Verify an exported audit record
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Create the keys of a development deployment
    #[command(subcommand)]
    Keys(keys::Verb),
}

fn main() -> ExitCode {
    match run(&Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: &Verb) -> Result<()> {
    match verb {
        #[cfg(feature = "server")]
        Verb::Up(args) => up::run(args),
        #[cfg(feature = "server")]
        Verb::SignIn(args) => sign_in::run(args, up::WORKSPACE, &server::default_env_file()?),
        #[cfg(not(feature = "server"))]
        Verb::SignIn(args) => sign_in::run(args, "demo", Path::new(".env")),
        #[cfg(feature = "server")]
        Verb::Backup(args) => backup::run(args),
        #[cfg(feature = "server")]
        Verb::Restore(args) => restore::run(args),
        #[cfg(feature = "server")]
        Verb::Migrate(args) => migrate::run(args),
        #[cfg(feature = "server")]
        Verb::Doctor(args) => doctor::run(args),
        #[cfg(feature = "server")]
        Verb::Health(args) => health::run(args),
        Verb::Audit(verb) => audit::run(verb),
        Verb::Keys(verb) => keys::run(verb),
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
