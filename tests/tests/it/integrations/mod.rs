//! Integrations and manifests, as an ADMIN manages them.
//!
//! - `change`: `PUT /api/integrations/{id}`
//! - `connect`: connect, list, check and delete by key
//! - `history`: events, usage and the tick
//! - `list`: the orders, the cursors and the counts of the list
//! - `manifests`: the catalogue, and a workspace's own manifests
//! - `names`: names that look alike
//! - `providers`: every built-in provider with a key or Basic
//! - `quotas`: the quotas of a workspace

mod change;
mod connect;
mod history;
mod list;
mod manifests;
mod names;
mod providers;
mod quotas;
