//! How the application is served, described and stored.
//!
//! - `compressed`: JSON for a client that accepts gzip
//! - `deployed`: the files of `deploy/` that name what the application has
//! - `earlier`: databases of earlier versions, migrated and read
//! - `metrics`: the metrics for Prometheus
//! - `replicas`: replicas on one libSQL server and one Redis
//! - `service`: paths, methods, health
//! - `storage`: storage under pressure
//! - `theme`: the theme of the pages that the server makes
//! - `traces`: what the runtime tells a collector about a request
//! - `two_processes`: a change in one process counts in another
//! - `ui`: the admin UI's files

mod compressed;
mod deployed;
mod earlier;
pub(crate) mod metrics;
mod openapi;
mod replicas;
mod service;
mod storage;
mod theme;
mod traces;
mod two_processes;
mod ui;
