//! The interfaces that the host provides to guests: one module per interface, on top of one module per store.
//!
//! A faulty or hostile guest may call any function here. Errors are returned to the guest as its interface
//! defines. A trap is only for errors that no correct guest can cause.

pub(crate) mod bindings;
pub(crate) mod database;
mod key_value;
pub(crate) mod kv_store;
mod sqlite;
pub(crate) mod stdio;
mod stream;
mod variables;
mod wasi_key_value;
