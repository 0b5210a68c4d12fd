//! The application's database, for tests that read or change it: in a file, or on a libSQL server. The
//! functions are those of `rusqlite` that tests use.

use std::net::SocketAddr;

use rusqlite::types::{FromSql, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Error, Result};

use crate::kit::hrana::{Rows, Stream};

/// A separate connection to the database.
pub(crate) enum Database {
    File(rusqlite::Connection),
    Server(Stream),
}

/// A row of a result.
pub(crate) struct Row {
    columns: Vec<String>,
    values: Vec<Value>,
}

/// The number or the name of a column.
pub(crate) trait Index {
    fn in_columns(&self, columns: &[String]) -> Option<usize>;
}

impl Index for usize {
    fn in_columns(&self, _columns: &[String]) -> Option<usize> {
        Some(*self)
    }
}

impl Index for &str {
    fn in_columns(&self, columns: &[String]) -> Option<usize> {
        columns.iter().position(|column| column == self)
    }
}

impl Row {
    pub(crate) fn get<I: Index, T: FromSql>(&self, index: I) -> Result<T> {
        let index = index.in_columns(&self.columns).unwrap_or(usize::MAX);
        let value = self.values.get(index).ok_or(Error::InvalidColumnIndex(index))?;
        let value = ValueRef::from(value);
        T::column_result(value).map_err(|error| {
            Error::FromSqlConversionFailure(index, value.data_type(), Box::new(error))
        })
    }
}

/// The values of a statement.
pub(crate) trait Params {
    fn values(&self) -> Result<Vec<Value>>;
}

fn value(value: &dyn ToSql) -> Result<Value> {
    Ok(match value.to_sql()? {
        ToSqlOutput::Borrowed(value) => value.try_into()?,
        ToSqlOutput::Owned(value) => value,
        _ => unreachable!("a value that only rusqlite can bind"),
    })
}

impl Params for [&dyn ToSql; 0] {
    fn values(&self) -> Result<Vec<Value>> {
        Ok(Vec::new())
    }
}

impl Params for &[&dyn ToSql] {
    fn values(&self) -> Result<Vec<Value>> {
        self.iter().map(|one| value(*one)).collect()
    }
}

macro_rules! params {
    ($($count:literal)*) => {$(
        impl<T: ToSql> Params for [T; $count] {
            fn values(&self) -> Result<Vec<Value>> {
                self.iter().map(|one| value(one)).collect()
            }
        }
    )*};
}
params!(1 2 3 4 5 6);

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: ToSql),*> Params for ($($name,)*) {
            fn values(&self) -> Result<Vec<Value>> {
                #[allow(non_snake_case, reason = "a value is named after its type")]
                let ($($name,)*) = self;
                Ok(vec![$(value($name)?),*])
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);

impl Database {
    /// The database in a file.
    pub(crate) fn file(path: &std::path::Path) -> Self {
        let database = rusqlite::Connection::open(path).unwrap();
        // Deleted content is overwritten, as on the application's own connections.
        database.pragma_update(None, "secure_delete", 1).unwrap();
        Self::File(database)
    }

    /// The database on the libSQL server at this address.
    pub(crate) fn server(address: SocketAddr) -> Self {
        Self::Server(Stream::new(address))
    }

    fn run(&self, sql: &str, values: Vec<Value>) -> Result<Rows> {
        match self {
            Self::File(database) => {
                let mut statement = database.prepare(sql)?;
                let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
                let width = columns.len();
                let mut found = statement.query(rusqlite::params_from_iter(values))?;
                let mut rows = Vec::new();
                while let Some(row) = found.next()? {
                    rows.push((0..width).map(|index| row.get(index)).collect::<Result<_>>()?);
                }
                drop(found);
                drop(statement);
                let changed = usize::try_from(database.changes()).unwrap();
                Ok(Rows { columns, rows, changed })
            }
            Self::Server(stream) => stream.execute(sql, &values),
        }
    }

    /// Runs one statement, and returns how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        Ok(self.run(sql, params.values()?)?.changed)
    }

    /// Runs any number of statements.
    pub(crate) fn execute_batch(&self, sql: &str) -> Result<()> {
        match self {
            Self::File(database) => database.execute_batch(sql),
            Self::Server(stream) => stream.sequence(sql),
        }
    }

    /// The first row of a result.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row) -> Result<T>,
    ) -> Result<T> {
        let Rows { columns, rows, .. } = self.run(sql, params.values()?)?;
        let values = rows.into_iter().next().ok_or(Error::QueryReturnedNoRows)?;
        read(&Row { columns, values })
    }

    /// All rows of a result.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Rows { columns, rows, .. } = self.run(sql, params.values()?)?;
        let row = |values| read(&Row { columns: columns.clone(), values });
        rows.into_iter().map(row).collect()
    }
}
