//! The interfaces that the host provides to guests: one module per interface, on top of
//! `database` and [`crate::kv_store`].
//!
//! A faulty or hostile guest may call any function here. Errors are returned to the guest as its interface
//! defines. A trap is only for errors that no correct guest can cause.

mod bindings;
mod client;
pub(crate) mod database;
mod key_value;
mod sqlite;
mod stream;
mod variables;
mod wasi_key_value;

use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::instance::Ctx;
use bindings::Imports;

/// All interfaces that a component can import. `traced`: there are traces.
pub(crate) fn linker(engine: &Engine, traced: bool) -> wasmtime::Result<Linker<Ctx>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    match traced {
        true => client::add_to_linker(&mut linker)?,
        false => wasmtime_wasi_http::p3::add_to_linker(&mut linker)?,
    }
    Imports::add_to_linker::<_, wasmtime::component::HasSelf<_>>(&mut linker, |ctx| ctx)?;
    Ok(linker)
}
