//! What the application knows about providers: the types of a manifest, the rules that a manifest must meet,
//! and the table of built-in manifests.
//!
//! The broker and the catalogue link this crate. `build.rs` checks the JSON files with the same modules, so a
//! file that breaks a rule fails the build. Nothing here does I/O, holds a secret or contains code for a
//! particular provider.

#![forbid(unsafe_code)]

pub mod answer;
pub mod catalog;
mod choice;
pub mod draft;
pub mod faults;
pub mod finding;
pub mod guard;
pub mod lint;
pub mod model;
mod own;
mod own_hosts;
pub mod params;
pub mod parse;
mod pattern;
pub mod pins;
mod private_hosts;
mod private_names;
#[cfg(test)]
mod properties;
pub mod template;
pub mod verdict;

pub use finding::Finding;
pub use lint::{Origin, check};
pub use model::*;
pub use params::{Pins, pins, pins_before_flow};
pub use parse::parse;
pub use pattern::{is_host_name, is_match};

/// The JSON Schema (draft 2020-12) of a manifest, pretty-printed: the content of `schema.json`.
#[cfg(feature = "schema")]
#[must_use]
pub fn schema() -> String {
    format!("{:#}", schemars::schema_for!(Manifest).to_value())
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    #[test]
    fn the_committed_schema_is_current() {
        let committed = include_str!("../schema.json");
        // Compared as values, because the order of members depends on features that other crates enable.
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(
            value(committed),
            value(&super::schema()),
            "run: cargo run -p nexus-manifests --features schema --example schema > manifests/schema.json"
        );
    }
}
