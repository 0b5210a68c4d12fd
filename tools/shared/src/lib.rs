//! What the host, the program `nexus` and the developers' commands share.
//!
//! This crate must stay small, because each of them pays for it. It must not know the application.
#![forbid(unsafe_code)]

pub mod dotenv;
#[cfg(feature = "timer")]
pub mod timer;
