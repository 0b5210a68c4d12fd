//! The files of the databases, by one rule for the host and for the commands that copy them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::runtime_config::RuntimeConfig;

/// The files of the databases.
pub struct DataFiles {
    /// The default database.
    pub database: PathBuf,
    /// The default key-value store.
    pub key_value: PathBuf,
}

impl DataFiles {
    /// The files in the state directory, or where Spin's runtime configuration says.
    ///
    /// # Errors
    /// The runtime configuration cannot be read.
    pub fn find(state: &Path, runtime_config_file: Option<&Path>) -> Result<Self> {
        Ok(Self::of(state, &RuntimeConfig::read(runtime_config_file)?))
    }

    /// The names are Spin's.
    pub(crate) fn of(state: &Path, config: &RuntimeConfig) -> Self {
        let file = |path: &Option<PathBuf>, name| path.clone().unwrap_or_else(|| state.join(name));
        Self {
            database: file(&config.sqlite, "sqlite_db.db"),
            key_value: file(&config.key_value, "sqlite_key_value.db"),
        }
    }
}
