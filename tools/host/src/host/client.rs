//! `wasi:http/client` with traces: it notes which request the guest sends another one for, and then does what
//! [`WasiHttp`] does.
//!
//! An instance serves several requests at once, so the task that calls is what tells them apart.

use wasmtime::AsContextMut;
use wasmtime::component::{Accessor, HasData, Linker, Resource};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::client::{self, HostWithStore};
use wasmtime_wasi_http::p3::bindings::http::types::{self, ErrorCode};
use wasmtime_wasi_http::p3::{Request, Response};
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtxView, WasiHttpView};

use crate::instance::Ctx;

/// Adds `wasi:http` to the linker.
pub(super) fn add_to_linker(linker: &mut Linker<Ctx>) -> wasmtime::Result<()> {
    client::add_to_linker::<_, Traced>(linker, Ctx::http)?;
    types::add_to_linker::<_, WasiHttp>(linker, Ctx::http)
}

struct Traced;

impl HasData for Traced {
    type Data<'a> = WasiHttpCtxView<'a>;
}

impl HostWithStore<Ctx> for Traced {
    async fn send(
        store: &Accessor<Ctx, Self>,
        request: Resource<Request>,
    ) -> Result<Resource<Response>, TrappableError<ErrorCode>> {
        store.with(|mut access| {
            let mut store = access.as_context_mut();
            // A request without a known caller begins a trace. It must not fail.
            let tasks: Vec<_> = store.async_call_stack().into_iter().flatten().collect();
            store.data_mut().sends_for(&tasks);
        });
        // Nothing else of this instance runs before the first poll has given the request to the sender.
        let store = store.with_getter::<WasiHttp>(Ctx::http);
        <WasiHttp as HostWithStore<Ctx>>::send(&store, request).await
    }
}
