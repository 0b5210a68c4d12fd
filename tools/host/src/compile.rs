//! The engine, and its ahead-of-time compiler with a cache.
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
use wasmtime::component::Component;
use wasmtime::{Config, Engine, PoolingAllocationConfig};

use crate::cli::Limits;

/// How often a computing guest yields to others.
const TICK: Duration = Duration::from_millis(10);

/// Cached components that were not written for this long are removed.
const MAX_AGE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The engine of the process that compiles for the host.
fn compiler() -> Result<Engine> {
    Engine::new(&config()).map_err(error)
}

/// The settings that the compiled code depends on; the compiler and the host must use the same.
fn config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    // A guest that computes endlessly must share its thread.
    config.epoch_interruption(true);
    config
}

/// The engine of the host. Its instances come from a pool, as in Spin, so that the limits and their errors
/// are the same.
pub(crate) fn engine(limits: &Limits) -> Result<Engine> {
    let instances = limits.max_instance_count;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_memories(instances)
        .total_tables(instances.saturating_mul(2))
        .total_stacks(limits.max_fiber_count.unwrap_or(instances))
        .total_core_instances(instances.saturating_mul(4))
        .table_elements(100_000)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_core_instances_per_component(200)
        .max_tables_per_component(64)
        .max_memories_per_component(32)
        .max_tables_per_module(2)
        .max_memories_per_module(2)
        .max_memory_size(4 << 30)
        .linear_memory_keep_resident(limits.keep_resident);
    let mut config = config();
    config.allocation_strategy(pool);
    Engine::new(&config).map_err(error).with_context(|| {
        format!(
            "cannot reserve the address space of {instances} instances; use fewer with \
             --max-instance-count"
        )
    })
}

/// Converts Wasmtime's own error type.
pub(crate) fn error(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into_boxed_dyn_error())
}

/// Advances the engine's epoch until the process ends.
pub(crate) fn start_clock(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            std::thread::sleep(TICK);
        }
    });
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

    /// The component in this file, compiled now or earlier.
    pub(crate) async fn load(&self, engine: &Engine, source: &Path) -> Result<Component> {
        let wasm = tokio::fs::read(source).await.with_context(|| {
            format!("cannot read {}; run `cargo xtask build`", source.display())
        })?;
        let compiled = self.0.join(key(engine, &wasm));
        drop(wasm);
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

/// Compiles one file into another. This is the entire `precompile` subcommand. Hosts that start together need the
/// same files: one of them compiles, and the others wait.
pub(crate) fn precompile(source: &Path, target: &Path) -> Result<()> {
    let lock = std::fs::File::create(target.with_extension("lock"))?;
    lock.lock()?;
    if target.exists() {
        return Ok(());
    }
    let wasm = std::fs::read(source)?;
    let compiled = compiler()?.precompile_component(&wasm).map_err(error)?;
    let directory = target.parent().context("the target has no directory")?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&compiled)?;
    file.persist(target)?;
    Ok(())
}
