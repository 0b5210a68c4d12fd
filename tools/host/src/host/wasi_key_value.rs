//! `wasi:keyvalue`, store and atomics, in the draft that the SDK includes: the same stores through another
//! interface.

use wasmtime::component::Resource;

use super::bindings::wasi::keyvalue::atomics::{self, CasError};
use super::bindings::wasi::keyvalue::store::{self, Error, KeyResponse};
use super::key_value::{MAX_STORES, OpenError};
use crate::instance::Ctx;
use crate::kv_store::{Cas, Store};

impl store::Host for Ctx {
    async fn open(&mut self, label: String) -> wasmtime::Result<Result<Resource<Store>, Error>> {
        let opened = match self.key_value(&label) {
            Ok(key_value) => key_value.store(&label).await.map_err(OpenError::Failed),
            Err(refused) => Err(refused),
        };
        let kept = match opened {
            Ok(store) => self.keep_store(store)?,
            Err(refused) => Err(refused),
        };
        Ok(kept.map_err(|refused| match refused {
            OpenError::AccessDenied => Error::AccessDenied,
            OpenError::TableFull => Error::Other("store table full".to_owned()),
            OpenError::Failed(why) => Error::Other(why),
        }))
    }
}

impl store::HostBucket for Ctx {
    async fn get(
        &mut self,
        bucket: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(self.store(&bucket)?.get(key).await.map_err(Error::Other))
    }

    async fn set(
        &mut self,
        bucket: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(self.store(&bucket)?.set(key, value).await.map_err(Error::Other))
    }

    async fn delete(
        &mut self,
        bucket: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(self.store(&bucket)?.delete(key).await.map_err(Error::Other))
    }

    async fn exists(
        &mut self,
        bucket: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(self.store(&bucket)?.exists(key).await.map_err(Error::Other))
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<Store>,
        cursor: Option<String>,
    ) -> wasmtime::Result<Result<KeyResponse, Error>> {
        if cursor.is_some() {
            return Ok(Err(Error::Other("list_keys: cursor not supported".to_owned())));
        }
        let keys = self.store(&bucket)?.keys().await;
        Ok(keys.map(|keys| KeyResponse { keys, cursor: None }).map_err(Error::Other))
    }

    async fn drop(&mut self, bucket: Resource<Store>) -> wasmtime::Result<()> {
        self.close_store(bucket)
    }
}

impl Ctx {
    fn push_cas(&mut self, cas: Cas) -> wasmtime::Result<Result<Resource<Cas>, Error>> {
        if self.swaps >= MAX_STORES {
            return Ok(Err(Error::Other("too many compare_and_swaps opened".to_owned())));
        }
        let handle = self.table.push(cas)?;
        self.swaps += 1;
        Ok(Ok(handle))
    }

    fn take_cas(&mut self, handle: Resource<Cas>) -> wasmtime::Result<Cas> {
        let cas = self.table.delete(handle)?;
        self.swaps -= 1;
        Ok(cas)
    }
}

impl atomics::HostCas for Ctx {
    async fn new(
        &mut self,
        bucket: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Resource<Cas>, Error>> {
        match self.store(&bucket)?.begin_cas(key).await {
            Ok(cas) => self.push_cas(cas),
            Err(error) => Ok(Err(Error::Other(error))),
        }
    }

    async fn current(
        &mut self,
        handle: Resource<Cas>,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let cas = self.table.get_mut(&handle)?;
        Ok(cas.current().await.map_err(Error::Other))
    }

    async fn drop(&mut self, handle: Resource<Cas>) -> wasmtime::Result<()> {
        self.take_cas(handle).map(drop)
    }
}

impl atomics::Host for Ctx {
    async fn increment(
        &mut self,
        bucket: Resource<Store>,
        key: String,
        delta: i64,
    ) -> wasmtime::Result<Result<i64, Error>> {
        Ok(self.store(&bucket)?.increment(key, delta).await.map_err(Error::Other))
    }

    async fn swap(
        &mut self,
        handle: Resource<Cas>,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), CasError>> {
        let cas = self.take_cas(handle)?;
        match cas.swap(value).await {
            Ok(true) => return Ok(Ok(())),
            Ok(false) => {}
            Err(error) => return Ok(Err(CasError::StoreError(Error::Other(error)))),
        }
        // The guest gets a new handle, which has read the current value.
        let mut cas = match cas.again().await {
            Ok(cas) => cas,
            Err(error) => return Ok(Err(CasError::StoreError(Error::Other(error)))),
        };
        if let Err(error) = cas.current().await {
            return Ok(Err(CasError::StoreError(Error::Other(error))));
        }
        Ok(Err(match self.push_cas(cas)? {
            Ok(handle) => CasError::CasFailed(handle),
            Err(error) => CasError::StoreError(error),
        }))
    }
}
