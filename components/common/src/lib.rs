//! The code that the components share: authentication, storage, wire types, errors and the platform.
//!
//! This crate must not hold key material: encryption keys, client secrets and everything that opens a
//! sealed credential are in the broker component alone. Only [`platform`] names `spin_sdk`.
#![forbid(unsafe_code)]

pub mod access;
pub mod auth;
pub mod broker;
pub mod call;
pub mod config;
mod denied;
pub mod domain;
pub mod encoding;
pub mod error;
pub mod forward;
pub mod http;
pub mod id;
pub mod kept;
pub mod limits;
pub mod log;
pub mod oidc;
pub mod origin;
pub mod platform;
pub mod policy;
#[cfg(test)]
mod properties;
pub mod proxy_domain;
pub mod quota;
pub mod reads;
pub mod rpc;
pub mod secret;
pub mod store;
pub mod tick_secret;
pub mod wire;

pub use error::{Error, FieldError, Result};
