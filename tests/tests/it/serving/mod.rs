//! How the application is served, described and stored.
//!
//! - `deployed`: the files of `deploy/` that name what the application has
//! - `metrics`: what Prometheus sees
//! - `openapi`: the OpenAPI document
//! - `replicas`: replicas on one libSQL server and one Redis
//! - `service`: paths, methods, health
//! - `storage`: storage under pressure
//! - `two_processes`: what is ended in one process is refused by another
//! - `ui`: the admin UI's files

mod deployed;
pub(crate) mod metrics;
mod openapi;
mod replicas;
mod service;
mod storage;
mod two_processes;
mod ui;
