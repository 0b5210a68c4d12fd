//! How the application is served, described and stored.
//!
//! - `openapi`: the OpenAPI document
//! - `service`: paths, methods, health
//! - `storage`: storage under pressure
//! - `ui`: the admin UI's files

mod openapi;
mod service;
mod storage;
mod ui;
