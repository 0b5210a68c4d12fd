//! The only module that names `spin_sdk`: HTTP in and out, SQLite, key-value store, variables and clock.
//!
//! All other code uses these few types, so that another runtime, or another version of the SDK, changes only
//! this module. This module must not know what the product does.

pub mod beside;
pub mod clock;
mod db_error;
pub mod http;
pub mod kv;
mod messages;
pub mod queue;
pub mod server;
mod shared_read;
pub mod sqlite;
pub mod variables;

/// The SDK, for the expansion of [`component!`](crate::component) only.
#[doc(hidden)]
pub use spin_sdk as sdk;
