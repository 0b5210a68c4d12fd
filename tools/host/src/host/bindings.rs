//! The generated side of the interfaces: `build.rs` says where it comes from. No code of our own.

#![allow(missing_docs, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
