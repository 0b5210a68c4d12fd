//! The program `nexus`, which contains the application: its first start, backups, and what it says about an
//! installation.
//!
//! - `installation`: an installation of one test
//! - `backup`: backup and restore
//! - `doctor`: the checks of an installation
//! - `start`: starts and stops

mod backup;
mod doctor;
pub(crate) mod installation;
mod start;
