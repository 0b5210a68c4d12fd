//! Write transactions, and changes that are a single statement.
//!
//! A transaction that is dropped without [`Transaction::commit`] is rolled back. In a file, a transaction has a
//! connection to itself, deleted content is overwritten (`secure_delete`), and a commit is on the disk when it returns.
//! A server decides about both by itself. No HTTP request may be made while a transaction is open.

use std::cell::{Cell, RefCell};

use super::repeated::{ROLLBACK, Repeated};
use super::require_time;
use super::schema::{self, Accepts};
use super::writer::{
    BEGIN, Durability, IfStopped, MOST_STOPPED, Writer, open, open_for, run_locked, run_on_server,
};
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sqlite::{Db, DbError, Row, Value, first};

const NOW: &str = "select ms, strftime('%Y-%m-%dT%H:%M:%fZ', ms / 1000.0, 'unixepoch') as text
  from (select cast(unixepoch('subsec') * 1000 as integer) as ms)";

/// The same with the version of the schema. A server may be shared with instances of another version.
const NOW_ON_SERVER: &str =
    "select ms, strftime('%Y-%m-%dT%H:%M:%fZ', ms / 1000.0, 'unixepoch') as text,
    (select user_version from pragma_user_version) as schema
  from (select cast(unixepoch('subsec') * 1000 as integer) as ms)";

/// An open transaction that holds the write lock.
pub struct Transaction {
    on: On,
    /// Whether a statement has failed so that SQLite or the server may have ended the transaction.
    has_failed: Cell<bool>,
    /// A `select` that finds a row exactly if the transaction was committed.
    proof: RefCell<Option<(&'static str, Vec<Value>)>>,
    /// The database's time when the transaction began, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// The same time as the API shows it (RFC 3339, UTC).
    pub now: String,
}

/// The database of a transaction.
enum On {
    File(Writer),
    Server(Repeated),
}

/// The error of a change of its own. If the answer was lost, or the server has stopped the statement, nobody knows whether it
/// was made.
fn unconfirmed(error: DbError) -> Error {
    match error {
        DbError::Lost(detail) => Error::Unconfirmed { detail },
        DbError::Interrupted => {
            Error::Unconfirmed { detail: "the database stopped a statement".to_owned() }
        }
        error => error.into(),
    }
}

/// Runs one statement in a transaction of its own, and returns its rows. The change is on the disk then. A
/// change that is a single statement holds the write lock for one step only.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Vec<Row>>> {
    let values = Vec::from_iter(values);
    async move {
        let mut writer = open(Durability::Full).await?;
        run_locked(&mut writer, sql, &values, IfStopped::Fail).await.map_err(unconfirmed)
    }
}

/// As [`write`], for a statement of which the caller needs the first row only.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write_row(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Option<Row>>> {
    first(write(sql, values))
}

/// As [`write`], but relaxed, as [`Transaction::begin_relaxed`] is.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write_relaxed(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Vec<Row>>> {
    write_aside(sql, Vec::from_iter(values), IfStopped::Fail)
}

/// As [`write_relaxed`], for a statement that may run twice, because its second run changes nothing more. It runs again if a
/// server has stopped it.
///
/// # Errors
/// The errors of [`Transaction::begin`].
pub fn write_repeatable(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Vec<Row>>> {
    write_aside(sql, Vec::from_iter(values), IfStopped::Repeat)
}

async fn write_aside(sql: &str, values: Vec<Value>, stopped: IfStopped) -> Result<Vec<Row>> {
    let mut writer = open(Durability::Relaxed).await?;
    let rows = run_locked(&mut writer, sql, &values, stopped).await.map_err(unconfirmed)?;
    writer.keep();
    Ok(rows)
}

/// The outcome of a write that does not wait for the write lock.
pub enum IfFree {
    /// The statement ran. The first of its rows.
    Done(Option<Row>),
    /// Another connection holds the write lock. Nothing was changed.
    Busy,
}

/// Runs one statement in a transaction of its own, unless another connection holds the write lock. The commit
/// does not wait for the disk. A server takes writers one after the other, so there the statement waits for its turn.
///
/// # Errors
/// [`Error::Storage`], [`Error::DatabaseNewer`], [`Error::Unconfirmed`].
pub async fn write_if_free(sql: &str, values: impl IntoIterator<Item = Value>) -> Result<IfFree> {
    let values = Vec::from_iter(values);
    let mut writer = open(Durability::Relaxed).await?;
    let done = match &mut writer {
        Writer::File(db, ..) => db.query(sql, values).await,
        Writer::Server(lent) => run_on_server(lent, sql, &values, IfStopped::Fail, 1).await,
    };
    match done {
        Ok(rows) => {
            writer.keep();
            Ok(IfFree::Done(rows.into_iter().next()))
        }
        Err(DbError::Busy) => Ok(IfFree::Busy),
        Err(error) => Err(unconfirmed(error)),
    }
}

impl Transaction {
    /// Opens a connection, migrates the schema if needed, and takes the write lock.
    ///
    /// # Errors
    /// [`Error::Storage`] if SQLite does not give the lock within 5 s at each try, [`Error::DatabaseNewer`].
    pub async fn begin() -> Result<Self> {
        Self::begin_for(Accepts::Known).await
    }

    /// As [`Self::begin`], to store tokens that a provider has just given, which would be lost otherwise. A later version
    /// may have migrated the database while the provider answered. That is not a reason to refuse them, because a migration
    /// keeps the rows of the version before (docs/upgrade.md).
    ///
    /// # Errors
    /// [`Error::Storage`], also if the later schema does not take them.
    pub async fn begin_for_new_tokens() -> Result<Self> {
        Self::begin_for(Accepts::Later).await
    }

    async fn begin_for(accepts: Accepts) -> Result<Self> {
        Self::begin_on(open_for(Durability::Full, accepts).await?, accepts).await
    }

    /// Begins a relaxed transaction, for counts such as usage. It lets other transactions go first, and its
    /// commit does not wait for the disk: a power cut may lose the last commits.
    ///
    /// # Errors
    /// The errors of [`Self::begin`].
    pub async fn begin_relaxed() -> Result<Self> {
        Self::begin_on(open(Durability::Relaxed).await?, Accepts::Known).await
    }

    async fn begin_on(mut writer: Writer, accepts: Accepts) -> Result<Self> {
        let mut stopped = 0;
        let (begun_ms, row) = loop {
            run_locked(&mut writer, BEGIN, &[], IfStopped::Repeat).await?;
            let begun_ms = clock::now_ms();
            let sql = match &writer {
                Writer::File(..) => NOW,
                Writer::Server(lent) => {
                    // From here on, the connection ends with the transaction, unless that is committed.
                    lent.set_in_transaction(true);
                    NOW_ON_SERVER
                }
            };
            match first(writer.query(sql, Vec::new())).await {
                Err(DbError::Interrupted) if stopped < MOST_STOPPED => stopped += 1,
                row => break (begun_ms, require_time(row?)?),
            }
            writer.query(ROLLBACK, Vec::new()).await?;
        };
        let on = match writer {
            Writer::File(..) => On::File(writer),
            Writer::Server(lent) => {
                let schema = row.get("schema")?;
                accepts.check(schema::require_current(schema))?;
                On::Server(Repeated::new(lent, begun_ms, schema))
            }
        };
        let (now_ms, now) = (row.get("ms")?, row.text("text")?);
        let (has_failed, proof) = (Cell::new(false), RefCell::new(None));
        Ok(Self { on, has_failed, proof, now_ms, now })
    }

    /// Runs one statement and returns its rows.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn query(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Vec<Row>>> {
        self.run(sql, Vec::from_iter(values))
    }

    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        self.require_sound()?;
        let done = match &self.on {
            On::File(writer) => writer.query(sql, values).await,
            On::Server(repeated) => repeated.query(sql, values).await,
        };
        if done.as_ref().is_err_and(|error| !error.leaves_transaction()) {
            self.has_failed.set(true);
        }
        Ok(done?)
    }

    /// Checks that the transaction is still open. A statement after its end would be a change of its own.
    fn require_sound(&self) -> Result<()> {
        let why = if self.has_failed.get() {
            "a transaction that has failed was used"
        } else if matches!(&self.on, On::Server(repeated) if repeated.is_late()) {
            "a transaction took too long"
        } else {
            return Ok(());
        };
        self.has_failed.set(true);
        Err(Error::Storage { detail: why.to_owned() })
    }

    /// Runs one statement and returns its first row.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn row(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Option<Row>>> {
        first(self.query(sql, values))
    }

    /// Commits the transaction. Unless it is relaxed, it is on the disk when this returns.
    ///
    /// # Errors
    /// [`Error::Storage`]. Then nothing was changed. [`Error::Unconfirmed`] if a server did not answer. Then all of it
    /// was changed, or nothing.
    pub async fn commit(self) -> Result<()> {
        self.require_sound()?;
        let done = match &self.on {
            On::File(writer) => writer.query("commit", Vec::new()).await.map(drop),
            On::Server(repeated) => repeated.commit().await,
        };
        let proof = self.proof.take();
        match (done, proof) {
            (Ok(()), _) => {
                if let On::File(writer) = self.on {
                    writer.keep();
                }
                Ok(())
            }
            (Err(DbError::Lost(detail)), Some(proof)) => {
                // The connection ends first. If the commit has not arrived, that is a rollback.
                drop(self);
                look_for(proof, detail).await
            }
            // Nothing was committed.
            (Err(error @ DbError::Interrupted), _) => Err(error.into()),
            (Err(error), _) => Err(unconfirmed(error)),
        }
    }

    /// Sets how to confirm the commit if its answer is lost. `sql` is a `select` that finds a row that only this
    /// transaction writes.
    pub fn confirm_commit_by(&self, sql: &'static str, values: impl IntoIterator<Item = Value>) {
        self.proof.replace(Some((sql, Vec::from_iter(values))));
    }

    /// As [`Self::confirm_commit_by`], unless the transaction already has such a row. For a row that another transaction
    /// may delete soon. Without it, a commit that was made would be taken for one that was not.
    pub(super) fn confirm_commit_at_least_by(
        &self,
        sql: &'static str,
        values: impl IntoIterator<Item = Value>,
    ) {
        self.proof.borrow_mut().get_or_insert_with(|| (sql, Vec::from_iter(values)));
    }
}

/// Looks whether a transaction was committed, under the write lock, which that transaction held. So its commit is not still on
/// its way. A later version may have migrated the database since, which keeps the rows of the version before.
async fn look_for((sql, values): (&'static str, Vec<Value>), detail: String) -> Result<()> {
    let unknown = || Error::Unconfirmed { detail: detail.clone() };
    let tx = Transaction::begin_for(Accepts::Later).await.map_err(|_| unknown())?;
    match tx.row(sql, values).await.map_err(|_| unknown())? {
        Some(_) => Ok(()),
        None => Err(Error::Storage { detail: format!("a commit did not arrive: {detail}") }),
    }
}

/// Writes the write-ahead log back into the database and truncates it, so that overwritten content disappears
/// from the log too. If readers or writers prevent it, a later checkpoint does it.
///
/// # Errors
/// [`Error::Storage`].
pub async fn checkpoint() -> Result<()> {
    let db = Db::open().await?;
    match db.query("pragma wal_checkpoint(truncate)", []).await {
        // A server makes its checkpoints by itself.
        Ok(_) | Err(DbError::Busy | DbError::Unsupported) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_was_stopped_may_have_been_made() {
        assert!(matches!(unconfirmed(DbError::Interrupted), Error::Unconfirmed { .. }));
        assert!(matches!(
            unconfirmed(DbError::Lost("no answer".into())),
            Error::Unconfirmed { .. }
        ));
        assert!(matches!(unconfirmed(DbError::Busy), Error::Storage { .. }));
    }
}
