//! The commands that need the application, or the files of an installation.

mod asking;
pub mod backup;
mod bundle;
pub mod doctor;
pub mod health;
mod installation;
pub mod migrate;
pub mod restore;
mod snapshot;
mod swap;
mod tick;
pub mod up;

pub use installation::{Place, default_env_file};
