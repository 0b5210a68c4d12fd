//! A connection to a SQLite file, as Spin provides it to guests: opened on first use, a new one for every `open`,
//! rolled back when dropped, with one statement at a time.
//!
//! Statements run on the blocking pool, because the busy timeout of 5 seconds must never block an event loop.
//! A short read is first tried on the current thread, without waiting and with a limit on its work, because
//! switching threads costs more than the read. A connection of which the next owner would meet nothing but settings is used
//! again for an owner that makes the same ones, because to open the file, to parse the schema and to compile the statements
//! costs more than most requests. Any other one is closed, so no transaction or temporary table can outlive its owner.
//! Connections that write wait for their turn before SQLite's lock, which blocks no thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Batch, Statement};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc, oneshot};

use super::{ROWS_AHEAD, RunningStatement, check_size, row_size};
use crate::database_file::{BUSY_TIMEOUT, DatabaseFile, OpenConnection, Setting, Turn};
use crate::effect::{Effect, takes_write_lock};
use crate::host::bindings::spin::sqlite::sqlite::{Error, QueryResult, RowResult, Value};

/// The text of SQLite's error when another connection has the lock.
const BUSY: &str = "database is locked";

/// A connection to the database, shared with the statement that runs on it.
#[derive(Clone)]
pub(crate) struct Connection {
    opened: Arc<Mutex<Opened>>,
}

/// The connection, once it is open. A dropped one may wait for the next `open`.
struct Opened {
    file: Arc<DatabaseFile>,
    open: Option<OpenConnection>,
    /// The turn to write, until the transaction has ended.
    turn: Option<Turn>,
}

impl Opened {
    /// Waits for the turn to write, if the statement `sql` needs it.
    async fn wait_for_turn(&mut self, sql: &str) -> Result<(), Error> {
        if self.turn.is_none() && takes_write_lock(sql) {
            let limit = self.open.as_ref().map_or(BUSY_TIMEOUT, OpenConnection::busy_timeout);
            let turn = self.file.turn(limit).await;
            self.turn = Some(turn.ok_or_else(|| Error::Io(BUSY.to_owned()))?);
        }
        Ok(())
    }

    /// The connection for a statement with `effect`, which is opened if it is not open.
    fn connected(&mut self, effect: &Effect) -> Result<&mut OpenConnection, Error> {
        self.use_again(effect);
        if let Some(open) = self.open.take_if(|open| !open.is_fit_for(effect)) {
            // The connection has settings that this owner did not make.
            let new = as_set(open_new(&self.file)?, open.settings_made())?;
            self.file.keep(open);
            self.open = Some(new);
        }
        let open = match &mut self.open {
            Some(open) => open,
            empty => empty.insert(open_new(&self.file)?),
        };
        open.begins(effect);
        Ok(open)
    }

    /// Before the first statement, takes a connection that waits and is fit for `effect`, if there is one.
    fn use_again(&mut self, effect: &Effect) {
        if self.open.is_none() {
            self.open = self.file.take(effect);
        }
    }

    /// The result of a setting that an earlier owner has made. `None` if the statement must run.
    fn made_again(&mut self, effect: &Effect) -> Option<QueryResult> {
        let Effect::Setting(sql) = effect else { return None };
        self.use_again(effect);
        self.open.as_mut()?.make_again(sql).map(result_of)
    }

    /// Runs the first statement of `sql` and collects its rows.
    fn query(
        &mut self,
        effect: &Effect,
        sql: &str,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        if let Some(result) = self.made_again(effect) {
            return Ok(result);
        }
        let open = self.connected(effect)?;
        match effect {
            Effect::Setting(name) => {
                let setting = make(&open.database, name, sql)?;
                open.made(setting.clone());
                Ok(result_of(setting))
            }
            _ => collect(|header, visit| {
                first_statement(&open.database, sql, parameters, header, visit)
            }),
        }
    }

    /// Notes that a statement has ended: its turn to write, if its transaction has ended too, and its failure, unless it did
    /// nothing because another connection has the lock.
    fn ended<R>(&mut self, result: Result<R, Error>) -> Result<R, Error> {
        if !self.open.as_ref().is_some_and(OpenConnection::is_in_transaction) {
            self.turn = None;
        }
        match (&result, &mut self.open) {
            (Err(Error::Io(text)), _) if text == BUSY => {}
            (Err(_), Some(open)) => open.failed(),
            _ => {}
        }
        result
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            self.file.keep(open);
        }
    }
}

impl Connection {
    /// Touches no file: a database that cannot be opened is an error of the first statement.
    pub(crate) fn new(file: Arc<DatabaseFile>) -> Self {
        Self { opened: Arc::new(Mutex::new(Opened { file, open: None, turn: None })) }
    }

    /// Runs the first statement of `sql` and collects its rows.
    pub(crate) async fn query(
        &self,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        let effect = Effect::of(&sql);
        match self.brief(&effect, &sql, &parameters) {
            Some(result) => Ok(result),
            None => {
                let mut opened = self.opened.clone().lock_owned().await;
                opened.wait_for_turn(&sql).await?;
                run_on(opened, move |opened| opened.query(&effect, &sql, parameters)).await
            }
        }
    }

    /// Runs a short read on the current thread, or makes a setting again. Returns `None` if the statement is something else,
    /// would have to wait, or does not end soon; a read that was interrupted can run again. The second run reports any
    /// error.
    fn brief(&self, effect: &Effect, sql: &str, parameters: &[Value]) -> Option<QueryResult> {
        let mut opened = match effect {
            Effect::Setting(_) => return self.opened.try_lock().ok()?.made_again(effect),
            Effect::None => self.opened.try_lock().ok()?,
            Effect::Changes | Effect::Lasting => return None,
        };
        opened.use_again(effect);
        let open = opened.open.as_ref()?;
        let database = &open.database;
        let mut statement = database.prepare_cached(sql).ok().filter(|one| one.readonly())?;
        database.busy_timeout(Duration::ZERO).ok()?;
        open.brief.store(true, Ordering::Relaxed);
        let result =
            collect(|header, visit| run(&mut statement, parameters.to_vec(), header, visit));
        open.brief.store(false, Ordering::Relaxed);
        database.busy_timeout(open.busy_timeout()).ok()?;
        result.ok()
    }

    /// Runs the first statement of `sql`. Its rows and every error come through [`RunningStatement`].
    pub(crate) async fn stream(&self, sql: String, parameters: Vec<Value>) -> RunningStatement {
        let (columns_tx, columns) = oneshot::channel();
        let (rows_tx, rows) = mpsc::channel(ROWS_AHEAD);
        let (done_tx, done) = oneshot::channel();
        let mut opened = self.opened.clone().lock_owned().await;
        let turn = opened.wait_for_turn(&sql).await;
        tokio::task::spawn_blocking(move || {
            let header = |names| columns_tx.send(names).map_err(|_| gone());
            let visit = |row| {
                check_size(row_size(&row))?;
                rows_tx.blocking_send(row).map_err(|_| gone())
            };
            let effect = Effect::of(&sql);
            let result = match effect {
                _ if turn.is_err() => turn,
                Effect::Setting(_) => opened.query(&effect, &sql, parameters).and_then(|made| {
                    header(made.columns)?;
                    made.rows.into_iter().try_for_each(visit)
                }),
                _ => opened.connected(&effect).and_then(|open| {
                    first_statement(&open.database, &sql, parameters, header, visit)
                }),
            };
            let result = opened.ended(result);
            // The rows must end, and the connection be free, before the result is known.
            drop(rows_tx);
            drop(opened);
            // An error means that the guest has dropped the future and does not need the result.
            let _ = done_tx.send(result);
        });
        // No columns means that the statement could not be prepared, which `done` reports.
        let columns = columns.await.unwrap_or_default();
        RunningStatement { columns, rows, done }
    }

    /// Rows changed by the last statement.
    pub(crate) async fn changes(&self) -> Result<u64, Error> {
        let opened = self.opened.clone().lock_owned().await;
        run_on(opened, |opened| Ok(opened.connected(&Effect::None)?.changes())).await
    }

    /// The row id of the last insert.
    pub(crate) async fn last_insert_rowid(&self) -> Result<i64, Error> {
        let opened = self.opened.clone().lock_owned().await;
        run_on(opened, |opened| Ok(opened.connected(&Effect::None)?.last_insert_rowid())).await
    }
}

/// Runs `work` on the connection, on a thread that may block.
async fn run_on<R: Send + 'static>(
    mut opened: OwnedMutexGuard<Opened>,
    work: impl FnOnce(&mut Opened) -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    tokio::task::spawn_blocking(move || {
        let result = work(&mut opened);
        opened.ended(result)
    })
    .await
    .unwrap_or_else(|error| Err(Error::Io(error.to_string())))
}

/// Receives the names of the columns.
type ColumnVisitor<'a> = &'a mut dyn FnMut(Vec<String>) -> Result<(), Error>;
/// Receives a row.
type RowVisitor<'a> = &'a mut dyn FnMut(RowResult) -> Result<(), Error>;

/// Collects the results of a statement.
fn collect(
    statement: impl FnOnce(ColumnVisitor<'_>, RowVisitor<'_>) -> Result<(), Error>,
) -> Result<QueryResult, Error> {
    let mut bytes = size_of::<QueryResult>();
    let mut result = QueryResult { columns: Vec::new(), rows: Vec::new() };
    let QueryResult { columns, rows } = &mut result;
    statement(
        &mut |names| {
            *columns = names;
            Ok(())
        },
        &mut |row| {
            bytes += row_size(&row);
            check_size(bytes)?;
            rows.push(row);
            Ok(())
        },
    )?;
    Ok(result)
}

fn open_new(file: &DatabaseFile) -> Result<OpenConnection, Error> {
    file.create_folder().map_err(|_| Error::InvalidConnection)?;
    file.open().map_err(io)
}

/// Makes settings on a new connection.
fn as_set(mut open: OpenConnection, settings: &[Setting]) -> Result<OpenConnection, Error> {
    for Setting { sql, .. } in settings {
        let setting = make(&open.database, sql, sql)?;
        open.made(setting);
    }
    Ok(open)
}

/// Makes the setting with `name`, which is the statement `sql` in lower case.
fn make(database: &rusqlite::Connection, name: &str, sql: &str) -> Result<Setting, Error> {
    let QueryResult { columns, rows } =
        collect(|header, visit| first_statement(database, sql, Vec::new(), header, visit))?;
    let rows = rows.into_iter().map(|row| row.values.into_iter().map(to_sqlite).collect());
    Ok(Setting { sql: name.to_owned(), columns, rows: rows.collect() })
}

fn result_of(Setting { columns, rows, .. }: Setting) -> QueryResult {
    let values = |row: Vec<SqlValue>| row.into_iter().map(from_sqlite).collect();
    let rows = rows.into_iter().map(|row| RowResult { values: values(row) });
    QueryResult { columns, rows: rows.collect() }
}

/// Runs the first statement of a string. The rest is ignored, as in Spin.
fn first_statement(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: Vec<Value>,
    header: impl FnOnce(Vec<String>) -> Result<(), Error>,
    visit: impl FnMut(RowResult) -> Result<(), Error>,
) -> Result<(), Error> {
    match connection.prepare_cached(sql) {
        Ok(mut statement) => run(&mut statement, parameters, header, visit),
        // Either the statement is invalid, or there is a second statement, which is an error here.
        Err(error) => match Batch::new(connection, sql).next().map_err(io)? {
            Some(mut statement) => run(&mut statement, parameters, header, visit),
            None => Err(io(error)),
        },
    }
}

fn run(
    statement: &mut Statement<'_>,
    parameters: Vec<Value>,
    header: impl FnOnce(Vec<String>) -> Result<(), Error>,
    mut visit: impl FnMut(RowResult) -> Result<(), Error>,
) -> Result<(), Error> {
    let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
    let width = columns.len();
    header(columns)?;
    let mut rows = statement.query(bind(parameters)).map_err(io)?;
    while let Some(row) = rows.next().map_err(io)? {
        visit(read_row(row, width)?)?;
    }
    Ok(())
}

fn bind(parameters: Vec<Value>) -> rusqlite::ParamsFromIter<impl Iterator<Item = SqlValue>> {
    rusqlite::params_from_iter(parameters.into_iter().map(to_sqlite))
}

fn to_sqlite(value: Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Integer(value) => SqlValue::Integer(value),
        Value::Real(value) => SqlValue::Real(value),
        Value::Text(value) => SqlValue::Text(value),
        Value::Blob(value) => SqlValue::Blob(value),
    }
}

fn from_sqlite(value: SqlValue) -> Value {
    match value {
        SqlValue::Null => Value::Null,
        SqlValue::Integer(value) => Value::Integer(value),
        SqlValue::Real(value) => Value::Real(value),
        SqlValue::Text(value) => Value::Text(value),
        SqlValue::Blob(value) => Value::Blob(value),
    }
}

fn read_row(row: &rusqlite::Row<'_>, width: usize) -> Result<RowResult, Error> {
    let values = (0..width)
        .map(|column| match row.get_ref(column).map_err(io)? {
            ValueRef::Null => Ok(Value::Null),
            ValueRef::Integer(value) => Ok(Value::Integer(value)),
            ValueRef::Real(value) => Ok(Value::Real(value)),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Value::Text(text.to_owned())),
                Err(error) => Err(Error::Io(format!("column {column} is not text: {error}"))),
            },
            ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
        })
        .collect::<Result<_, _>>()?;
    Ok(RowResult { values })
}

fn io(error: rusqlite::Error) -> Error {
    Error::Io(error.to_string())
}

fn gone() -> Error {
    Error::Io("the result was dropped".to_owned())
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::poll;

    use super::*;

    async fn change(connection: &Connection, sql: &str) -> Result<QueryResult, Error> {
        connection.query(sql.to_owned(), Vec::new()).await
    }

    #[tokio::test]
    async fn connections_write_in_the_order_in_which_they_ask() {
        let folder = tempfile::tempdir().unwrap();
        let file = Arc::new(DatabaseFile::new(folder.path().join("db")));
        let new = || Connection::new(Arc::clone(&file));
        let (first, second, third, hasty) = (new(), new(), new(), new());
        change(&first, "create table t (a)").await.unwrap();
        for _ in 0..20 {
            change(&first, "begin immediate").await.unwrap();
            change(&first, "insert into t values (1)").await.unwrap();
            let mut after = pin!(change(&second, "insert into t values (2)"));
            let mut last = pin!(change(&third, "insert into t values (3)"));
            assert!(poll!(&mut after).is_pending() && poll!(&mut last).is_pending());
            change(&first, "commit").await.unwrap();
            // The future that asked last is polled first.
            let (last, after) = tokio::join!(last, after);
            last.and(after).unwrap();
        }
        let order = change(&first, "select group_concat(a, '') from t").await.unwrap();
        let Value::Text(order) = &order.rows[0].values[0] else { panic!("{order:?}") };
        assert_eq!(*order, "123".repeat(20));

        change(&hasty, "pragma busy_timeout = 0").await.unwrap();
        change(&first, "begin immediate").await.unwrap();
        let Err(Error::Io(text)) = change(&hasty, "insert into t values (4)").await else {
            panic!("two connections write at once");
        };
        assert_eq!(text, BUSY);
        assert!(change(&hasty, "select a from t").await.is_ok(), "a reader waits for a writer");
        change(&first, "rollback").await.unwrap();
        change(&hasty, "insert into t values (4)").await.unwrap();

        // A turn ends with its connection.
        change(&first, "begin immediate").await.unwrap();
        drop(first);
        change(&hasty, "insert into t values (5)").await.unwrap();
    }
}
