//! A call of an agent in its one normal form: the method, and every reading of the path that a
//! provider might take. Policies, a manifest's `api.deny`, the endpoints of the connection itself, the
//! record and MCP look at this form and at nothing else.
//!
//! It must not know any policy, nor change what is sent.

mod method;
mod path;

pub use method::CallMethod;
pub use path::{CallPath, Reading, is_same};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod servers;
