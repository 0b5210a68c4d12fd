//! Finds the interface definitions in cargo's copy of the `spin-sdk` package, copies those that the host
//! implements to `OUT_DIR`, and generates the `bindgen!` call for them.
//!
//! The definitions must not be copied into the repository.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const SDK: (&str, &str) = ("spin-sdk", "7.0.0");

const PACKAGES: [&str; 4] = [
    "spin-sqlite@3.1.0",
    "spin-key-value@3.0.0",
    "spin-variables@3.0.0",
    "wasi-keyvalue-2024-10-17",
];

const WORLD: &str = "package nexus:host;

world imports {
    import spin:sqlite/sqlite@3.1.0;
    import spin:key-value/key-value@3.0.0;
    import spin:variables/variables@3.0.0;
    import wasi:keyvalue/store@0.2.0-draft2;
    import wasi:keyvalue/atomics@0.2.0-draft2;
}
";

// A function that is `async` in WIT is `async | store` automatically. The synchronous functions that may wait
// for the disk are async here, so that they block the guest but never one of our threads.
const OPTIONS: &str = r#"
    world: "nexus:host/imports",
    imports: {
        "spin:sqlite/sqlite.[static]connection.open": async | trappable,
        "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
        "spin:sqlite/sqlite.[method]connection.changes": async | trappable,
        "spin:sqlite/sqlite.[method]connection.last-insert-rowid": async | trappable,
        "wasi:keyvalue/store": async | trappable,
        "wasi:keyvalue/atomics": async | trappable,
        default: trappable,
    },
    with: {
        "spin:sqlite/sqlite.connection": crate::host::database::Connection,
        "spin:key-value/key-value.store": crate::kv_store::Store,
        "wasi:keyvalue/store.bucket": crate::kv_store::Store,
        "wasi:keyvalue/atomics.cas": crate::kv_store::Cas,
    },
    require_store_data_send: true,
"#;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let source = sdk_directory()?.join("wit/deps");
    println!("cargo::rerun-if-changed={}", source.display());

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let wit = out.join("wit");
    if wit.exists() {
        fs::remove_dir_all(&wit)?;
    }
    for package in PACKAGES {
        copy_package(&source.join(package), &wit.join("deps").join(package))?;
    }
    fs::write(wit.join("world.wit"), WORLD)?;
    let path = wit.display();
    fs::write(
        out.join("bindings.rs"),
        format!(
            "wasmtime::component::bindgen!({{\n    path: {:?},{OPTIONS}}});\n",
            path.to_string()
        ),
    )?;
    Ok(())
}

fn copy_package(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn sdk_directory() -> Result<PathBuf, Box<dyn Error>> {
    // The second try may download packages that were not needed so far, because `cargo metadata` requires all
    // of them.
    let metadata = metadata(&["--offline"]).or_else(|_| metadata(&[]))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata has no packages")?;
    let (name, version) = SDK;
    let manifest = packages
        .iter()
        .find(|package| package["name"] == name && package["version"] == version)
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("the workspace does not depend on {name} {version}"))?;
    Ok(Path::new(manifest).parent().ok_or("a package without a directory")?.to_owned())
}

fn metadata(options: &[&str]) -> Result<serde_json::Value, Box<dyn Error>> {
    let output = Command::new(env::var("CARGO")?)
        .args(["metadata", "--format-version", "1"])
        .args(options)
        .current_dir(env::var("CARGO_MANIFEST_DIR")?)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
