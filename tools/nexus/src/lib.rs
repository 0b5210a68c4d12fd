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

/// How many requests an instance of a component serves under `nexus up`. Spin's own number is 128: at full load an instance
/// lives for a fraction of a second then, and opening databases and verifying tokens anew is a sixth of the work.
pub const REUSE: &str = "4096";
