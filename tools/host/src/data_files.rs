//! The files of the databases, by one rule for the host and for the commands that copy them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::runtime_config::RuntimeConfig;

/// The names of the files, which are Spin's.
pub const DATABASE: &str = "sqlite_db.db";
/// The same for the key-value store.
pub const KEY_VALUE: &str = "sqlite_key_value.db";

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

    pub(crate) fn of(state: &Path, config: &RuntimeConfig) -> Self {
        let file = |path: &Option<PathBuf>, name| path.clone().unwrap_or_else(|| state.join(name));
        Self {
            database: file(&config.sqlite, DATABASE),
            key_value: file(&config.key_value, KEY_VALUE),
        }
    }
}
