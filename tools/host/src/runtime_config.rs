//! Reads Spin's runtime configuration: an operator's settings in addition to the manifest. The supported keys
//! are `block_networks` of `[outbound_networking]`, and the default stores: `[sqlite_database.default]` with
//! `type = "spin"` and `path`, or `type = "libsql"`, `url` and `token`, and `[key_value_store.default]` with
//! `type = "spin"` and `path`, or `type = "redis"` and `url`.
//!
//! Any other key is an error, as in the manifest, because Spin supports more keys and would apply them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::database_file::DatabaseFile;
use crate::outbound::blocked_networks::BlockedNetworks;
use crate::toml_file;

/// The content of the file; empty without a file.
#[derive(Debug, Default)]
pub(crate) struct RuntimeConfig {
    pub(crate) blocked_networks: BlockedNetworks,
    /// The default database, if it is not in the state directory.
    pub(crate) sqlite: Option<Sqlite>,
    /// The default key-value store, if it is not in the state directory.
    pub(crate) key_value: Option<Kv>,
}

/// Where a SQLite database is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sqlite {
    /// In a file.
    File(PathBuf),
    /// On a libSQL server.
    Server(Arc<LibsqlServer>),
}

/// A libSQL server.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct LibsqlServer {
    /// `http://` or `https://`.
    pub(crate) url: String,
    /// Sent as a bearer token.
    pub(crate) token: String,
}

/// The token is a secret, and the URL may have one.
impl fmt::Debug for LibsqlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LibsqlServer").finish_non_exhaustive()
    }
}

/// Where the database of the components is.
#[derive(Clone)]
pub(crate) enum Database {
    /// In a file.
    File(Arc<DatabaseFile>),
    /// On a libSQL server.
    Server(Arc<LibsqlServer>),
}

/// Where a key-value store is.
#[derive(PartialEq, Eq)]
pub(crate) enum Kv {
    /// In a file.
    File(PathBuf),
    /// On the Redis server with this URL.
    Server(String),
}

/// The URL of a server may have a password.
impl fmt::Debug for Kv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Server(_) => f.write_str("Server"),
        }
    }
}

/// The content of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default)]
    outbound_networking: OutboundNetworking,
    #[serde(default)]
    sqlite_database: Stores<SqliteTable>,
    #[serde(default)]
    key_value_store: Stores<KvTable>,
}

/// `[outbound_networking]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutboundNetworking {
    #[serde(default)]
    block_networks: BlockedNetworks,
}

/// `[sqlite_database.<label>]` or `[key_value_store.<label>]`. Components cannot use other labels.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stores<T> {
    default: Option<T>,
}

impl<T> Default for Stores<T> {
    fn default() -> Self {
        Self { default: None }
    }
}

/// A database.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum SqliteTable {
    Spin(File),
    Libsql(LibsqlServer),
}

/// A key-value store.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum KvTable {
    Spin(File),
    Redis(RedisServer),
}

/// A file. Without a `path`, Spin uses memory, which this host does not support.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: PathBuf,
}

/// A Redis server.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedisServer {
    url: String,
}

impl RuntimeConfig {
    /// Reads the file, if there is one. Errors name the file, the line, the table and the key.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let path = std::path::absolute(path)?;
        let file: Settings = toml_file::read(&path, "runtime configuration")?;
        let folder = path.parent().context("the runtime configuration has no directory")?;
        // As in Spin, the first is relative to the working directory, the second to this file's directory.
        let sqlite = match file.sqlite_database.default {
            Some(SqliteTable::Spin(file)) => Some(Sqlite::File(std::path::absolute(file.path)?)),
            Some(SqliteTable::Libsql(server)) => {
                ensure!(
                    server.url.starts_with("http://") || server.url.starts_with("https://"),
                    "{}, in [sqlite_database.default]: the url does not start with \"http://\" or \"https://\"",
                    path.display()
                );
                Some(Sqlite::Server(Arc::new(server)))
            }
            None => None,
        };
        let key_value = match file.key_value_store.default {
            Some(KvTable::Spin(file)) => Some(Kv::File(folder.join(file.path))),
            Some(KvTable::Redis(server)) => Some(Kv::Server(server.url)),
            None => None,
        };
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
        let database = std::env::current_dir().unwrap().join("a/b.db");
        assert_eq!(config.sqlite, Some(Sqlite::File(database)));
        assert_eq!(config.key_value, Some(Kv::File(directory.path().join("a/b.db"))));
    }

    #[test]
    fn the_secrets_of_servers_are_not_printed() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("runtime-config.toml");
        let text = "[sqlite_database.default]\ntype = \"libsql\"\nurl = \"https://db.test\"\ntoken = \"secret-1\"\n\
                    [key_value_store.default]\ntype = \"redis\"\nurl = \"redis://:secret-2@kv.test\"\n";
        std::fs::write(&file, text).unwrap();
        let config = RuntimeConfig::read(Some(&file)).unwrap();
        assert_eq!(config.key_value, Some(Kv::Server("redis://:secret-2@kv.test".to_owned())));
        let shown = format!("{config:?}");
        assert!(shown.contains("LibsqlServer"), "{shown}");
        assert!(!shown.contains("secret") && !shown.contains("db.test"), "{shown}");
    }
}
