//! The application's variables for the commands.

pub(crate) use nexus_cli::keys::PREFIX;
pub(crate) use nexus_cli::variables::Variables;
