//! `nexus restore`: replaces both databases by those of a backup, and keeps the replaced ones.
//!
//! Everything is checked before anything is replaced, and `swap` replaces. This module must not leave an installation
//! between two states.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use nexus_host::data_files::{DATABASE, KEY_VALUE};
use rusqlite::Connection;
use tar::Archive;

use super::backup::{CONTENT, Content, FORMAT};
use super::installation::{Installation, Place};
use super::snapshot;
use super::swap::{Swap, UNPACKED, forget_undecided};
use crate::digest;

/// The arguments of `nexus restore`.
#[derive(clap::Args)]
pub struct Args {
    /// The file that `nexus backup` wrote, or - for stdin
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Replaces the databases.
///
/// # Errors
/// The application runs, or the backup is damaged or has a newer schema.
pub fn run(args: &Args) -> Result<()> {
    let installation = Installation::find(&args.place)?;
    installation.require_files("`nexus restore`")?;
    installation.make_directory()?;
    let _lock = installation.lock_alone()?;
    forget_undecided(&installation.state)?;
    let folder = tempfile::Builder::new().prefix(UNPACKED).tempdir_in(&installation.state)?;
    let content = if args.file == Path::new("-") {
        unpack(io::stdin().lock(), folder.path())?
    } else {
        let file = File::open(&args.file)
            .with_context(|| format!("cannot read {}", args.file.display()))?;
        unpack(file, folder.path())
            .with_context(|| format!("{} is not a backup", args.file.display()))?
    };
    check(&content, folder.path())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let swap = Swap::decide(&installation.state, &installation.data, folder.path(), now)?;
    let has_old = swap.finish()?;
    report(&installation, &content, has_old.then_some(swap.replaced.as_path()));
    Ok(())
}

/// Unpacks the entries that the first one names, and no others.
fn unpack(file: impl Read, folder: &Path) -> Result<Content> {
    let mut archive = Archive::new(GzDecoder::new(file));
    let mut entries = archive.entries()?;
    let first = entries.next().context("the archive is empty")??;
    ensure!(first.path()?.as_ref() == Path::new(CONTENT), "it does not begin with {CONTENT}");
    let content: Content = serde_json::from_reader(first.take(1 << 20)).context(CONTENT)?;
    ensure!(
        content.format == FORMAT,
        "its format is {}, and this version reads {FORMAT}; use the version that wrote it ({})",
        content.format,
        nexus_printable::shown(&content.version)
    );
    for expected in &content.files {
        let name = expected.name.as_str();
        ensure!([DATABASE, KEY_VALUE].contains(&name), "it has an unknown file {name:?}");
        let mut entry = entries.next().with_context(|| format!("{name} is missing"))??;
        ensure!(entry.path()?.as_ref() == Path::new(name), "{name} is missing");
        let path = folder.join(name);
        let mut target = File::create(&path)?;
        io::copy(&mut entry.by_ref().take(expected.bytes + 1), &mut target)?;
        target.sync_all()?;
        ensure!(
            digest::sha256(&path)? == (expected.bytes, expected.sha256.clone()),
            "{name} does not have the digest that the backup names"
        );
    }
    Ok(content)
}

/// Checks the databases themselves.
fn check(content: &Content, folder: &Path) -> Result<()> {
    ensure!(content.files.iter().any(|file| file.name == DATABASE), "{DATABASE} is missing");
    for file in &content.files {
        let connection = Connection::open(folder.join(&file.name))?;
        snapshot::check(&connection).with_context(|| format!("{} is damaged", file.name))?;
    }
    let schema = snapshot::schema(&Connection::open(folder.join(DATABASE))?)?;
    let known = snapshot::known_schema();
    if schema > known {
        bail!(
            "the backup has schema {schema}, and this version knows {known}. Use the version that wrote it ({}) \
             or a newer one",
            nexus_printable::shown(&content.version)
        );
    }
    Ok(())
}

fn report(installation: &Installation, content: &Content, kept: Option<&Path>) {
    println!("restored {} (schema {})", installation.state.display(), content.schema);
    if let Some(kept) = kept {
        println!("the replaced databases are in {}; delete them when all is well", kept.display());
    }
    println!(
        "What was revoked after the backup is valid again: agents' keys, sessions, people, stops. Look at the audit \
         record of the replaced databases, and revoke it again."
    );
    println!(
        "Refresh tokens that providers replaced after the backup are lost: those integrations ask for a new sign-in."
    );
}
