//! The commands of `nexus`, the operator's tool, one file per command.
//!
//! The tool is for people who run Integration Nexus and have no source tree. It must not depend on cargo, on
//! the repository, or on a component. Results go to stdout; messages go to stderr.

pub mod audit;
pub mod keys;
pub mod sign_in;
pub mod variables;
