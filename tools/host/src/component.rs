//! One component of the running application: its rights and its settings, all resolved.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use tempfile::TempDir;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use crate::kv_store::KeyValue;
use crate::outbound::allowed_hosts::AllowedHosts;
use crate::runtime_config::Database;
use crate::stdio::{Output, Target};

/// The data that all instances of a component share.
pub(crate) struct Component {
    pub(crate) id: Arc<str>,
    pub(crate) variables: HashMap<String, String>,
    pub(crate) databases: HashSet<String>,
    pub(crate) database: Database,
    pub(crate) stores: HashSet<String>,
    pub(crate) key_value: KeyValue,
    pub(crate) allowed_hosts: Arc<AllowedHosts>,
    pub(crate) environment: Vec<(String, String)>,
    /// A copy of the mounted files, removed when the host ends.
    pub(crate) files: Option<TempDir>,
}

impl Component {
    /// The WASI context of one instance: its environment, its read-only files and its output. It has no
    /// sockets and no name lookups.
    pub(crate) fn wasi(&self) -> Result<WasiCtx> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.envs(&self.environment);
        wasi.stdout(Output::new(self.id.clone(), Target::Stdout));
        wasi.stderr(Output::new(self.id.clone(), Target::Stderr));
        if let Some(files) = &self.files {
            wasi.preopened_dir(files.path(), "/", FsPerms::ReadOnly)
                .map_err(crate::engine::error)
                .context("cannot open the mounted files")?;
        }
        Ok(wasi.build())
    }
}
