//! The schema of a manifest: `manifests/schema.json`, with its definitions as components of this document.

use serde_json::{Map, Value};

/// The schema is generated from the types that read manifests. A test of that crate keeps it current.
const SCHEMA: &str = include_str!("../../manifests/schema.json");
const PREFIX: &str = "#/$defs/";

/// `Manifest`, and a `Manifest…` for each of its definitions. Empty if the schema is not an object, which the
/// tests would detect.
pub(crate) fn schemas() -> Map<String, Value> {
    let parsed: Option<Value> = serde_json::from_str(SCHEMA).ok();
    let Some(Value::Object(mut root)) = parsed else { return Map::new() };
    root.remove("$schema");
    root.remove("title");
    let definitions = root.remove("$defs").unwrap_or_default();
    let mut schemas = Map::new();
    if let Value::Object(definitions) = definitions {
        for (name, definition) in definitions {
            schemas.insert(format!("Manifest{name}"), moved(definition));
        }
    }
    schemas.insert("Manifest".into(), moved(Value::Object(root)));
    schemas
}

/// The same value, with references to the new places of the definitions.
fn moved(value: Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix(PREFIX) {
            Some(name) => Value::String(format!("#/components/schemas/Manifest{name}")),
            // The lines of the source are joined into sentences.
            None => Value::String(text.replace('\n', " ")),
        },
        Value::Array(items) => items.into_iter().map(moved).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, moved(value))).collect()
        }
        other => other,
    }
}
