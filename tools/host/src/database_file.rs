//! The SQLite file of an application, and the connections to it that wait for the next `open`.
//!
//! A connection may wait here if nothing that it did can be met by the next owner but its settings, and it is used again only by
//! an owner that makes the same settings, in the same order. They are not made again: that would make SQLite compile all
//! statements anew. This module must not run a statement.

use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::effect::{self, Effect};

/// The limit for a read on the current thread, in instructions of SQLite's virtual machine: well under a
/// millisecond.
const BRIEF: i32 = 20_000;

/// How long a statement waits for another connection's lock. The same as Spin's.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a statement waits at least until the connections before it have written. A statement that must not wait for
/// a lock would never have its turn otherwise while others wait for theirs.
const LEAST_TURN: Duration = Duration::from_millis(250);

/// The number of connections that wait. Each holds some hundred kilobytes of pages and statements.
const MOST_IDLE: usize = 16;

/// How long a connection waits.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// The number of settings after which a connection is not used again.
const MOST_SETTINGS: usize = 8;

/// The number of compiled statements that a connection keeps. Several components use it, one after the other.
const STATEMENTS: usize = 48;

/// The file of a database.
pub(crate) struct DatabaseFile {
    path: PathBuf,
    /// The connections that wait, the oldest first.
    idle: Mutex<VecDeque<(OpenConnection, Instant)>>,
    /// Its one permit is the turn to write.
    turns: Arc<Semaphore>,
}

/// The turn of a connection to write. It ends when this value is dropped.
pub(crate) struct Turn(
    #[expect(dead_code, reason = "dropping it ends the turn")] OwnedSemaphorePermit,
);

/// An open connection.
pub(crate) struct OpenConnection {
    pub(crate) database: rusqlite::Connection,
    /// Whether the running statement is interrupted after [`BRIEF`] instructions.
    pub(crate) brief: Arc<AtomicBool>,
    /// Whether the next owner would meet nothing of what statements have done, but for the settings.
    is_reusable: bool,
    /// Whether a statement of this owner may have changed rows.
    has_changed_rows: bool,
    /// The settings that were made, in this order.
    settings: Vec<Setting>,
    /// How many of the settings this owner has made. The others are those of an earlier owner.
    made: usize,
    /// The file that it has open. Another file may have its path by now.
    file: Option<FileId>,
}

/// A setting, and what its statement returned.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) sql: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl OpenConnection {
    /// The next setting, if it is `sql` and an earlier owner has made it. It counts as made.
    pub(crate) fn make_again(&mut self, sql: &str) -> Option<Setting> {
        let setting = self.settings.get(self.made).filter(|next| next.sql == sql)?.clone();
        self.made += 1;
        self.database.busy_timeout(self.busy_timeout()).ok()?;
        Some(setting)
    }

    /// Whether a statement with `effect` may run: every setting is one of this owner, or does not matter for it.
    pub(crate) fn is_fit_for(&self, effect: &Effect) -> bool {
        *effect == Effect::None || self.made == self.settings.len()
    }

    /// Notes that a statement with `effect` begins.
    pub(crate) fn begins(&mut self, effect: &Effect) {
        match effect {
            Effect::None => {}
            Effect::Changes => self.has_changed_rows = true,
            // SQLite ignores some settings in a transaction.
            Effect::Setting(_) => self.is_reusable &= self.database.is_autocommit(),
            Effect::Lasting => self.is_reusable = false,
        }
    }

    /// Notes that a setting was made.
    pub(crate) fn made(&mut self, setting: Setting) {
        self.settings.push(setting);
        self.made = self.settings.len();
        self.is_reusable &= self.made <= MOST_SETTINGS;
    }

    /// Notes that a statement failed: the next `open` must have a new connection, on which the statement may succeed.
    pub(crate) fn failed(&mut self) {
        self.is_reusable = false;
    }

    /// The settings that this owner has made.
    pub(crate) fn settings_made(&self) -> &[Setting] {
        self.settings.get(..self.made).unwrap_or_default()
    }

    /// Whether the connection is in a transaction.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.database.is_autocommit()
    }

    /// How long a statement of this owner waits for a lock.
    pub(crate) fn busy_timeout(&self) -> Duration {
        let made = self.settings_made().iter().rev();
        made.filter_map(|made| effect::busy_timeout(&made.sql)).next().unwrap_or(BUSY_TIMEOUT)
    }

    /// The number of rows that the last statement of this owner changed.
    pub(crate) fn changes(&self) -> u64 {
        if self.has_changed_rows { self.database.changes() } else { 0 }
    }

    /// The row id of the last insert of this owner.
    pub(crate) fn last_insert_rowid(&self) -> i64 {
        if self.has_changed_rows { self.database.last_insert_rowid() } else { 0 }
    }

    /// The connection as its next owner finds it. `None` if it must not have one.
    fn into_next(mut self) -> Option<Self> {
        (self.made, self.has_changed_rows) = (0, false);
        let is_ready = self.is_reusable
            && self.database.is_autocommit()
            && self.database.busy_timeout(BUSY_TIMEOUT).is_ok();
        is_ready.then_some(self)
    }
}

/// The device and the number of a file on it.
type FileId = (u64, u64);

impl DatabaseFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default(), turns: Arc::new(Semaphore::new(1)) }
    }

    /// Waits until it is the caller's turn to write, for `limit` or a little longer. `None` if the time is up. The connections of
    /// this process write one after the other, in the order in which they ask. SQLite lets those that meet a lock try again
    /// after pauses of up to 100 ms, so that one connection may wait for seconds while later ones write.
    pub(crate) async fn turn(&self, limit: Duration) -> Option<Turn> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        tokio::time::timeout(limit.max(LEAST_TURN), turn).await.ok()?.ok().map(Turn)
    }

    /// Creates the folder of the file.
    pub(crate) fn create_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), std::fs::create_dir_all)
    }

    /// Opens a new connection.
    pub(crate) fn open(&self) -> rusqlite::Result<OpenConnection> {
        let mut database = rusqlite::Connection::open(&self.path)?;
        database.set_prepared_statement_cache_capacity(STATEMENTS);
        database.authorizer(Some(|context: AuthContext<'_>| match context.action {
            // A guest may attach a temporary or in-memory database, but not a file.
            AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
                Authorization::Deny
            }
            _ => Authorization::Allow,
        }))?;
        database.busy_timeout(BUSY_TIMEOUT)?;
        let brief = Arc::new(AtomicBool::new(false));
        let interrupt = Arc::clone(&brief);
        database.progress_handler(BRIEF, Some(move || interrupt.load(Ordering::Relaxed)))?;
        Ok(OpenConnection {
            database,
            brief,
            is_reusable: true,
            has_changed_rows: false,
            settings: Vec::new(),
            made: 0,
            file: id(&self.path),
        })
    }

    /// A connection that waits and is fit for an owner whose first statement has `effect`: one with this setting first, or
    /// without settings.
    pub(crate) fn take(&self, effect: &Effect) -> Option<OpenConnection> {
        let first = match effect {
            Effect::Setting(sql) => Some(sql),
            _ => None,
        };
        let mut idle = self.lock();
        let at = idle
            .iter()
            .rposition(|(open, _)| open.settings.first().map(|setting| &setting.sql) == first)?;
        // Another file may be at the path by now.
        if id(&self.path).is_none_or(|now| idle.iter().any(|(open, _)| open.file != Some(now))) {
            idle.clear();
            return None;
        }
        idle.remove(at).map(|(open, _)| open)
    }

    /// Keeps the connection for a later `open`, if the next owner may have it.
    pub(crate) fn keep(&self, open: OpenConnection) {
        let Some(open) = open.into_next() else { return };
        let mut idle = self.lock();
        if idle.len() < MOST_IDLE {
            idle.push_back((open, Instant::now()));
        }
    }

    /// The connections that have not waited too long.
    fn lock(&self) -> MutexGuard<'_, VecDeque<(OpenConnection, Instant)>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < LONGEST_IDLE);
        idle
    }
}

fn id(path: &Path) -> Option<FileId> {
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection on which `statements` ran.
    fn opened(file: &DatabaseFile, statements: &[&str]) -> OpenConnection {
        let mut open = file.open().unwrap();
        for sql in statements {
            let effect = Effect::of(sql);
            open.begins(&effect);
            open.database.execute_batch(sql).unwrap();
            if let Effect::Setting(sql) = effect {
                open.made(Setting { sql, columns: Vec::new(), rows: Vec::new() });
            }
        }
        open
    }

    fn database(statements: &[&str]) -> (tempfile::TempDir, DatabaseFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = DatabaseFile::new(folder.path().join("db"));
        drop(opened(&file, statements));
        (folder, file)
    }

    #[test]
    fn only_a_connection_waits_of_which_the_next_owner_meets_nothing_but_settings() {
        let (_folder, file) = database(&["create table t (a)"]);
        for (statements, waits) in [
            (&["select a from t", "pragma user_version", "pragma data_version"][..], true),
            (&["pragma query_only = 1", "select 1"], true),
            (&["insert into t values (1)"], true),
            (&["pragma synchronous = normal", "begin", "delete from t", "commit"], true),
            (&["begin", "select 1"], false),
            (&["begin", "pragma foreign_keys = 1", "commit"], false),
            (&["create temp table u (a)"], false),
            (&["attach ':memory:' as m"], false),
            (&["pragma busy_timeout = 1"; MOST_SETTINGS], true),
            (&["pragma busy_timeout = 1"; MOST_SETTINGS + 1], false),
        ] {
            file.keep(opened(&file, statements));
            let taken = file.take(&Effect::of(statements[0]));
            assert_eq!(taken.is_some(), waits, "{statements:?}");
        }
        let mut open = opened(&file, &["select 1"]);
        open.failed();
        file.keep(open);
        assert!(file.take(&Effect::None).is_none());
    }

    #[test]
    fn a_connection_is_used_again_by_an_owner_that_makes_the_same_settings() {
        let (_folder, file) = database(&["create table t (a)"]);
        let settings = ["pragma foreign_keys = 1", "pragma busy_timeout = 7"];
        file.keep(opened(&file, &[settings[0], settings[1], "insert into t values (1)"]));
        assert!(file.take(&Effect::Changes).is_none());
        assert!(file.take(&Effect::of(settings[1])).is_none());
        let mut open = file.take(&Effect::of(settings[0])).unwrap();
        assert_eq!((open.changes(), open.last_insert_rowid()), (0, 0));
        assert!(open.make_again(settings[1]).is_none());
        assert!(open.make_again(settings[0]).is_some());
        assert_eq!(open.busy_timeout(), BUSY_TIMEOUT);
        assert!(open.is_fit_for(&Effect::None) && !open.is_fit_for(&Effect::Changes));
        assert!(open.make_again(settings[1]).is_some());
        assert_eq!(open.busy_timeout(), Duration::from_millis(7));
        assert!(open.is_fit_for(&Effect::Changes));
        open.begins(&Effect::Changes);
        open.database.execute_batch("insert into t values (2)").unwrap();
        assert_eq!((open.changes(), open.last_insert_rowid()), (1, 2));
    }

    #[test]
    fn no_connection_to_a_replaced_file_is_used_again() {
        let (folder, file) = database(&["create table t (a)"]);
        file.keep(opened(&file, &["select 1"]));
        let other = folder.path().join("other");
        drop(opened(&DatabaseFile::new(other.clone()), &["create table u (a)"]));
        std::fs::rename(other, folder.path().join("db")).unwrap();
        assert!(file.take(&Effect::None).is_none());
        opened(&file, &["select a from u"]);
    }

    #[test]
    fn few_connections_wait() {
        let (_folder, file) = database(&[]);
        let all: Vec<_> = (0..=MOST_IDLE).map(|_| opened(&file, &["select 1"])).collect();
        all.into_iter().for_each(|open| file.keep(open));
        assert_eq!(file.idle.lock().unwrap().len(), MOST_IDLE);
    }
}
