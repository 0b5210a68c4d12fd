//! The archive of one target, and the digests of all files. Times, users and the order of entries do not depend on
//! the machine.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, GzBuilder};
use nexus_cli::digest;
use tar::{Builder, EntryType, Header};

use super::Commit;
use crate::repo::Repo;

/// The content of an archive besides the program, below the repository's root: files, and folders with every file in
/// them that git knows.
const BESIDES: [&str; 6] =
    ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "deploy", "docs"];

/// Writes `nexus-<version>-<target>.tar.gz`, and returns its path.
pub(super) fn write(
    repo: &Repo,
    output: &Path,
    target: &str,
    program: &Path,
    bill: &Path,
    commit: &Commit,
) -> Result<PathBuf> {
    let name = format!("nexus-{}-{target}", env!("CARGO_PKG_VERSION"));
    let path = output.join(format!("{name}.tar.gz"));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    // The head of a gzip file has the time of its making, unless that is 0.
    let gzip = GzBuilder::new().mtime(0).write(file, Compression::best());
    let mut archive = Builder::new(gzip);
    let mut add = |inside: &str, from: &Path, mode: u32| -> Result<()> {
        let mut file =
            File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(mode);
        header.set_mtime(commit.time);
        header.set_size(file.metadata()?.len());
        Ok(archive.append_data(&mut header, format!("{name}/{inside}"), &mut file)?)
    };
    add("nexus", program, 0o755)?;
    add("nexus.cdx.json", bill, 0o644)?;
    for file in known_files(&repo.root)? {
        add(&file, &repo.root.join(&file), 0o644)?;
    }
    archive.into_inner()?.finish()?.flush()?;
    Ok(path)
}

/// The files of [`BESIDES`] that git knows, sorted.
fn known_files(root: &Path) -> Result<Vec<String>> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "-z", "--"])
        .args(BESIDES)
        .current_dir(root)
        .output()
        .context("cannot run git")?;
    ensure!(output.status.success(), "`git ls-files` failed");
    let text = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    let mut files: Vec<_> = text.split_terminator('\0').map(str::to_owned).collect();
    files.sort();
    Ok(files)
}

/// Writes `SHA256SUMS`, which `sha256sum --check` reads, and returns its path.
pub(super) fn digests(output: &Path, files: &[PathBuf]) -> Result<PathBuf> {
    let mut lines = Vec::new();
    for file in files {
        let name = file.file_name().context("a file without a name")?.to_string_lossy();
        lines.push(format!("{}  {name}\n", digest::sha256(file)?.1));
    }
    lines.sort();
    let path = output.join("SHA256SUMS");
    fs::write(&path, lines.concat())?;
    Ok(path)
}
