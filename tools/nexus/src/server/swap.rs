//! The exchange of the databases in a restore, which can stop at any point and is finished later.
//!
//! A restore first makes everything ready in a directory `restore-ready-N`. From then on it is decided: each step is one
//! rename, and which one comes next follows from the files alone. So the next command that uses the installation
//! finishes what a crash or a power cut has left. This module must not delete a database that was in use.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nexus_host::data_files::{DATABASE, DataFiles, KEY_VALUE};

/// How the name of a directory with databases that are ready begins.
const READY: &str = "restore-ready-";
/// How the name of a directory begins in which a restore unpacks its file.
pub(super) const UNPACKED: &str = "restore-new-";
/// How the name of a directory with replaced databases begins.
const REPLACED: &str = "before-restore-";
/// The files that SQLite keeps beside a database.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// An exchange that is decided and not finished.
pub(super) struct Swap {
    state: PathBuf,
    /// The files, the main database last: as long as it is ready, the exchange is not finished.
    places: [(PathBuf, &'static str); 2],
    ready: PathBuf,
    /// Where the replaced files go.
    pub(super) replaced: PathBuf,
}

impl Swap {
    /// Decides the exchange: the databases in `folder` become ready. `now` is in seconds since the Unix epoch.
    ///
    /// # Errors
    /// A database is on another filesystem than the state directory, so that no rename leads there.
    pub(super) fn decide(state: &Path, data: &DataFiles, folder: &Path, now: u64) -> Result<Self> {
        let swap = Self::of(state, data, &now.to_string());
        let device = fs::metadata(state)?.dev();
        for (place, _) in &swap.places {
            let parent = place.parent().unwrap_or(state);
            fs::create_dir_all(parent)?;
            ensure!(
                fs::metadata(parent)?.dev() == device,
                "{} is on another filesystem than {}, so it cannot be replaced in one step. Move it there for the \
                 restore",
                place.display(),
                state.display()
            );
        }
        for (_, name) in &swap.places {
            if !folder.join(name).exists() {
                File::create(folder.join(format!("{name}.absent")))?.sync_all()?;
            }
        }
        sync(folder)?;
        fs::rename(folder, &swap.ready)?;
        sync(state)?;
        Ok(swap)
    }

    /// The exchange that was decided and not finished, if there is one.
    pub(super) fn find(state: &Path, data: &DataFiles) -> Result<Option<Self>> {
        for entry in entries(state)? {
            if let Some(number) = entry.strip_prefix(READY) {
                return Ok(Some(Self::of(state, data, number)));
            }
        }
        Ok(None)
    }

    fn of(state: &Path, data: &DataFiles, number: &str) -> Self {
        Self {
            state: state.to_owned(),
            places: [(data.key_value.clone(), KEY_VALUE), (data.database.clone(), DATABASE)],
            ready: state.join(format!("{READY}{number}")),
            replaced: state.join(format!("{REPLACED}{number}")),
        }
    }

    /// Finishes the exchange. Returns whether there were databases before.
    ///
    /// # Errors
    /// A file cannot be renamed. The exchange is finished later.
    pub(super) fn finish(&self) -> Result<bool> {
        let why = || {
            format!("the restore is not finished; {} has the new databases", self.ready.display())
        };
        while self.step().with_context(why)? {}
        Ok(self.replaced.exists())
    }

    /// Takes the next step. Returns whether there was one.
    fn step(&self) -> io::Result<bool> {
        if !self.ready.join(DATABASE).exists() {
            // The main database is in its place, and it was the last one.
            return match self.ready.exists() {
                true => fs::remove_dir(&self.ready).and_then(|()| sync(&self.state)).map(|()| true),
                false => Ok(false),
            };
        }
        for (place, name) in &self.places {
            let (restored, absent) = (self.ready.join(name), self.absent(name));
            if !restored.exists() && !absent.exists() {
                // It is in its place.
                continue;
            }
            for suffix in SUFFIXES {
                let old = beside(place, suffix);
                if old.exists() {
                    fs::create_dir_all(&self.replaced)?;
                    fs::rename(&old, self.replaced.join(format!("{name}{suffix}")))?;
                    sync(&self.replaced)?;
                    return sync_parent(place).map(|()| true);
                }
            }
            match restored.exists() {
                true => fs::rename(&restored, place)?,
                false => fs::remove_file(&absent)?,
            }
            sync(&self.ready)?;
            return sync_parent(place).map(|()| true);
        }
        Ok(false)
    }

    /// The file that says that the backup does not have a database.
    fn absent(&self, name: &str) -> PathBuf {
        self.ready.join(format!("{name}.absent"))
    }
}

/// Deletes what restores have unpacked that were stopped before they were decided.
///
/// # Errors
/// A directory cannot be read or deleted.
pub(super) fn forget_undecided(state: &Path) -> Result<()> {
    for entry in entries(state)? {
        if entry.starts_with(UNPACKED) {
            fs::remove_dir_all(state.join(entry))?;
        }
    }
    Ok(())
}

/// The names in the state directory, which need not exist.
fn entries(state: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(state) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot read {}", state.display()))?,
    };
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes renames in a directory survive a power cut.
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The files of a directory with their texts, without the times in names.
    fn files(folder: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for name in entries(folder).unwrap() {
            let path = folder.join(&name);
            if path.is_dir() {
                let inside = entries(&path).unwrap().into_iter();
                found.extend(inside.map(|file| {
                    (format!("{name}/{file}"), fs::read_to_string(path.join(&file)).unwrap())
                }));
            } else {
                found.insert(name.clone(), fs::read_to_string(path).unwrap());
            }
        }
        found
    }

    /// An installation, and what a restore has unpacked.
    fn installation(has_key_value: bool) -> (tempfile::TempDir, DataFiles, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        for name in [DATABASE, KEY_VALUE] {
            fs::write(state.join(name), "old").unwrap();
            fs::write(state.join(format!("{name}-wal")), "old wal").unwrap();
        }
        let unpacked = state.join(format!("{UNPACKED}x"));
        fs::create_dir(&unpacked).unwrap();
        fs::write(unpacked.join(DATABASE), "new").unwrap();
        if has_key_value {
            fs::write(unpacked.join(KEY_VALUE), "new").unwrap();
        }
        let data = DataFiles::find(state, None).unwrap();
        (folder, data, unpacked)
    }

    #[test]
    fn an_exchange_that_stops_anywhere_is_finished_later() {
        for has_key_value in [true, false] {
            let mut expected = BTreeMap::from([(DATABASE.to_owned(), "new".to_owned())]);
            if has_key_value {
                expected.insert(KEY_VALUE.to_owned(), "new".to_owned());
            }
            for name in [DATABASE, KEY_VALUE] {
                expected.insert(format!("before-restore-7/{name}"), "old".to_owned());
                expected.insert(format!("before-restore-7/{name}-wal"), "old wal".to_owned());
            }
            let mut stop_after = 0;
            loop {
                let (folder, data, unpacked) = installation(has_key_value);
                let state = folder.path();
                let swap = Swap::decide(state, &data, &unpacked, 7).unwrap();
                let taken = (0..stop_after).take_while(|_| swap.step().unwrap()).count();
                // The process ends here, and another one begins.
                drop(swap);
                if let Some(swap) = Swap::find(state, &data).unwrap() {
                    assert!(swap.finish().unwrap());
                }
                assert_eq!(files(state), expected, "stopped after {stop_after}");
                assert!(Swap::find(state, &data).unwrap().is_none());
                if taken < stop_after {
                    break;
                }
                stop_after += 1;
            }
            assert!(stop_after > 5, "{stop_after} steps");
        }
    }

    #[test]
    fn what_was_not_decided_changes_nothing() {
        let (folder, data, _) = installation(true);
        forget_undecided(folder.path()).unwrap();
        assert!(Swap::find(folder.path(), &data).unwrap().is_none());
        let left = files(folder.path());
        assert_eq!((left.len(), left[DATABASE].as_str()), (4, "old"));
    }
}
