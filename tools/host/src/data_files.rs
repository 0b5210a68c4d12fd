//! The files of the databases, by one rule for the host and for the commands that copy them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::runtime_config::{Kv, RuntimeConfig, Sqlite};

/// The names of the files, which are Spin's.
pub const DATABASE: &str = "sqlite_db.db";
/// The same for the key-value store.
pub const KEY_VALUE: &str = "sqlite_key_value.db";

/// The files of the databases. A file whose data are on a server does not exist.
pub struct DataFiles {
    /// The default database.
    pub database: PathBuf,
    /// The default key-value store.
    pub key_value: PathBuf,
    /// The tables of the runtime configuration that put data on a server, such as `[sqlite_database.default]`.
    pub on_servers: Vec<&'static str>,
}

impl DataFiles {
    /// The files in the state directory, or where Spin's runtime configuration says.
    ///
    /// # Errors
    /// The runtime configuration cannot be read.
    pub fn find(state: &Path, runtime_config_file: Option<&Path>) -> Result<Self> {
        Ok(Self::of(state, &RuntimeConfig::read(runtime_config_file)?))
    }

    pub(crate) fn of(state: &Path, config: &RuntimeConfig) -> Self {
        let (mut database, mut key_value) = (state.join(DATABASE), state.join(KEY_VALUE));
        let mut on_servers = Vec::new();
        match &config.sqlite {
            Some(Sqlite::File(path)) => database.clone_from(path),
            Some(Sqlite::Server(_)) => on_servers.push("[sqlite_database.default]"),
            None => {}
        }
        match &config.key_value {
            Some(Kv::File(path)) => key_value.clone_from(path),
            Some(Kv::Server(_)) => on_servers.push("[key_value_store.default]"),
            None => {}
        }
        Self { database, key_value, on_servers }
    }
}
