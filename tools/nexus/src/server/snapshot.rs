//! Copies of both databases as they were at one moment, while the application goes on.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nexus_host::data_files::{DATABASE, DataFiles, KEY_VALUE};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

/// How long to wait for a writer.
const BUSY: Duration = Duration::from_secs(30);
/// How many pages are copied without a pause.
const PAGES: i32 = 4096;

/// Copies both databases into `folder`. Both copies are of the same moment: for the time that it takes to begin
/// two reads, nobody can write to either. Writers go on while the copies are made.
pub(super) fn take(data: &DataFiles, folder: &Path) -> Result<()> {
    let main = Source::open(&data.database)?;
    // Manifests of workspaces are kept in the key-value store, which is made when it is first used.
    let key_value = match data.key_value.exists() {
        true => Some(Source::open(&data.key_value)?),
        false => None,
    };
    main.hold_writers()?;
    if let Some(key_value) = &key_value {
        key_value.hold_writers()?;
        key_value.begin()?;
    }
    main.begin()?;
    main.let_writers_go_on()?;
    if let Some(key_value) = &key_value {
        key_value.let_writers_go_on()?;
        key_value.copy(&folder.join(KEY_VALUE))?;
    }
    main.copy(&folder.join(DATABASE))
}

/// A database that is copied: one connection keeps writers away for a moment, the other reads.
struct Source {
    lock: Connection,
    reader: Connection,
    name: String,
}

impl Source {
    fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(BUSY)?;
            Ok::<_, rusqlite::Error>(connection)
        };
        let both = open().and_then(|lock| Ok((lock, open()?)));
        let (lock, reader) = both.with_context(|| format!("cannot open {name}"))?;
        Ok(Self { lock, reader, name })
    }

    fn hold_writers(&self) -> Result<()> {
        self.lock
            .execute_batch("begin immediate")
            .with_context(|| format!("cannot wait for the writers of {}", self.name))
    }

    fn let_writers_go_on(&self) -> Result<()> {
        Ok(self.lock.execute_batch("rollback")?)
    }

    /// Begins to read. From now on, the reader sees the database as it is now.
    fn begin(&self) -> Result<()> {
        self.reader
            .execute_batch("begin; select count(*) from sqlite_schema")
            .with_context(|| format!("cannot read {}", self.name))
    }

    fn copy(&self, target: &Path) -> Result<()> {
        let mut copy = Connection::open(target)?;
        Backup::new(&self.reader, &mut copy)?
            .run_to_completion(PAGES, Duration::ZERO, None)
            .with_context(|| format!("cannot copy {}", self.name))?;
        // A copy is one file, without a journal beside it.
        copy.query_row("pragma journal_mode = delete", [], |_| Ok(()))?;
        check(&copy).with_context(|| format!("the copy of {} is damaged", self.name))
    }
}

/// Checks the structure of a database.
pub(super) fn check(connection: &Connection) -> Result<()> {
    let found: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    ensure!(found == "ok", "{found}");
    Ok(())
}

/// The version of the schema in a database.
pub(super) fn schema(connection: &Connection) -> Result<u64> {
    let version: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    u64::try_from(version).context("the schema has a negative version")
}

/// The newest schema that this version of the application knows.
pub(super) fn known_schema() -> u64 {
    env!("NEXUS_SCHEMA").parse().unwrap_or_default()
}
