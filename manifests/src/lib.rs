//! What the application knows about providers: the types of a manifest, the rules it must meet, and
//! the table of the built-in ones.
//!
//! The broker and the catalogue link this crate; `build.rs` runs the same modules over the JSON
//! files, so that a file which breaks a rule never becomes a build. Nothing here does I/O, holds a
//! secret or knows a provider by name.

#![forbid(unsafe_code)]

pub mod catalog;
pub mod finding;
pub mod guard;
pub mod lint;
pub mod model;
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

pub use finding::Finding;
pub use lint::{Origin, check};
pub use model::*;
pub use params::{Pins, pins};
pub use parse::parse;

/// The JSON Schema (draft 2020-12) of a manifest, pretty-printed: what `schema.json` holds.
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
        // As values: the order of members depends on features that other crates switch on.
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
        assert_eq!(
            value(committed),
            value(&super::schema()),
            "run: cargo run -p nexus-manifests --features schema --example schema > manifests/schema.json"
        );
    }
}
