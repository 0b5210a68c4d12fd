//! The state directory, which only its user may read. It contains ciphertexts, but also names, accounts and the
//! audit record, and for `nexus` the keys.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::Mode;
use rustix::process::umask;

/// The file with the variables of an installation, in its state directory.
pub const VARIABLES: &str = ".env";

/// The state directory of an installation that names none: `nexus` in `$XDG_STATE_HOME`, or in `~/.local/state`.
///
/// # Errors
/// `HOME` is not set.
pub fn default_directory() -> Result<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|path| path.is_absolute()).or_else(home);
    let state = state.context(
        "HOME is not set, so there is no default state directory; name one with --state-dir",
    )?;
    Ok(state.join("nexus"))
}

/// Creates the directory, and makes it and its content readable by its user only. From then on, this also
/// applies to every file that this process and its children write.
///
/// # Errors
/// The directory cannot be created, or belongs to another user.
pub fn make(state: &Path) -> Result<()> {
    create(state)?;
    close(state).with_context(|| format!("cannot restrict {} to its user", state.display()))
}

/// Creates the directory. From now on, every file that this process and its children write is readable by its user
/// only.
///
/// # Errors
/// The directory cannot be created.
pub fn create(state: &Path) -> Result<()> {
    umask(Mode::RWXG | Mode::RWXO);
    fs::create_dir_all(state)
        .with_context(|| format!("cannot create the state directory {}", state.display()))
}

/// Removes other users' permissions from a directory and all of its content.
fn close(directory: &Path) -> std::io::Result<()> {
    fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            close(&entry.path())?;
        } else if kind.is_file() {
            fs::set_permissions(entry.path(), Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_files_become_private() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join(".spin");
        fs::create_dir_all(state.join("logs")).unwrap();
        let files = ["sqlite_db.db", "sqlite_db.db-wal", "logs/broker.txt"];
        for file in files {
            fs::write(state.join(file), "").unwrap();
            fs::set_permissions(state.join(file), Permissions::from_mode(0o644)).unwrap();
        }
        make(&state).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(&state.join("logs"))), (0o700, 0o700));
        for file in files {
            assert_eq!(mode(&state.join(file)), 0o600, "{file}");
        }
        fs::write(state.join("new"), "").unwrap();
        assert_eq!(mode(&state.join("new")), 0o600);
    }
}
