//! The ahead-of-time compiler, with a cache.
//!
//! A separate process compiles, because compiling would leave 30 MB of memory in use in this one. The result
//! is native code, so it is loaded only from a directory that no other user can write to.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::{config, error};

/// Cached components that were not written for this long are removed.
const MAX_AGE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// An engine that only compiles: for any machine of the target, or without one for exactly this machine.
fn compiler(target: Option<&str>) -> Result<Engine> {
    let mut config = config();
    if let Some(target) = target {
        config.target(target).map_err(error)?;
    }
    Engine::new(&config).map_err(error)
}

/// The directory of compiled components.
pub(crate) struct Cache(PathBuf);

impl Cache {
    /// Opens or creates the directory. Fails if another user owns it or can write to it.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let name = path.display();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("cannot create the cache directory {name}"))?;
        // Our user id, as this file system reports it.
        let ours = tempfile::tempfile_in(&path)
            .and_then(|file| file.metadata())
            .with_context(|| format!("cannot write to the cache directory {name}"))?;
        let found = std::fs::symlink_metadata(&path)?;
        ensure!(
            found.is_dir() && found.uid() == ours.uid() && found.mode() & 0o077 == 0,
            "the cache directory {name} must be a directory of this user with mode 700: \
             native code is loaded from it"
        );
        let cache = Self(path);
        cache.remove_old();
        Ok(cache)
    }

    /// `$XDG_CACHE_HOME/nexus-host`, or the same in `~/.cache`.
    pub(crate) fn default_path() -> Result<PathBuf> {
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.filter(|path| path.is_absolute()).or_else(home);
        Ok(cache
            .context("HOME is not set, so there is no default cache directory; use --cache-dir")?
            .join("nexus-host"))
    }

    /// The component in this file, compiled now or earlier, for this machine.
    pub(crate) async fn load(&self, engine: &Engine, source: &Path) -> Result<Component> {
        let compiled = self.place(engine, source)?;
        if !compiled.exists() {
            compile_elsewhere(source, &compiled).await?;
        }
        // SAFETY: the file was written by `precompile` of this same program, under the hash of its source and
        // of the engine's settings, into a directory that only this user can write to (`Cache::open`). It was
        // written by a rename, so it is complete.
        let component = unsafe { Component::deserialize_file(engine, &compiled) };
        component.map_err(error).with_context(|| {
            format!("cannot load {}; remove the file and try again", compiled.display())
        })
    }

    /// Compiles a component in this process, unless that was done earlier, for any machine of the target, or without
    /// one for exactly this machine. Returns the file.
    pub(crate) fn compile(&self, source: &Path, target: Option<&str>) -> Result<PathBuf> {
        let engine = compiler(target)?;
        let compiled = self.place(&engine, source)?;
        if !compiled.exists() {
            write(&engine, source, &compiled)
                .with_context(|| format!("cannot compile {}", source.display()))?;
        }
        Ok(compiled)
    }

    /// The file for what `engine` makes of a component.
    fn place(&self, engine: &Engine, source: &Path) -> Result<PathBuf> {
        let wasm = std::fs::read(source).with_context(|| {
            format!("cannot read {}; run `cargo xtask build`", source.display())
        })?;
        Ok(self.0.join(key(engine, &wasm)))
    }

    fn remove_old(&self) {
        let Ok(entries) = std::fs::read_dir(&self.0) else { return };
        for entry in entries.flatten() {
            let age = entry
                .metadata()
                .and_then(|found| found.modified())
                .map(|made| SystemTime::now().duration_since(made).unwrap_or_default());
            if age.is_ok_and(|age| age > MAX_AGE) {
                // Another process may already have removed it.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

fn key(engine: &Engine, wasm: &[u8]) -> String {
    let mut settings = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut settings);
    let source: String = Sha256::digest(wasm).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{source}-{:016x}.cwasm", settings.finish())
}

async fn compile_elsewhere(source: &Path, target: &Path) -> Result<()> {
    let output = tokio::process::Command::new(std::env::current_exe()?)
        .arg("precompile")
        .arg(source)
        .arg(target)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start the compiler")?;
    ensure!(
        output.status.success(),
        "cannot compile {}: {}",
        source.display(),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

/// Compiles one file into another, for this machine. This is the entire `precompile` subcommand.
///
/// # Errors
/// The source is not a component, or a file cannot be read or written.
pub fn precompile(source: &Path, target: &Path) -> Result<()> {
    write(&compiler(None)?, source, target)
}

/// Compiles one file into another. Hosts that start together need the same files: one of them compiles, and the
/// others wait.
fn write(engine: &Engine, source: &Path, target: &Path) -> Result<()> {
    let lock = std::fs::File::create(target.with_extension("lock"))?;
    lock.lock()?;
    if target.exists() {
        return Ok(());
    }
    let wasm = std::fs::read(source)?;
    let compiled = engine.precompile_component(&wasm).map_err(error)?;
    let directory = target.parent().context("the target has no directory")?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&compiled)?;
    file.persist(target)?;
    Ok(())
}
