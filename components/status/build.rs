//! Composes the OpenAPI document without white space, compresses it (RFC 1950), and computes its SHA-256.
#![allow(clippy::unwrap_used, reason = "a build script stops the build")]

use std::path::PathBuf;
use std::{env, fs};

use sha2::{Digest as _, Sha256};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let document = nexus_openapi::document().to_string();
    let hash: String =
        Sha256::digest(document.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let compressed = miniz_oxide::deflate::compress_to_vec_zlib(document.as_bytes(), 9);
    fs::write(out.join("openapi.json.zlib"), compressed).unwrap();
    fs::write(out.join("openapi.sha256"), hash).unwrap();
}
