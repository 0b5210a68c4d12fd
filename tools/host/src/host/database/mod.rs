//! A connection to a database, as Spin provides it to guests: to a SQLite file, or to a libSQL server.

mod file;
mod server;

use tokio::sync::{mpsc, oneshot};

use super::bindings::spin::sqlite::sqlite::{Error, QueryResult, RowResult, Value};
use crate::kv_store::MAX_RESULT_BYTES;
use crate::runtime_config::Database;

/// The number of rows that are buffered for the guest before the statement waits. The same as Spin's, so that
/// tests on this host also detect a guest that does not read a result to its end.
const ROWS_AHEAD: usize = 4;

/// A connection to a database, shared with the statement that runs on it.
#[derive(Clone)]
pub enum Connection {
    /// To a file.
    File(file::Connection),
    /// To a libSQL server.
    Server(server::Connection),
}

/// A running statement: `done` resolves when `rows` has ended.
pub(crate) struct RunningStatement {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: mpsc::Receiver<RowResult>,
    pub(crate) done: oneshot::Receiver<Result<(), Error>>,
}

impl Connection {
    /// Touches no file and sends nothing: a database that cannot be opened is an error of the first statement.
    pub(crate) fn new(database: &Database) -> Self {
        match database {
            Database::File(file) => Self::File(file::Connection::new(file.clone())),
            Database::Server(server) => Self::Server(server::Connection::new(server.clone())),
        }
    }

    /// Runs the first statement of `sql` and collects its rows.
    pub(crate) async fn query(
        &self,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        match self {
            Self::File(connection) => connection.query(sql, parameters).await,
            Self::Server(connection) => connection.query(&sql, parameters).await,
        }
    }

    /// Runs the first statement of `sql`. Its rows and its errors come through [`RunningStatement`].
    pub(crate) async fn stream(
        &self,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<RunningStatement, Error> {
        match self {
            Self::File(connection) => Ok(connection.stream(sql, parameters).await),
            Self::Server(connection) => connection.stream(sql, parameters).await,
        }
    }

    /// Rows changed by the last statement.
    pub(crate) async fn changes(&self) -> Result<u64, Error> {
        match self {
            Self::File(connection) => connection.changes().await,
            Self::Server(connection) => connection.changes().await,
        }
    }

    /// The row id of the last insert.
    pub(crate) async fn last_insert_rowid(&self) -> Result<i64, Error> {
        match self {
            Self::File(connection) => connection.last_insert_rowid().await,
            Self::Server(connection) => connection.last_insert_rowid().await,
        }
    }
}

fn row_size(row: &RowResult) -> usize {
    let content = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Null | Value::Integer(_) | Value::Real(_) => 0,
    };
    row.values.iter().map(|value| size_of::<Value>() + content(value)).sum()
}

fn check_size(bytes: usize) -> Result<(), Error> {
    if bytes > MAX_RESULT_BYTES {
        return Err(Error::Io(format!("query result exceeds limit of {MAX_RESULT_BYTES} bytes")));
    }
    Ok(())
}
