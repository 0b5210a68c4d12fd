//! Prints the JSON Schema of a manifest:
//! `cargo run -p nexus-manifests --features schema --example schema > manifests/schema.json`.

fn main() {
    println!("{}", nexus_manifests::schema());
}
