//! The commands of `nexus`, the operator's tool, one file per command.
//!
//! The tool is for people who run Integration Nexus and have no source tree. It must not depend on cargo or on
//! the repository. Results go to stdout; messages go to stderr. With the feature `server`, it is the application
//! itself, too.

pub mod audit;
pub mod digest;
pub mod keys;
#[cfg(feature = "server")]
pub mod server;
pub mod sign_in;
pub mod state;
pub mod variables;
