//! `files`: copies the files that a component may read into a separate directory, as Spin does, so that a
//! guest sees its files as they were at the start, all under one root.
//!
//! No file from outside the application's directory is copied.

use std::path::{Component as Part, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::manifest::FileMount;

/// Copies the files of one component; `None` if there are none.
pub(crate) fn mount(root: &Path, mounts: &[FileMount]) -> Result<Option<TempDir>> {
    if mounts.is_empty() {
        return Ok(None);
    }
    let target = TempDir::with_prefix("nexus-host-files-")?;
    for mount in mounts {
        match mount {
            FileMount::Pattern(pattern) => copy_pattern(root, pattern, target.path())
                .with_context(|| format!("files: {pattern:?}"))?,
            FileMount::Placement(placement) => {
                let source = inside(root, &placement.source)?;
                let destination = Path::new(placement.destination.trim_start_matches('/'));
                let destination = inside(target.path(), destination)?;
                copy(&source, &destination)
                    .with_context(|| format!("files: {}", placement.source.display()))?;
            }
        }
    }
    Ok(Some(target))
}

/// An existing path is mounted at the same place. Anything else is a glob pattern over the files.
fn copy_pattern(root: &Path, pattern: &str, target: &Path) -> Result<()> {
    let path = inside(root, Path::new(pattern))?;
    if path.exists() {
        return copy(&path, &inside(target, Path::new(pattern))?);
    }
    ensure!(
        pattern.contains(['*', '?', '[']),
        "the file does not exist, and this is not a pattern"
    );
    let glob = path.to_str().context("the path is not UTF-8")?;
    for found in glob::glob(glob)? {
        let found = found?;
        if found.is_file() {
            copy(&found, &target.join(found.strip_prefix(root)?))?;
        }
    }
    Ok(())
}

/// Copies a file, or a directory with everything in it.
fn copy(source: &Path, destination: &Path) -> Result<()> {
    let kind =
        std::fs::metadata(source).with_context(|| format!("cannot read {}", source.display()))?;
    if kind.is_dir() {
        std::fs::create_dir_all(destination)?;
        for entry in std::fs::read_dir(source)? {
            let entry = entry?;
            copy(&entry.path(), &destination.join(entry.file_name()))?;
        }
    } else if kind.is_file() {
        if let Some(parent) = destination.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(source, destination)
            .with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}

/// Joins `path` to `root`, and checks that it stays below it.
fn inside(root: &Path, path: &Path) -> Result<PathBuf> {
    let plain = |part: Part<'_>| matches!(part, Part::Normal(_) | Part::CurDir);
    if !path.components().all(plain) {
        bail!("files: {} is outside the application's directory", path.display());
    }
    Ok(root.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Placement;

    fn app() -> TempDir {
        let root = TempDir::new().unwrap();
        std::fs::create_dir_all(root.path().join("static/dist/deep")).unwrap();
        std::fs::write(root.path().join("static/dist/a.txt"), "a").unwrap();
        std::fs::write(root.path().join("static/dist/deep/b.txt"), "b").unwrap();
        root
    }

    fn placed(source: &str, destination: &str) -> FileMount {
        FileMount::Placement(Placement {
            source: source.into(),
            destination: destination.to_owned(),
        })
    }

    #[test]
    fn a_directory_is_copied_with_its_content() {
        let root = app();
        let target = mount(root.path(), &[placed("static/dist", "/")]).unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(target.path().join("deep/b.txt")).unwrap(), "b");
    }

    #[test]
    fn a_pattern_keeps_the_path() {
        let root = app();
        let mounts = [FileMount::Pattern("static/**/*.txt".to_owned())];
        let target = mount(root.path(), &mounts).unwrap().unwrap();
        assert!(target.path().join("static/dist/a.txt").is_file());
        assert!(target.path().join("static/dist/deep/b.txt").is_file());
    }

    #[test]
    fn outside_and_missing_files_are_errors() {
        let root = app();
        for mounts in [
            [placed("../x", "/")],
            [placed("/etc/passwd", "/p")],
            [placed("static", "../out")],
            [placed("nowhere", "/")],
            [FileMount::Pattern("nowhere".to_owned())],
        ] {
            assert!(mount(root.path(), &mounts).is_err(), "{mounts:?}");
        }
    }
}
