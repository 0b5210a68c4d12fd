//! Prints the OpenAPI document: `cargo run -p nexus-openapi --example document`. What makes types of
//! it reads it from here, where no application runs.

fn main() {
    println!("{:#}", nexus_openapi::document());
}
