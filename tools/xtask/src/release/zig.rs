//! The compiler and linker for targets that this machine does not have: Zig, with `cargo-zigbuild`. Both come from
//! PyPI, pinned by their digests in `release/zig.txt`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::cargo;
use crate::repo::Repo;

/// Installs them below cargo's target directory, unless exactly these versions are there. Returns the directory of
/// their programs.
pub(super) async fn install(repo: &Repo) -> Result<PathBuf> {
    let pins = repo.root.join("tools/xtask/release/zig.txt");
    let wanted = fs::read(&pins).with_context(|| format!("cannot read {}", pins.display()))?;
    let place = repo.target.join("zig");
    let (installed, programs) = (place.join("pins"), place.join("bin"));
    if fs::read(&installed).ok().as_ref() == Some(&wanted) {
        return Ok(programs);
    }
    let _ = fs::remove_dir_all(&place);
    run(Command::new("python3").args(["-m", "venv"]).arg(&place)).await?;
    run(Command::new(programs.join("python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--require-hashes", "-r"])
        .arg(&pins))
    .await?;
    fs::write(installed, wanted)?;
    Ok(programs)
}

async fn run(command: &mut Command) -> Result<()> {
    let status = command.stdout(cargo::to_stderr()).status().await.context("cannot run python3")?;
    if !status.success() {
        bail!("installing Zig failed; see the messages above");
    }
    Ok(())
}

/// `PATH` with these programs first.
pub(super) fn path(programs: &Path) -> Result<OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&old));
    Ok(std::env::join_paths(all)?)
}
