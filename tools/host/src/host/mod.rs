//! What the host gives to guests: one module per interface, over one module per store.
//!
//! Every function here may be called by a guest that is wrong or hostile: an error goes back to
//! the guest as its interface says, and a trap is for what no correct guest can cause.

pub(crate) mod bindings;
pub(crate) mod database;
mod key_value;
pub(crate) mod kv_store;
mod sqlite;
pub(crate) mod stdio;
mod stream;
mod variables;
mod wasi_key_value;
