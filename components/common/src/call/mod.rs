//! The normal form of an agent's call: the method, and every way in which a provider may read the path.
//! Policies, a manifest's `api.deny`, the rules for the endpoints of the connection itself, the audit record
//! and MCP look at this form only.
//!
//! This module must not know any policy, and must not change what is sent.

mod method;
mod path;

pub use method::CallMethod;
pub use path::{CallPath, Reading, is_same};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod servers;
