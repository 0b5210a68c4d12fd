//! The SQLite file of an application, and the connections to it that wait for the next `open`.
//!
//! Only a connection whose statements had no effect on it may wait here. One that may only read (`pragma query_only`) waits for
//! an owner that begins with this pragma. It is not run again, because it makes SQLite compile all statements anew.

use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// The limit for a read on the current thread, in instructions of SQLite's virtual machine: well under a
/// millisecond.
const BRIEF: i32 = 20_000;

/// How long a statement waits for another connection's lock. The same as Spin's.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The number of connections that wait. Each holds some hundred kilobytes of pages and statements.
const MOST_IDLE: usize = 8;

/// How long a connection waits.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// The file of a database.
pub(crate) struct DatabaseFile {
    path: PathBuf,
    /// The connections that wait, the oldest first.
    idle: Mutex<VecDeque<(OpenConnection, Instant)>>,
}

/// An open connection.
pub(crate) struct OpenConnection {
    pub(crate) database: rusqlite::Connection,
    /// Whether the running statement is interrupted after [`BRIEF`] instructions.
    pub(crate) brief: Arc<AtomicBool>,
    /// Whether no statement so far had an effect on the connection, but for `pragma query_only = 1`.
    pub(crate) is_unchanged: bool,
    /// Whether `pragma query_only = 1` was run.
    pub(crate) is_read_only: bool,
    /// The file that it has open. Another file may have its path by now.
    file: Option<FileId>,
}

impl OpenConnection {
    /// Notes that the statement `sql` runs. The empty text stands for no statement.
    pub(crate) fn note(&mut self, sql: &str) {
        match is_query_only(sql) {
            true => self.is_read_only = true,
            false => self.is_unchanged &= sql.is_empty() || is_read(sql),
        }
    }
}

/// The device and the number of a file on it.
type FileId = (u64, u64);

impl DatabaseFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    /// Creates the folder of the file.
    pub(crate) fn create_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), std::fs::create_dir_all)
    }

    /// Opens a new connection.
    pub(crate) fn open(&self) -> rusqlite::Result<OpenConnection> {
        let mut database = rusqlite::Connection::open(&self.path)?;
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
        let file = id(&self.path);
        Ok(OpenConnection { database, brief, is_unchanged: true, is_read_only: false, file })
    }

    /// A connection that waits and may only read, or may write, as `is_read_only` says.
    pub(crate) fn take(&self, is_read_only: bool) -> Option<OpenConnection> {
        let mut idle = self.lock();
        let at = idle.iter().rposition(|(open, _)| open.is_read_only == is_read_only)?;
        // Another file may be at the path by now.
        if id(&self.path).is_none_or(|now| idle.iter().any(|(open, _)| open.file != Some(now))) {
            idle.clear();
            return None;
        }
        idle.remove(at).map(|(open, _)| open)
    }

    /// Keeps the connection for a later `open`, if it is as new.
    pub(crate) fn keep(&self, open: OpenConnection) {
        if open.is_unchanged && open.database.is_autocommit() {
            let mut idle = self.lock();
            if idle.len() < MOST_IDLE {
                idle.push_back((open, Instant::now()));
            }
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

/// Whether a statement reads and sets nothing.
pub(crate) fn is_read(sql: &str) -> bool {
    let sql = sql.trim();
    let begins =
        sql.get(.."select".len()).is_some_and(|begin| begin.eq_ignore_ascii_case("select"));
    let pragmas = ["pragma data_version", "pragma user_version"];
    begins || pragmas.iter().any(|pragma| sql.eq_ignore_ascii_case(pragma))
}

/// Whether a statement is `pragma query_only = 1`.
pub(crate) fn is_query_only(sql: &str) -> bool {
    sql.trim().eq_ignore_ascii_case("pragma query_only = 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(file: &DatabaseFile, statements: &[&str]) -> OpenConnection {
        let mut open = file.open().unwrap();
        for sql in statements {
            open.note(sql);
            open.database.execute_batch(sql).unwrap();
        }
        open
    }

    #[test]
    fn only_a_connection_that_is_as_new_waits() {
        let folder = tempfile::tempdir().unwrap();
        let file = DatabaseFile::new(folder.path().join("db"));
        drop(opened(&file, &["create table t (a)"]));
        for (statements, waits) in [
            (&["select a from t", "pragma user_version", "pragma data_version"][..], true),
            (&["pragma query_only = 1", "select 1"], true),
            (&[" SELECT 1"], true),
            (&["insert into t values (1)"], false),
            (&["create temp table u (a)"], false),
            (&["begin", "select 1"], false),
            (&["pragma synchronous = normal", "select 1"], false),
            (&["pragma query_only = 1; pragma synchronous = off"], false),
            (&["attach ':memory:' as m"], false),
        ] {
            file.keep(opened(&file, statements));
            let taken = file.take(false).or_else(|| file.take(true));
            assert_eq!(taken.is_some(), waits, "{statements:?}");
        }
    }

    #[test]
    fn a_connection_that_may_only_read_waits_for_an_owner_that_only_reads() {
        let folder = tempfile::tempdir().unwrap();
        let file = DatabaseFile::new(folder.path().join("db"));
        file.keep(opened(&file, &["pragma query_only = 1", "select 1"]));
        assert!(file.take(false).is_none());
        let open = file.take(true).unwrap();
        assert!(open.database.execute_batch("create table t (a)").is_err());
        file.keep(opened(&file, &["select 1"]));
        assert!(file.take(true).is_none());
        let open = file.take(false).unwrap();
        open.database.execute_batch("create table t (a)").unwrap();
    }

    #[test]
    fn no_connection_to_a_replaced_file_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("db"), folder.path().join("other"));
        let file = DatabaseFile::new(path.clone());
        drop(opened(&file, &["create table t (a)"]));
        file.keep(opened(&file, &["select 1"]));
        drop(opened(&DatabaseFile::new(other.clone()), &["create table u (a)"]));
        std::fs::rename(other, path).unwrap();
        assert!(file.take(false).is_none());
        opened(&file, &["select a from u"]);
    }

    #[test]
    fn few_connections_wait() {
        let folder = tempfile::tempdir().unwrap();
        let file = DatabaseFile::new(folder.path().join("db"));
        let all: Vec<_> = (0..=MOST_IDLE).map(|_| opened(&file, &["select 1"])).collect();
        all.into_iter().for_each(|open| file.keep(open));
        assert_eq!(file.idle.lock().unwrap().len(), MOST_IDLE);
    }
}
