//! The generated bindings of the interfaces; `build.rs` explains where they come from. This module has no
//! code of its own.

#![allow(missing_docs, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
