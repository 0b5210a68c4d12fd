//! `spin:sqlite@3.1.0`: access checks, handles, and results as streams. The database itself is in
//! [`super::database`].

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use super::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use super::database::Connection;
use super::stream::Rows;
use crate::instance::Ctx;

/// The number of connections that one instance may have open. The same as Spin's.
const MAX_CONNECTIONS: usize = 256;

impl Ctx {
    fn open_database(
        &mut self,
        label: &str,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        if !self.component.databases.contains(label) {
            return Ok(Err(Error::AccessDenied));
        }
        if self.connections >= MAX_CONNECTIONS {
            return Ok(Err(Error::Io("too many connections opened".to_owned())));
        }
        let connection = Connection::new(&self.component.database);
        let handle = self.table.push(connection)?;
        self.connections += 1;
        Ok(Ok(handle))
    }

    fn connection(&self, handle: &Resource<Connection>) -> wasmtime::Result<Connection> {
        Ok(self.table.get(handle)?.clone())
    }
}

impl Host for Ctx {}

impl HostConnection for Ctx {
    async fn open(
        &mut self,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        self.open_database(&label)
    }

    async fn execute(
        &mut self,
        handle: Resource<Connection>,
        sql: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        Ok(self.connection(&handle)?.query(sql, parameters).await)
    }

    async fn changes(&mut self, handle: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.connection(&handle)?.changes().await?)
    }

    async fn last_insert_rowid(&mut self, handle: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.connection(&handle)?.last_insert_rowid().await?)
    }

    fn drop(&mut self, handle: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.connections -= 1;
        Ok(())
    }
}

type ResultStreams = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

impl<T: Send> HostConnectionWithStore<T> for HasSelf<Ctx> {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut store| store.get().open_database(&label))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
        sql: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<ResultStreams, Error>> {
        let connection = accessor.with(|mut store| store.get().connection(&handle))?;
        let running = match connection.stream(sql, parameters).await {
            Ok(running) => running,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut store| {
            let rows = StreamReader::new(&mut store, Rows(running.rows))?;
            let done = FutureReader::new(&mut store, running.done)?;
            Ok(Ok((running.columns, rows, done)))
        })
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut store| store.get().connection(&handle))?;
        Ok(connection.changes().await?)
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        handle: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut store| store.get().connection(&handle))?;
        Ok(connection.last_insert_rowid().await?)
    }
}
