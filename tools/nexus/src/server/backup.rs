//! `nexus backup`: copies both databases into one file while the application goes on.
//!
//! The file has ciphertexts, names and the audit record, but no key. It must not contain the file with the
//! variables: whoever has both can read every credential.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use nexus_host::data_files::{DATABASE, KEY_VALUE};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tar::{Builder, EntryType, Header};

use super::installation::{Installation, Place};
use super::snapshot;
use crate::digest;

/// The first entry of a backup.
pub(super) const CONTENT: &str = "nexus-backup.json";
/// The format of the file that this version writes and reads.
pub(super) const FORMAT: u32 = 1;

/// The arguments of `nexus backup`.
#[derive(clap::Args)]
pub struct Args {
    /// The file to write, or - for stdout. A gzipped tar archive, mode 600
    file: PathBuf,
    /// Overwrite the file
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    place: Place,
}

/// The content of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    /// [`FORMAT`].
    pub(super) format: u32,
    /// The version of the program that wrote the backup.
    pub(super) version: String,
    /// The version of the database's schema.
    pub(super) schema: u64,
    /// When the copies were made, in seconds since 1970.
    pub(super) made_at: u64,
    /// The databases.
    pub(super) files: Vec<Entry>,
}

/// A database in a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// The SHA-256, in hexadecimal digits.
    pub(super) sha256: String,
}

/// Writes the backup.
///
/// # Errors
/// There is no installation, the file exists, or a database is damaged.
pub fn run(args: &Args) -> Result<()> {
    let installation = Installation::find(&args.place)?;
    installation.require_files("`nexus backup`")?;
    installation.ensure_exists()?;
    let _lock = installation.lock_shared()?;
    let is_stdout = args.file == Path::new("-");
    if !is_stdout && args.file.exists() && !args.force {
        bail!("{} exists; to overwrite it: nexus backup --force", args.file.display());
    }
    let folder = tempfile::Builder::new().prefix("backup-").tempdir_in(&installation.state)?;
    let made_at =
        SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    snapshot::take(&installation.data, folder.path())?;
    let content = describe(folder.path(), made_at.as_secs())?;
    if is_stdout {
        write(io::stdout().lock(), &content, folder.path())?;
    } else {
        write_file(&args.file, &content, folder.path())
            .with_context(|| format!("cannot write {}", args.file.display()))?;
    }
    let total: u64 = content.files.iter().map(|file| file.bytes).sum();
    eprintln!(
        "backed up {total} bytes of schema {}. The keys are not in it: keep a copy of {} in another place",
        content.schema,
        installation.env_file.display()
    );
    Ok(())
}

fn describe(folder: &Path, made_at: u64) -> Result<Content> {
    let mut files = Vec::new();
    for name in [DATABASE, KEY_VALUE] {
        let path = folder.join(name);
        if path.exists() {
            let (bytes, sha256) = digest::sha256(&path)?;
            files.push(Entry { name: name.to_owned(), bytes, sha256 });
        }
    }
    let schema = snapshot::schema(&Connection::open(folder.join(DATABASE))?)?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Content { format: FORMAT, version, schema, made_at, files })
}

/// Writes the whole file under another name first, so that half a backup never has the name of a whole one.
fn write_file(target: &Path, content: &Content, folder: &Path) -> Result<()> {
    let mut temporary = target.as_os_str().to_owned();
    temporary.push(format!(".{}", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    let written = write(&file, content, folder)
        .and_then(|()| Ok(file.sync_all()?))
        .and_then(|()| Ok(fs::rename(&temporary, target)?));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write(target: impl Write, content: &Content, folder: &Path) -> Result<()> {
    let mut archive = Builder::new(GzEncoder::new(target, Compression::fast()));
    let text = serde_json::to_vec_pretty(content)?;
    archive.append_data(&mut header(content, text.len() as u64), CONTENT, text.as_slice())?;
    for entry in &content.files {
        let file = File::open(folder.join(&entry.name))?;
        archive.append_data(&mut header(content, entry.bytes), &entry.name, file)?;
    }
    archive.into_inner()?.finish()?.flush()?;
    Ok(())
}

fn header(content: &Content, bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o600);
    header.set_mtime(content.made_at);
    header.set_size(bytes);
    header
}
