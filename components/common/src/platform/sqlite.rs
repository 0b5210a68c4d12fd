//! The only wrapper around the SDK's SQLite. It always collects the whole result.
//!
//! No other module may call the SDK's `execute`: it does not report an SQL error until the result is
//! collected, and a result that is not collected stalls other statements. A text must hold only one
//! statement, because SQLite silently drops the text after a `;`.
//!
//! Columns are read by name. A column that is missing, or has another type than the reader wants, is an error
//! and never a default.
//!
//! Values are collected before the first `await`. A future that is generic over them would be compiled once
//! for each number of values.

use std::rc::Rc;

use spin_sdk::sqlite::Connection;
pub use spin_sdk::sqlite::Value;
use spin_sdk::sqlite::wit::sqlite::{Connection as PlainConnection, RowResult};

use super::clock;
pub use super::db_error::DbError;

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
        clock::blocked(|| PlainConnection::open("default")).map(Self).map_err(DbError::from)
    }

    /// Runs one statement and returns all its rows.
    ///
    /// # Errors
    /// [`DbError`] with SQLite's message.
    pub fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbError> {
        let result = clock::blocked(|| self.0.execute(sql, values)).map_err(DbError::from)?;
        Ok(named(result.columns, result.rows))
    }
}

impl Db {
    /// Opens a new connection to the default database.
    ///
    /// # Errors
    /// [`DbError`] if the database cannot be opened.
    pub async fn open() -> Result<Self, DbError> {
        clock::waited(Connection::open_default()).await.map(Self).map_err(DbError::from)
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
        let result = clock::waited(self.0.execute(sql, values)).await.map_err(DbError::from)?;
        let columns = result.columns().to_vec();
        let rows = clock::waited(result.collect()).await.map_err(DbError::from)?;
        Ok(named(columns, rows))
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

/// A row of a result.
#[derive(Clone, PartialEq)]
pub struct Row {
    columns: Rc<[String]>,
    values: Vec<Value>,
}

fn named(columns: Vec<String>, rows: Vec<RowResult>) -> Vec<Row> {
    let columns: Rc<[String]> = columns.into();
    let row = |row: RowResult| Row { columns: Rc::clone(&columns), values: row.values };
    rows.into_iter().map(row).collect()
}

impl Row {
    /// The value of the column `name`.
    ///
    /// # Errors
    /// [`DbError`] if the row has no such column, or if its value has another type.
    pub fn get<'a, T: Column<'a>>(&'a self, name: &str) -> Result<T, DbError> {
        self.value(name).and_then(T::of).ok_or_else(|| unfit(name))
    }

    /// The text of the column `name`.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn text(&self, name: &str) -> Result<String, DbError> {
        self.get::<&str>(name).map(str::to_owned)
    }

    /// The text of the column `name`, or `None` if it is null.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn text_or_null(&self, name: &str) -> Result<Option<String>, DbError> {
        Ok(self.get::<Option<&str>>(name)?.map(str::to_owned))
    }

    /// The text of the only column, without a copy.
    ///
    /// # Errors
    /// [`DbError`] if the row has more columns, or if the value is not a text.
    pub fn into_text(self) -> Result<String, DbError> {
        match <[Value; 1]>::try_from(self.values) {
            Ok([Value::Text(text)]) => Ok(text),
            _ => Err(unfit("of a text")),
        }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let index = self.columns.iter().position(|column| column == name)?;
        self.values.get(index)
    }
}

fn unfit(name: &str) -> DbError {
    DbError::Other(format!("the column {name} is missing, or has another type"))
}

/// A type that a column can have.
pub trait Column<'a>: Sized {
    /// The value, if it has this type.
    fn of(value: &'a Value) -> Option<Self>;
}

impl Column<'_> for i64 {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

impl Column<'_> for u32 {
    fn of(value: &Value) -> Option<Self> {
        i64::of(value)?.try_into().ok()
    }
}

impl Column<'_> for f64 {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Real(number) => Some(*number),
            _ => None,
        }
    }
}

/// SQLite has no Boolean type. 0 is false, and 1 is true.
impl Column<'_> for bool {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl<'a> Column<'a> for &'a str {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'a> Column<'a> for &'a [u8] {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<'a, T: Column<'a>> Column<'a> for Option<T> {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::of(other).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let columns = ["id", "version", "hint", "active"].map(str::to_owned).to_vec();
        let values =
            vec![Value::Text("int_1".into()), Value::Integer(3), Value::Null, Value::Integer(1)];
        named(columns, vec![RowResult { values }]).remove(0)
    }

    #[test]
    fn columns_are_read_by_name_whatever_their_order() {
        let row = row();
        assert_eq!(row.get::<i64>("version").ok(), Some(3));
        assert_eq!(row.text("id").ok().as_deref(), Some("int_1"));
        assert_eq!(row.get::<Option<&str>>("hint").ok(), Some(None));
        assert_eq!(row.get::<bool>("active").ok(), Some(true));
    }

    #[test]
    fn a_missing_column_a_null_and_another_type_are_errors_and_not_defaults() {
        let row = row();
        assert!(row.get::<i64>("versions").is_err());
        assert!(row.get::<&str>("hint").is_err());
        assert!(row.get::<i64>("id").is_err());
        assert!(row.get::<bool>("version").is_err());
    }
}
