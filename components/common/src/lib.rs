//! The code that the components share: authentication, storage, wire types, errors and the platform.
//!
//! This crate must not hold key material: encryption keys, client secrets and everything that opens a
//! sealed credential are in the broker component alone. Only [`platform`] names `spin_sdk`.
//!
//! A module uses modules below it only, and a test checks that none uses one that uses it. From the bottom:
//!
//! 1. [`metrics`]: counts. [`error`], [`platform`], and [`domain`]: the types that operations, rows and JSON share.
//! 2. [`call`], [`policy`], [`reads`]: what a call is, and who may make it.
//! 3. [`http`], and on it [`rpc`] with the operations of [`broker`].
//! 4. [`wire`]: the bodies of requests. [`store`]: the rows.
//! 5. [`auth`]: who is calling. [`access`]: what the role allows. [`forward`]: an agent's call. [`component!`]: the frame
//!    of each component.
#![forbid(unsafe_code)]

pub mod access;
pub mod auth;
pub mod broker;
pub mod call;
mod component;
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
mod members;
pub mod metrics;
pub mod oidc;
pub mod origin;
pub mod platform;
pub mod policy;
#[cfg(test)]
mod properties;
pub mod proxy_domain;
pub mod quota;
pub mod reads;
mod request_id;
pub mod rpc;
pub mod secret;
pub mod store;
pub mod tick_secret;
pub mod wire;

pub use error::{Error, FieldError, Result};
