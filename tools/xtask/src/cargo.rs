//! Runs cargo and other tools. Their output goes to stderr, and they stop when this process stops.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// The cargo that runs this process, or the one on PATH.
pub(crate) fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// A cargo command in `root`.
pub(crate) fn command(root: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).current_dir(root).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Runs cargo and waits for it. `what` names the task in the error.
pub(crate) async fn run(root: &Path, args: &[&str], what: &str) -> Result<()> {
    run_with(root, args, &[], what).await
}

/// Like `run`, with variables of the environment.
pub(crate) async fn run_with(
    root: &Path,
    args: &[&str],
    variables: &[(&str, &OsStr)],
    what: &str,
) -> Result<()> {
    let status = command(root, args)
        .envs(variables.iter().copied())
        .stdout(to_stderr())
        .status()
        .await
        .with_context(|| format!("cannot run `{}`", program()))?;
    if !status.success() {
        bail!("{what} failed: `cargo {}` ({status}); see its messages above", args.join(" "));
    }
    Ok(())
}

/// This process's stderr as a child's stdout, so that only this process writes to stdout.
pub(crate) fn to_stderr() -> Stdio {
    use std::os::fd::AsFd as _;
    match std::io::stderr().as_fd().try_clone_to_owned() {
        Ok(fd) => Stdio::from(fd),
        Err(_) => Stdio::null(),
    }
}

/// The first `name` on PATH that is a file.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}
