//! `nexus`: the command line of the operator's tool. The commands themselves are in the library.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use nexus_cli::{audit, keys, sign_in};

/// The operator's tool of Integration Nexus.
#[derive(Parser)]
#[command(name = "nexus", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Verify an exported audit record
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Create the keys of a development deployment
    #[command(subcommand)]
    Keys(keys::Verb),
    /// Print a link that signs a person in, once, within ten minutes
    SignIn(sign_in::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().verb {
        Verb::Audit(verb) => audit::run(&verb),
        Verb::Keys(verb) => keys::run(&verb),
        Verb::SignIn(args) => sign_in::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
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
