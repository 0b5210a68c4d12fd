//! `cargo xtask manifest`: makes the manifest of a provider, tries it with a real credential, and watches the pages that its
//! facts come from.
//!
//! It is a program of its own, so that `cargo xtask` does not have to compile an HTTP client. It must not store a credential,
//! show one, or take one as an argument.

#![forbid(unsafe_code)]

mod ask;
mod attempt;
mod folder;
mod new;
mod today;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use folder::Folder;

/// Make, try and watch the manifests of providers.
#[derive(Parser)]
#[command(name = "cargo xtask manifest", bin_name = "cargo xtask manifest", max_term_width = 100)]
struct Cli {
    /// Another folder of manifests, with its drafts and pages.tsv in it [default: manifests, in this checkout]
    #[arg(long, global = true)]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make manifests/<ID>.json: asks for the facts, and says which are still missing
    New(Box<new::Args>),
    /// Make the verify request with a real credential, and show what the manifest makes of the response
    Try(attempt::Args),
    /// Read the pages in `sources` again, and report what changed
    Watch(watch::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let folder = Folder::new(cli.folder);
    let done = match cli.verb {
        Verb::New(args) => new::run(*args, &folder),
        Verb::Try(args) => attempt::run(&args, &folder),
        Verb::Watch(args) => watch::run(&args, &folder),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
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
