//! `spin:key-value@3.0.0`: access checks and handles for [`crate::kv_store`].

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use super::bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::instance::Ctx;
use crate::kv_store::Store;

/// The number of stores that one instance may have open. The same as Spin's.
pub(crate) const MAX_STORES: usize = 256;

/// The reason why a store was not opened.
pub(crate) enum OpenError {
    AccessDenied,
    TableFull,
}

impl Ctx {
    /// Opens a store for either of the interfaces.
    pub(crate) fn open_store(
        &mut self,
        label: &str,
    ) -> wasmtime::Result<Result<Resource<Store>, OpenError>> {
        if !self.component.stores.contains(label) {
            return Ok(Err(OpenError::AccessDenied));
        }
        if self.stores >= MAX_STORES {
            return Ok(Err(OpenError::TableFull));
        }
        let store = self.component.key_value.store(label);
        let handle = self.table.push(store)?;
        self.stores += 1;
        Ok(Ok(handle))
    }

    /// Closes a store.
    pub(crate) fn close_store(&mut self, handle: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        self.stores -= 1;
        Ok(())
    }

    /// The store behind a handle.
    pub(crate) fn store(&self, handle: &Resource<Store>) -> wasmtime::Result<Store> {
        Ok(self.table.get(handle)?.clone())
    }
}

impl Host for Ctx {}

impl HostStore for Ctx {
    fn drop(&mut self, handle: Resource<Store>) -> wasmtime::Result<()> {
        self.close_store(handle)
    }
}

impl<T: Send> HostStoreWithStore<T> for HasSelf<Ctx> {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<Store>, Error>> {
        let opened = accessor.with(|mut store| store.get().open_store(&label))?;
        Ok(opened.map_err(|refused| match refused {
            OpenError::AccessDenied => Error::AccessDenied,
            OpenError::TableFull => Error::StoreTableFull,
        }))
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(store(accessor, &handle)?.get(key).await.map_err(Error::Other))
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor, &handle)?.set(key, value).await.map_err(Error::Other))
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store(accessor, &handle)?.delete(key).await.map_err(Error::Other))
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        let value = store(accessor, &handle)?.get(key).await;
        Ok(value.map(|value| value.is_some()).map_err(Error::Other))
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let (keys, done) = match store(accessor, &handle)?.keys().await {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(Error::Other(error))),
        };
        accessor.with(|mut store| {
            let keys = StreamReader::new(&mut store, keys)?;
            let done = FutureReader::new(&mut store, async move { wasmtime::error::Ok(done) })?;
            Ok((keys, done))
        })
    }
}

fn store<T: Send>(
    accessor: &Accessor<T, HasSelf<Ctx>>,
    handle: &Resource<Store>,
) -> wasmtime::Result<Store> {
    accessor.with(|mut store| store.get().store(handle))
}
