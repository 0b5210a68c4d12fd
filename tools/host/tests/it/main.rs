//! What a guest and a client see of the host, at each interface and at its edges.
//!
//! The guest is `guests/probe`, found in `NEXUS_WASM_DIR`. Nothing here waits for a time to pass:
//! where one thing must come after another, one of them says so.

mod app;
mod chaining;
mod connections;
mod harness;
mod key_value;
mod lifecycle;
mod limits;
mod outbound;
mod runtime_config;
mod settings;
mod sqlite;
mod streams;
