//! The application to serve: its manifest, its compiled components, and the places of its data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[cfg(feature = "compiler")]
use anyhow::Context as _;
use anyhow::Result;
use tempfile::TempDir;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::bundle::Bundle;
use crate::cli::Resolution;
#[cfg(feature = "compiler")]
use crate::cli::Up;
#[cfg(feature = "compiler")]
use crate::compile::Cache;
use crate::files;
#[cfg(feature = "compiler")]
use crate::manifest::manifest_file;
use crate::manifest::{FileMount, Manifest};

/// The application to serve.
pub struct Application {
    source: Source,
    /// The directory of the databases.
    pub(crate) state: PathBuf,
    /// The file with the variables.
    pub(crate) env_file: PathBuf,
    /// The file with Spin's runtime configuration.
    pub(crate) runtime_config_file: Option<PathBuf>,
    /// Addresses in place of those that the DNS says, in a test.
    pub(crate) resolve: Vec<Resolution>,
    /// Variables that come before all other sources, by their lower-case names.
    pub(crate) variables: BTreeMap<String, String>,
}

/// Where the manifest and the components are.
enum Source {
    /// In the folder of a manifest.
    #[cfg(feature = "compiler")]
    Folder { manifest: PathBuf, cache: Option<PathBuf> },
    /// In this program.
    Bundle(&'static Bundle),
}

impl Application {
    /// The application whose manifest `options` names.
    ///
    /// # Errors
    /// The working directory is unknown.
    #[cfg(feature = "compiler")]
    pub fn in_folder(options: &Up) -> Result<Self> {
        let manifest = manifest_file(&options.from)?;
        let beside = |name| manifest.parent().unwrap_or(Path::new("/")).join(name);
        Ok(Self {
            state: options.state_dir.clone().unwrap_or_else(|| beside(".spin")),
            env_file: options.env_file.clone().unwrap_or_else(|| beside(".env")),
            runtime_config_file: options.runtime_config_file.clone(),
            resolve: options.resolve.clone(),
            source: Source::Folder { manifest, cache: options.cache_dir.clone() },
            variables: BTreeMap::new(),
        })
    }

    /// The application that this program contains, with its data in the directory `state`.
    #[must_use]
    pub fn of_bundle(bundle: &'static Bundle, state: PathBuf, env_file: PathBuf) -> Self {
        Self {
            source: Source::Bundle(bundle),
            state,
            env_file,
            runtime_config_file: None,
            resolve: Vec::new(),
            variables: BTreeMap::new(),
        }
    }

    /// Uses Spin's runtime configuration in a file.
    #[must_use]
    pub fn with_runtime_config(mut self, file: Option<PathBuf>) -> Self {
        self.runtime_config_file = file;
        self
    }

    /// Sets a variable, by its lower-case name, whatever the environment and the file say.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn is_in_this_program(&self) -> bool {
        matches!(self.source, Source::Bundle(_))
    }

    pub(crate) fn manifest(&self) -> Result<Manifest> {
        match &self.source {
            #[cfg(feature = "compiler")]
            Source::Folder { manifest, .. } => Manifest::read(manifest),
            Source::Bundle(bundle) => Manifest::parse(bundle.manifest),
        }
    }

    /// Copies the files that a component may read. A bundle has none.
    pub(crate) fn mount(&self, mounts: &[FileMount]) -> Result<Option<TempDir>> {
        match &self.source {
            #[cfg(feature = "compiler")]
            Source::Folder { manifest, .. } => {
                files::mount(manifest.parent().context("the manifest has no directory")?, mounts)
            }
            Source::Bundle(_) => files::mount(Path::new("/nonexistent"), mounts),
        }
    }

    pub(crate) fn code(&self, engine: &Engine) -> Result<Code> {
        Ok(match &self.source {
            #[cfg(feature = "compiler")]
            Source::Folder { manifest, cache } => {
                let root = manifest.parent().context("the manifest has no directory")?;
                let cache = cache.clone().map_or_else(Cache::default_path, Ok)?;
                Code::Folder(engine.clone(), root.to_owned(), Cache::open(cache)?)
            }
            Source::Bundle(bundle) => Code::Bundle(engine.clone(), bundle),
        })
    }
}

/// The compiled components.
pub(crate) enum Code {
    #[cfg(feature = "compiler")]
    Folder(Engine, PathBuf, Cache),
    Bundle(Engine, &'static Bundle),
}

impl Code {
    /// The component whose `source` the manifest names.
    pub(crate) async fn load(&self, source: &Path) -> Result<Component> {
        match self {
            #[cfg(feature = "compiler")]
            Self::Folder(engine, root, cache) => cache.load(engine, &root.join(source)).await,
            Self::Bundle(engine, bundle) => {
                let compiled = bundle.find(source)?;
                let engine = engine.clone();
                tokio::task::spawn_blocking(move || compiled.load(&engine)).await?
            }
        }
    }
}
