//! The one wrapper around the SDK's SQLite, which always collects.
//!
//! The SDK's `execute` reports no SQL error by itself (it arrives when the result is collected), and
//! a result that nobody drains stalls its neighbours. Nothing else may call it. Statements are run
//! one at a time: what follows a `;` in a string would be dropped silently.
//!
//! Values are collected before anything is awaited: a future that was generic over them would be
//! compiled once for each number of values.

use spin_sdk::sqlite::Connection;
use spin_sdk::sqlite::wit::sqlite::Connection as PlainConnection;
pub use spin_sdk::sqlite::{RowResult as Row, Value};

/// An open connection. Dropping it rolls an open transaction back.
pub struct Db(Connection);

/// A connection for short reads, by the interface's plain functions.
///
/// A plain call holds the instance until it returns, and costs a third of one whose rows come
/// through a stream and whose result through a future. In WAL mode a reader waits for nobody.
pub struct ReadDb(PlainConnection);

impl ReadDb {
    /// Opens a new connection to the default database.
    ///
    /// # Errors
    /// [`DbError`] where the database cannot be opened.
    pub fn open() -> Result<Self, DbError> {
        PlainConnection::open("default").map(Self).map_err(DbError::from)
    }

    /// Runs one statement and returns all its rows.
    ///
    /// # Errors
    /// [`DbError`] with SQLite's text.
    pub fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        Ok(self.0.execute(sql, values).map_err(DbError::from)?.rows)
    }
}

/// Why a statement failed.
#[derive(Debug)]
pub enum DbError {
    /// Another writer held the database for longer than the busy timeout (5 s).
    Busy,
    /// The disk is full.
    Full,
    /// Anything else, in SQLite's words. They may name tables and columns, never values.
    Other(String),
}

impl Db {
    /// Opens a new connection to the default database.
    ///
    /// # Errors
    /// [`DbError`] where the database cannot be opened.
    pub async fn open() -> Result<Self, DbError> {
        Connection::open_default().await.map(Self).map_err(DbError::from)
    }

    /// Runs one statement and returns all its rows.
    ///
    /// # Errors
    /// [`DbError`] with SQLite's text.
    pub fn query(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DbError>> {
        self.run(sql, Vec::from_iter(values))
    }

    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, DbError> {
        let result = self.0.execute(sql, values).await.map_err(DbError::from)?;
        result.collect().await.map_err(DbError::from)
    }

    /// Runs one statement and returns its first row.
    ///
    /// # Errors
    /// [`DbError`] with SQLite's text.
    pub fn row(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Option<Row>, DbError>> {
        first(self.query(sql, values))
    }
}

/// The first of the rows that `rows` gives.
pub(crate) async fn first<E>(
    rows: impl Future<Output = Result<Vec<Row>, E>>,
) -> Result<Option<Row>, E> {
    Ok(rows.await?.into_iter().next())
}

impl From<spin_sdk::sqlite::Error> for DbError {
    fn from(error: spin_sdk::sqlite::Error) -> Self {
        use spin_sdk::sqlite::Error as Sdk;
        match error {
            Sdk::DatabaseFull => Self::Full,
            Sdk::Io(text) if text.contains("database is locked") || text.contains("is busy") => {
                Self::Busy
            }
            Sdk::Io(text) if text.contains("database or disk is full") => Self::Full,
            Sdk::Io(text) => Self::Other(text),
            other => Self::Other(other.to_string()),
        }
    }
}

/// A text column of a row; empty where it is null.
pub fn text(row: &Row, index: usize) -> &str {
    row.get::<&str>(index).unwrap_or_default()
}

/// The text of a row's first column, without a copy; empty where it is null.
pub fn into_text(row: Row) -> String {
    match row.values.into_iter().next() {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}
