//! Includes the components in the program `nexus`, from the directory that `NEXUS_BUNDLE` names, and counts the
//! migrations. Without `NEXUS_BUNDLE`, the program contains no components.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=NEXUS_BUNDLE");
    let migrations = Path::new("../../migrations");
    println!("cargo::rerun-if-changed={}", migrations.display());
    println!("cargo::rustc-env=NEXUS_SCHEMA={}", fs::read_dir(migrations)?.count());

    let bundle = env::var_os("NEXUS_BUNDLE").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let text = match &bundle {
        Some(folder) => including(folder)?,
        None => "static BUNDLE: Option<Bundle> = None;\n".to_owned(),
    };
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("bundle.rs"), text)?;
    Ok(())
}

/// The Rust code that includes the bundle in a directory, which `nexus-host bundle` wrote.
fn including(folder: &Path) -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let index: Value = serde_json::from_slice(&fs::read(folder.join("bundle.json"))?)?;
    let mut statics = String::new();
    let mut entries = String::new();
    for (number, entry) in index.as_array().ok_or("bundle.json is not a list")?.iter().enumerate() {
        let member = |name: &str| entry[name].as_str().ok_or(format!("bundle.json: no {name}"));
        let (source, file) = (member("source")?, folder.join(member("file")?));
        let digest: [u8; 32] = Sha256::digest(fs::read(&file)?).into();
        writeln!(
            statics,
            "static CODE_{number}: &Pages<[u8]> = &Pages(*include_bytes!({file:?}));"
        )?;
        writeln!(
            entries,
            "        Compiled {{ source: {source:?}, code: &CODE_{number}.0, sha256: {digest:?} }},"
        )?;
    }
    let manifest = folder.join("spin.toml");
    Ok(format!(
        "/// Begins at a page, also where pages have 64 KiB.\n\
         #[repr(C, align(65536))]\nstruct Pages<T: ?Sized>(T);\n{statics}\
         static BUNDLE: Option<Bundle> = Some(Bundle {{\n    manifest: include_str!({manifest:?}),\n    \
         components: &[\n{entries}    ],\n}});\n"
    ))
}
