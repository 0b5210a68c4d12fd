//! The host as a guest and a client see it, at each interface and in its edge cases.
//!
//! The guest is `guests/probe`, found in `NEXUS_WASM_DIR`. No test waits for a fixed time: where one event
//! must follow another, the first one signals it.

mod app;
mod chaining;
mod connections;
mod harness;
mod key_value;
mod lifecycle;
mod limits;
mod outbound;
mod runtime_config;
mod servers;
mod settings;
mod sqlite;
mod streams;
mod traces;
