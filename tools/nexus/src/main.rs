//! `nexus`: the command line. The commands themselves are in the library.

#[cfg(not(feature = "server"))]
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
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
    let matches = command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(&cli.verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The command line. `nexus up` has the options of the host, with another number of requests per instance.
fn command() -> clap::Command {
    #[cfg(feature = "server")]
    return Cli::command().mut_subcommand("up", |up| {
        up.mut_arg("max_instance_reuse_count", |arg| arg.default_value(nexus_cli::REUSE))
    });
    #[cfg(not(feature = "server"))]
    Cli::command()
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
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
