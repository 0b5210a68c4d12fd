//! The admin UI: Node builds it into `static/dist` before the components, one of which embeds it.
//!
//! Without Node, the application is built nevertheless, with a page that says what is missing. This module
//! must not write to `static`, except for the files that record what was installed and built.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::cargo;
use crate::repo::Repo;

/// The oldest version of Node whose test runner and standard library the scripts support.
const OLDEST: u64 = 20;

/// The inputs of the last build. The file is deleted together with the build's output.
const BUILT: &str = "dist/.inputs";

/// Builds the UI if its sources have changed. Prints a warning if Node is missing.
pub(crate) async fn build(repo: &Repo) -> Result<()> {
    let folder = folder(repo);
    if let Err(why) = node().await {
        let served = match folder.join("dist/files.json").is_file() {
            true => "the last build is served",
            false => "a page that explains this is served",
        };
        eprintln!("warning: the admin UI is not built: {why}; {served}");
        return Ok(());
    }
    let inputs = fingerprint(&folder)?;
    let mark = folder.join(BUILT);
    if fs::read_to_string(&mark).ok().as_deref() == Some(&inputs) {
        return Ok(());
    }
    install(&folder).await?;
    eprintln!("building the admin UI");
    run("node", &["build.mjs"], &folder, "building the admin UI").await?;
    fs::write(&mark, inputs).with_context(|| format!("cannot write {}", mark.display()))
}

/// The sizes of the built files, as a table.
pub(crate) fn sizes(repo: &Repo) -> Option<String> {
    fs::read_to_string(folder(repo).join("dist/sizes.txt")).ok()
}

/// The folder of the UI's sources.
pub(crate) fn folder(repo: &Repo) -> PathBuf {
    repo.root.join("static")
}

/// Checks whether a usable Node and npm are installed. The error is the reason why not.
pub(crate) async fn node() -> Result<(), String> {
    for name in ["node", "npm"] {
        if cargo::on_path(name).is_none() {
            return Err(format!("`{name}` is not on PATH; install Node {OLDEST} or newer"));
        }
    }
    let output = Command::new("node").arg("--version").output().await;
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let said = said.map_err(|error| format!("cannot run `node --version`: {error}"))?;
    match major(&said) {
        Some(major) if major >= OLDEST => Ok(()),
        Some(major) => Err(format!("the Node on PATH is {major}; {OLDEST} or newer is required")),
        None => Err(format!("`node --version` printed {said:?}, which contains no version")),
    }
}

/// The major version in `v20.20.2`.
fn major(version: &str) -> Option<u64> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs the packages in `folder`'s `package-lock.json`, unless they are installed. Install scripts do not
/// run, because no package needs them. The copy of the lock file is written last, so that an incomplete
/// installation never counts as complete.
pub(crate) async fn install(folder: &Path) -> Result<()> {
    let (lock, mark) = (folder.join("package-lock.json"), folder.join("node_modules/.lock-copy"));
    let wanted = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if fs::read(&mark).ok().as_ref() == Some(&wanted) {
        return Ok(());
    }
    eprintln!("installing the packages of {}", lock.display());
    let args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run("npm", &args, folder, "installing packages").await?;
    fs::write(&mark, wanted).with_context(|| format!("cannot write {}", mark.display()))
}

/// Runs a program in `folder` and waits for it. `what` names the task in the error.
pub(crate) async fn run(program: &str, args: &[&str], folder: &Path, what: &str) -> Result<()> {
    let status = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("CARGO", cargo::program())
        .stdin(std::process::Stdio::null())
        .stdout(cargo::to_stderr())
        .kill_on_drop(true)
        .status()
        .await
        .with_context(|| format!("cannot run `{program}`"))?;
    if !status.success() {
        let args = args.join(" ");
        bail!("{what} failed: `{program} {args}` in {} ({status})", folder.display());
    }
    Ok(())
}

/// A digest of every file in `folder` that is neither installed nor built.
fn fingerprint(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        digest.update(file.strip_prefix(folder)?.as_os_str().as_encoded_bytes());
        digest.update([0]);
        digest.update(Sha256::digest(bytes));
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if ["node_modules", "dist", ".dist-next"].iter().any(|made| name == *made) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_node_prints() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v26.0.0-nightly"), Some(26));
        assert_eq!(major("20.1.0"), None);
    }

    #[test]
    fn a_change_of_content_name_or_number_changes_the_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
            fingerprint(folder.path()).unwrap()
        };
        let first = write("ui/a.ts", "1");
        assert_eq!(write("ui/a.ts", "1"), first);
        // Generated files do not affect the fingerprint.
        assert_eq!(write("node_modules/x/a.js", "1"), first);
        assert_eq!(write("dist/index.html", "1"), first);
        let changed = write("ui/a.ts", "2");
        let added = write("ui/b.ts", "1");
        assert!(changed != first && added != first && added != changed);
    }
}
