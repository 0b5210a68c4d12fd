//! Reads Spin's runtime configuration: an operator's settings in addition to the manifest. The supported keys
//! are `block_networks` of `[outbound_networking]`, and `type` and `path` of `[sqlite_database.default]` and
//! `[key_value_store.default]`.
//!
//! Any other key is an error, as in the manifest, because Spin supports more keys and would apply them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::outbound::blocked_networks::BlockedNetworks;
use crate::toml_file;

/// The content of the file; empty without a file.
#[derive(Debug, Default)]
pub(crate) struct RuntimeConfig {
    pub(crate) blocked_networks: BlockedNetworks,
    /// The path of the default database, if it is not in the state directory.
    pub(crate) sqlite: Option<PathBuf>,
    /// The path of the default key-value store, if it is not in the state directory.
    pub(crate) key_value: Option<PathBuf>,
}

/// The content of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    outbound_networking: OutboundNetworking,
    #[serde(default)]
    sqlite_database: Stores,
    #[serde(default)]
    key_value_store: Stores,
}

/// `[outbound_networking]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboundNetworking {
    #[serde(default)]
    block_networks: BlockedNetworks,
}

/// `[sqlite_database.<label>]` or `[key_value_store.<label>]`. Components cannot use other labels.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stores {
    default: Option<Store>,
}

/// A file. Without a `path`, Spin uses memory, which this host does not support.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Store {
    #[serde(rename = "type")]
    _kind: Kind,
    path: PathBuf,
}

/// The kind of a store: only a local file.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Spin,
}

impl RuntimeConfig {
    /// Reads the file, if there is one. Errors name the file, the line, the table and the key.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let path = std::path::absolute(path)?;
        let file: File = toml_file::read(&path, "runtime configuration")?;
        let folder = path.parent().context("the runtime configuration has no directory")?;
        let stored = |stores: Stores| stores.default.map(|store| store.path);
        // As in Spin, the first is relative to the working directory, the second to this file's directory.
        let sqlite = stored(file.sqlite_database).map(std::path::absolute).transpose()?;
        let key_value = stored(file.key_value_store).map(|path| folder.join(path));
        let blocked_networks = file.outbound_networking.block_networks;
        Ok(Self { blocked_networks, sqlite, key_value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_database_is_in_the_working_directory_and_a_store_beside_the_file() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("runtime-config.toml");
        let text = "[sqlite_database.default]\ntype = \"spin\"\npath = \"a/b.db\"\n\
                    [key_value_store.default]\ntype = \"spin\"\npath = \"a/b.db\"\n";
        std::fs::write(&file, text).unwrap();
        let config = RuntimeConfig::read(Some(&file)).unwrap();
        assert_eq!(config.sqlite, Some(std::env::current_dir().unwrap().join("a/b.db")));
        assert_eq!(config.key_value, Some(directory.path().join("a/b.db")));
    }
}
