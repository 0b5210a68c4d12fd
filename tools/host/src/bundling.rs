//! Compiles the components of an application for a program that contains them.

use anyhow::{Context, Result, ensure};

use crate::cli::Bundle;
use crate::compile::Cache;
use crate::manifest::{Manifest, manifest_file};

/// The file in the directory of a bundle that lists its components.
const INDEX: &str = "bundle.json";

/// Compiles every component of a manifest, and writes what a program needs to include them: `spin.toml`,
/// `bundle.json` (`[{"source":…,"file":…}]`), and one file for each component.
///
/// # Errors
/// The manifest is invalid or mounts files, a component is missing, or the target is unknown.
pub fn write(options: &Bundle) -> Result<()> {
    let file = manifest_file(&options.from)?;
    let manifest = Manifest::read(&file)?;
    let root = file.parent().context("the manifest has no directory")?;
    let cache = Cache::open(Cache::default_path()?)?;
    std::fs::create_dir_all(&options.output)?;
    let mut index = Vec::new();
    for (id, component) in &manifest.components {
        ensure!(
            component.files.is_empty(),
            "component {id:?} mounts files, which a bundle does not support"
        );
        let compiled = cache.compile(&root.join(&component.source), options.target.as_deref())?;
        let name = format!("{id}.cwasm");
        std::fs::copy(&compiled, options.output.join(&name))
            .with_context(|| format!("cannot copy {}", compiled.display()))?;
        index.push(serde_json::json!({"source": component.source, "file": name}));
    }
    std::fs::copy(&file, options.output.join("spin.toml"))?;
    std::fs::write(options.output.join(INDEX), serde_json::to_vec_pretty(&index)?)?;
    Ok(())
}
