//! A connection to a libSQL server, through the client that Spin uses, in Spin's version, and called as Spin calls
//! it. So its limits are Spin's too: a new client for every `open`, one request per statement, and no time limit.
//! `changes` and `last_insert_rowid` are always 0.

use std::sync::Arc;

use tokio::sync::{OnceCell, mpsc, oneshot};

use super::{ROWS_AHEAD, RunningStatement, check_size, row_size};
use crate::host::bindings::spin::sqlite::sqlite::{Error, QueryResult, RowResult, Value};
use crate::runtime_config::LibsqlServer;

/// A connection to a server.
#[derive(Clone)]
pub(crate) struct Connection {
    server: Arc<LibsqlServer>,
    opened: Arc<OnceCell<libsql::Connection>>,
}

impl Connection {
    /// Sends nothing.
    pub(crate) fn new(server: Arc<LibsqlServer>) -> Self {
        Self { server, opened: Arc::default() }
    }

    async fn opened(&self) -> Result<&libsql::Connection, Error> {
        let LibsqlServer { url, token } = &*self.server;
        let open = || async {
            let database = libsql::Builder::new_remote(url.clone(), token.clone()).build().await?;
            database.connect()
        };
        let opened: Result<_, libsql::Error> = self.opened.get_or_try_init(open).await;
        opened.map_err(|_| Error::InvalidConnection)
    }

    /// Runs the first statement of `sql` and collects its rows.
    pub(crate) async fn query(
        &self,
        sql: &str,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        let mut found = self.opened().await?.query(sql, bind(parameters)).await.map_err(io)?;
        let columns = columns(&found);
        let mut rows = Vec::new();
        let mut bytes = 0;
        while let Some(row) = found.next().await.map_err(io)? {
            let row = read_row(&row, found.column_count())?;
            bytes += row_size(&row);
            check_size(bytes)?;
            rows.push(row);
        }
        Ok(QueryResult { columns, rows })
    }

    /// Runs the first statement of `sql`. It goes on if the guest no longer waits for it.
    pub(crate) async fn stream(
        &self,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<RunningStatement, Error> {
        let connection = self.opened().await?.clone();
        let (columns_tx, columns_rx) = oneshot::channel();
        let (rows_tx, rows) = mpsc::channel(ROWS_AHEAD);
        let (done_tx, done) = oneshot::channel();
        tokio::spawn(async move {
            let run = async {
                let mut found = connection.query(&sql, bind(parameters)).await.map_err(io)?;
                columns_tx.send(columns(&found)).map_err(|_| gone())?;
                while let Some(row) = found.next().await.map_err(io)? {
                    let row = read_row(&row, found.column_count())?;
                    check_size(row_size(&row))?;
                    rows_tx.send(row).await.map_err(|_| gone())?;
                }
                Ok(())
            };
            let result = run.await;
            drop(rows_tx);
            // An error means that the guest has dropped the future and does not need the result.
            let _ = done_tx.send(result);
        });
        // No columns means that the statement failed, which `done` reports.
        let columns = columns_rx.await.unwrap_or_default();
        Ok(RunningStatement { columns, rows, done })
    }

    /// What the client knows of the rows that the last statement changed.
    pub(crate) async fn changes(&self) -> Result<u64, Error> {
        Ok(self.opened().await?.changes())
    }

    /// What the client knows of the row id of the last insert.
    pub(crate) async fn last_insert_rowid(&self) -> Result<i64, Error> {
        Ok(self.opened().await?.last_insert_rowid())
    }
}

fn columns(rows: &libsql::Rows) -> Vec<String> {
    let name = |column| rows.column_name(column).unwrap_or_default().to_owned();
    (0..rows.column_count()).map(name).collect()
}

fn bind(parameters: Vec<Value>) -> Vec<libsql::Value> {
    let bind = |value| match value {
        Value::Null => libsql::Value::Null,
        Value::Integer(value) => libsql::Value::Integer(value),
        Value::Real(value) => libsql::Value::Real(value),
        Value::Text(value) => libsql::Value::Text(value),
        Value::Blob(value) => libsql::Value::Blob(value),
    };
    parameters.into_iter().map(bind).collect()
}

fn read_row(row: &libsql::Row, width: i32) -> Result<RowResult, Error> {
    let value = |column| {
        Ok(match row.get_value(column).map_err(io)? {
            libsql::Value::Null => Value::Null,
            libsql::Value::Integer(value) => Value::Integer(value),
            libsql::Value::Real(value) => Value::Real(value),
            libsql::Value::Text(value) => Value::Text(value),
            libsql::Value::Blob(value) => Value::Blob(value),
        })
    };
    Ok(RowResult { values: (0..width).map(value).collect::<Result<_, Error>>()? })
}

fn io(error: libsql::Error) -> Error {
    Error::Io(error.to_string())
}

fn gone() -> Error {
    Error::Io("the result was dropped".to_owned())
}
