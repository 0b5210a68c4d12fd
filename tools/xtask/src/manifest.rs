//! `cargo xtask manifest`: runs the program of `tools/manifest`, which has the HTTP client that `xtask` itself does without.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::cargo;
use crate::repo::Repo;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// new <ID>, try <ID> or watch [IDS]; `--help` lists the options of each
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Runs the program with this terminal.
pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let repo = Repo::find()?;
    let mut command = Command::new(cargo::program());
    command.args(["run", "--quiet", "--package", "nexus-manifest-tool", "--manifest-path"]);
    command.arg(repo.root.join("Cargo.toml")).arg("--").args(&args.args);
    let status = command.status().with_context(|| format!("cannot run `{}`", cargo::program()))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
