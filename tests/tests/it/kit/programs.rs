//! The repository and the programs that the tests run.

use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn repo() -> PathBuf {
    match std::env::var_os("NEXUS_REPO") {
        Some(root) => root.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
    }
}

/// The program of `cargo xtask`.
pub(crate) fn xtask() -> PathBuf {
    let built = || repo().join("target/debug/xtask");
    std::env::var_os("NEXUS_XTASK").map_or_else(built, PathBuf::from)
}

/// The operator's tool, `nexus`.
pub(crate) fn nexus() -> PathBuf {
    let built = || repo().join("target/debug/nexus");
    std::env::var_os("NEXUS_CLI").map_or_else(built, PathBuf::from)
}
