//! `spin:key-value@3.0.0`: access checks and handles for [`crate::kv_store`].

use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use super::bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore};
use super::stream::Rows;
use crate::instance::Ctx;
use crate::kv_store::{Failure, KeyValue, Keys, Store};

/// The number of stores that one instance may have open. The same as Spin's.
pub(crate) const MAX_STORES: usize = 256;

/// The reason why a store was not opened.
pub(crate) enum OpenError {
    AccessDenied,
    TableFull,
    Failed(Failure),
}

impl Ctx {
    /// What contains the store with this label.
    pub(crate) fn key_value(&self, label: &str) -> Result<KeyValue, OpenError> {
        let component = &self.component;
        component
            .stores
            .contains(label)
            .then(|| component.key_value.clone())
            .ok_or(OpenError::AccessDenied)
    }

    /// Gives the guest an open store.
    pub(crate) fn keep_store(
        &mut self,
        store: Store,
    ) -> wasmtime::Result<Result<Resource<Store>, OpenError>> {
        if self.stores >= MAX_STORES {
            return Ok(Err(OpenError::TableFull));
        }
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
        let opened = async {
            let key_value = accessor.with(|mut store| store.get().key_value(&label))?;
            key_value.store(&label).await.map_err(OpenError::Failed)
        };
        let kept = match opened.await {
            Ok(store) => accessor.with(|mut data| data.get().keep_store(store))?,
            Err(refused) => Err(refused),
        };
        Ok(kept.map_err(|refused| match refused {
            OpenError::AccessDenied => Error::AccessDenied,
            OpenError::TableFull => Error::StoreTableFull,
            OpenError::Failed(why) => Error::Other(why),
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
        Ok(store(accessor, &handle)?.exists(key).await.map_err(Error::Other))
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        handle: Resource<Store>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let Keys { keys, done } = store(accessor, &handle)?.stream_keys().await;
        let done = async move {
            let done = done.await.unwrap_or_else(|error| Err(error.to_string()));
            wasmtime::error::Ok(done.map_err(Error::Other))
        };
        accessor.with(|mut store| {
            let keys = StreamReader::new(&mut store, Rows(keys))?;
            let done = FutureReader::new(&mut store, done)?;
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
