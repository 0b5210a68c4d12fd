//! Prints the OpenAPI document: `cargo run -p nexus-openapi --example document`. The generator of the UI's
//! types reads it from here, where no application is running.

fn main() {
    println!("{:#}", nexus_openapi::document());
}
