//! The folder of the manifests, and that of drafts. A manifest that is not complete is a draft, outside `manifests`: what is
//! there is built into the application, a file that breaks a rule fails that build, and each change starts it anew.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// The folders.
pub(crate) struct Folder {
    root: PathBuf,
    /// The folder of the drafts and of the state of the pages.
    own: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: Option<PathBuf>) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        match root {
            Some(root) => Self { own: root.clone(), root },
            None => Self { root: here.join("../../manifests"), own: here.to_owned() },
        }
    }

    /// The file of a manifest.
    pub(crate) fn manifest(&self, id: &str) -> PathBuf {
        self.root.join(format!("{id}.json"))
    }

    /// The file of a draft.
    pub(crate) fn draft(&self, id: &str) -> PathBuf {
        self.own.join("drafts").join(format!("{id}.json"))
    }

    /// The file with the state of the pages when they were last read.
    pub(crate) fn pages(&self) -> PathBuf {
        self.own.join("pages.tsv")
    }

    /// The text of a manifest, or of its draft.
    pub(crate) fn read(&self, id: &str) -> Result<String> {
        require_id(id)?;
        let files = [self.manifest(id), self.draft(id)];
        let Some(file) = files.iter().find(|file| file.is_file()) else {
            bail!("there is no manifest {id}. Make one with: cargo xtask manifest new {id}");
        };
        fs::read_to_string(file).with_context(|| file.display().to_string())
    }

    /// The ids of all manifests, sorted. Drafts are not among them.
    pub(crate) fn ids(&self) -> Result<Vec<String>> {
        let listing = fs::read_dir(&self.root).with_context(|| self.root.display().to_string())?;
        let mut ids = Vec::new();
        for entry in listing {
            let path = entry?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|end| end == "json") && stem != "schema" {
                ids.push(stem.to_owned());
            }
        }
        ids.sort();
        Ok(ids)
    }
}

/// Checks the form of the id of a built-in manifest, which is also the name of its file.
pub(crate) fn require_id(id: &str) -> Result<()> {
    let is_slug = (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    ensure!(
        is_slug && !id.starts_with("custom-") && id != "schema",
        "`{id}` cannot be the id of a built-in manifest: it must match [a-z0-9-]{{1,64}}, and must not start with custom-"
    );
    Ok(())
}

/// Writes a file, whole or not at all.
pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    let place = || file.display().to_string();
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(place)?;
    }
    let part = file.with_extension("part");
    fs::write(&part, text).with_context(place)?;
    fs::rename(&part, file).with_context(place)
}
