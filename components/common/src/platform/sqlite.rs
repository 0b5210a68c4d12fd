//! The only wrapper around the SDK's SQLite. It always collects the whole result.
//!
//! No other module may call the SDK's `execute`: it does not report an SQL error until the result is
//! collected, and a result that is not collected stalls other statements. A text must hold only one
//! statement, because SQLite silently drops the text after a `;`.
//!
//! Values are collected before the first `await`. A future that is generic over them would be compiled once
//! for each number of values.

use spin_sdk::sqlite::Connection;
use spin_sdk::sqlite::wit::sqlite::Connection as PlainConnection;
pub use spin_sdk::sqlite::{RowResult as Row, Value};

/// An open connection. If it is dropped, an open transaction is rolled back.
pub struct Db(Connection);

/// A connection for short reads, which uses the plain functions of the interface.
///
/// A plain call blocks the instance until it returns. It costs a third of a call that returns its rows by a
/// stream and its result by a future. In WAL mode, a reader never waits for a writer.
pub struct ReadDb(PlainConnection);

impl ReadDb {
    /// Opens a new connection to the default database.
    ///
    /// # Errors
    /// [`DbError`] if the database cannot be opened.
    pub fn open() -> Result<Self, DbError> {
        PlainConnection::open("default").map(Self).map_err(DbError::from)
    }

    /// Runs one statement and returns all its rows.
    ///
    /// # Errors
    /// [`DbError`] with SQLite's message.
    pub fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        Ok(self.0.execute(sql, values).map_err(DbError::from)?.rows)
    }
}

/// Why a statement failed.
#[derive(Debug)]
pub enum DbError {
    /// Another writer held the database lock for longer than the busy timeout (5 s).
    Busy,
    /// The disk is full.
    Full,
    /// Another error, with SQLite's message, which may name tables and columns but never values.
    Other(String),
}

impl Db {
    /// Opens a new connection to the default database.
    ///
    /// # Errors
    /// [`DbError`] if the database cannot be opened.
    pub async fn open() -> Result<Self, DbError> {
        Connection::open_default().await.map(Self).map_err(DbError::from)
    }

    /// Runs one statement and returns all its rows.
    ///
    /// # Errors
    /// [`DbError`] with SQLite's message.
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
    /// [`DbError`] with SQLite's message.
    pub fn row(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<Option<Row>, DbError>> {
        first(self.query(sql, values))
    }
}

/// The first of `rows`.
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

/// A text column of a row. Empty if it is null.
pub fn text(row: &Row, index: usize) -> &str {
    row.get::<&str>(index).unwrap_or_default()
}

/// The text of a row's first column, without a copy. Empty if it is null.
pub fn into_text(row: Row) -> String {
    match row.values.into_iter().next() {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}
