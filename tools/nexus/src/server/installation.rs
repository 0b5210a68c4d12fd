//! An installation: the directory with its databases and its keys, and the lock that says who uses them.

use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use nexus_host::application::Application;
use nexus_host::data_files::DataFiles;
use rustix::fs::{FlockOperation, flock};

use super::bundle;
use super::swap::Swap;
use crate::state;
use crate::variables::Variables;

/// Where an installation is.
#[derive(clap::Args)]
pub struct Place {
    /// Directory of the databases and the keys [default: nexus in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, env = "NEXUS_STATE_DIR")]
    state_dir: Option<PathBuf>,
    /// File with SPIN_VARIABLE_<NAME>=<value> lines [default: .env in the state directory]
    #[arg(long)]
    env_file: Option<PathBuf>,
    /// File with Spin's runtime configuration: blocked networks, and where the stores are
    #[arg(long, env = "RUNTIME_CONFIG_FILE")]
    runtime_config_file: Option<PathBuf>,
}

/// The file that is locked.
const LOCK: &str = "nexus.lock";

/// How the names of everything in a state directory begin.
const OURS: [&str; 6] =
    [state::VARIABLES, LOCK, "sqlite_", "before-restore-", "backup-", "restore-"];

/// Removes other users' permissions from a file or a directory.
fn restrict(path: &Path) -> std::io::Result<()> {
    let found = std::fs::symlink_metadata(path)?;
    let mode = if found.is_dir() { 0o700 } else { 0o600 };
    match found.is_symlink() {
        true => Ok(()),
        false => std::fs::set_permissions(path, Permissions::from_mode(mode)),
    }
}

/// The file with the variables of the default installation.
///
/// # Errors
/// The state directory is unknown.
pub fn default_env_file() -> Result<PathBuf> {
    match std::env::var_os("NEXUS_STATE_DIR") {
        Some(directory) => Ok(PathBuf::from(directory).join(state::VARIABLES)),
        None => Ok(state::default_directory()?.join(state::VARIABLES)),
    }
}

/// An installation on this machine.
pub(super) struct Installation {
    /// The directory of the databases.
    pub(super) state: PathBuf,
    /// The file with the variables.
    pub(super) env_file: PathBuf,
    /// Spin's runtime configuration.
    runtime_config_file: Option<PathBuf>,
    /// The databases.
    pub(super) data: DataFiles,
}

impl Installation {
    pub(super) fn find(place: &Place) -> Result<Self> {
        let state = place.state_dir.clone().map_or_else(state::default_directory, Ok)?;
        let state = std::path::absolute(state)?;
        let env_file = place.env_file.clone().unwrap_or_else(|| state.join(state::VARIABLES));
        let data = DataFiles::find(&state, place.runtime_config_file.as_deref())?;
        let runtime_config_file = place.runtime_config_file.clone();
        Ok(Self { state, env_file, runtime_config_file, data })
    }

    pub(super) fn variables(&self) -> Result<Variables> {
        Variables::read(&self.env_file)
    }

    /// The application in this program, with the data of this installation.
    pub(super) fn application(&self) -> Result<Application> {
        let (state, env_file) = (self.state.clone(), self.env_file.clone());
        let application = Application::of_bundle(bundle::get()?, state, env_file);
        Ok(application.with_runtime_config(self.runtime_config_file.clone()))
    }

    /// Says that a program uses the databases, for as long as the lock lives.
    pub(super) fn lock_shared(&self) -> Result<Lock> {
        let busy = "`nexus restore` is at work on";
        if Swap::find(&self.state, &self.data)?.is_some() {
            let _alone = self.lock(FlockOperation::NonBlockingLockExclusive, busy)?;
            self.finish_restore()?;
        }
        self.lock(FlockOperation::NonBlockingLockShared, busy)
    }

    /// Says that a program replaces the databases, which no other program may use.
    pub(super) fn lock_alone(&self) -> Result<Lock> {
        let busy = "stop `nexus up` first: it uses";
        let lock = self.lock(FlockOperation::NonBlockingLockExclusive, busy)?;
        self.finish_restore()?;
        Ok(lock)
    }

    /// Finishes a restore that was stopped half-way, before anything else sees the databases.
    fn finish_restore(&self) -> Result<()> {
        let Some(swap) = Swap::find(&self.state, &self.data)? else { return Ok(()) };
        swap.finish()?;
        eprintln!(
            "a restore of {} that was interrupted is finished; the replaced databases are in {}",
            self.state.display(),
            swap.replaced.display()
        );
        Ok(())
    }

    /// Creates the state directory, and lets only its user read what is in it.
    ///
    /// # Errors
    /// The directory belongs to another user, who could not read what this program writes. Or something else is in
    /// it: a directory that was named by mistake must stay as it is.
    pub(super) fn make_directory(&self) -> Result<()> {
        state::create(&self.state)?;
        let (shown, found) = (self.state.display(), std::fs::metadata(&self.state)?);
        let (owner, user) = (found.uid(), rustix::process::getuid().as_raw());
        if owner != user {
            bail!(
                "{shown} belongs to the user {owner}, and this program runs as the user {user}. Run it as the user \
                 {owner}"
            );
        }
        let mut ours = vec![self.state.clone()];
        let mut foreign = None;
        for entry in std::fs::read_dir(&self.state)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if OURS.iter().any(|start| name.starts_with(start)) {
                ours.push(entry.path());
            } else if name != "lost+found" {
                foreign = Some(name);
            }
        }
        if let (Some(name), 1) = (foreign, ours.len()) {
            bail!(
                "{shown} is not a state directory of nexus: {name:?} is in it. Name an empty or a new directory with \
                 --state-dir"
            );
        }
        for path in ours {
            restrict(&path)
                .with_context(|| format!("cannot restrict {} to its user", path.display()))?;
        }
        Ok(())
    }

    fn lock(&self, operation: FlockOperation, busy: &str) -> Result<Lock> {
        let path = self.state.join(LOCK);
        let file =
            File::create(&path).with_context(|| format!("cannot open {}", path.display()))?;
        match flock(&file, operation) {
            Ok(()) => Ok(Lock { _file: file }),
            Err(rustix::io::Errno::WOULDBLOCK) => bail!("{busy} {}", self.state.display()),
            Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }

    /// Whether this is a first start: there are no keys, neither in the file nor in the environment.
    ///
    /// # Errors
    /// There is a database without its keys. With new ones, nothing in it could be read.
    pub(super) fn has_no_keys(&self) -> Result<bool> {
        if self.env_file.exists() || self.variables()?.get("encryption_keys").is_some() {
            return Ok(false);
        }
        if let Some(table) = self.data.on_servers.first() {
            bail!(
                "there are no keys, and {table} of the runtime configuration names a server. All processes on a server \
                 need the same keys: make them once with `nexus keys new`, and give each process a copy as {}",
                self.env_file.display()
            );
        }
        if self.data.database.exists() {
            bail!(
                "{} exists, and the file with its keys, {}, does not. Bring that file back: with new keys, no stored \
                 credential can be read",
                self.data.database.display(),
                self.env_file.display()
            );
        }
        Ok(true)
    }

    /// Checks that all data are in files, which `command` copies.
    pub(super) fn require_files(&self, command: &str) -> Result<()> {
        if let Some(table) = self.data.on_servers.first() {
            bail!(
                "{table} of the runtime configuration names a server, and {command} copies files only. Use the backups \
                 of the server, and keep a copy of {}",
                self.env_file.display()
            );
        }
        Ok(())
    }

    /// Checks that there are databases.
    pub(super) fn ensure_exists(&self) -> Result<()> {
        if self.data.database.exists() || Swap::find(&self.state, &self.data)?.is_some() {
            return Ok(());
        }
        bail!(
            "there is no installation in {}: {} does not exist. Name the directory with --state-dir",
            self.state.display(),
            shown(&self.data.database)
        );
    }
}

fn shown(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The lock of an installation. It ends with this value, also if the program is killed.
pub(super) struct Lock {
    _file: File,
}
