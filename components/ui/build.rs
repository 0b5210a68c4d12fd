//! Embeds the built UI, `static/dist`, as a table of files. Each file has three codings, and each coding has
//! its own entity tag (RFC 9110, 8.8.3.3).
//!
//! If the UI is not built (without Node, or with a plain `cargo build`), a page that says so takes its place.
//! This script must not build the UI: `cargo xtask build` does, before cargo.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// A line of `static/dist/files.json`.
#[derive(Deserialize)]
struct FileEntry {
    /// The path of the file's URL.
    path: String,
    /// The path of the file below `static/dist`. Its compressed codings are beside it.
    file: String,
    #[serde(rename = "type")]
    media_type: String,
    /// Whether the file's name changes with its content.
    immutable: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let dist = here.join("../../static/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/unbuilt.html");
    println!("cargo::rerun-if-changed={}", dist.display());
    let list = dist.join("files.json");
    let table = if list.is_file() {
        let files: Vec<FileEntry> = serde_json::from_slice(&fs::read(&list)?)?;
        let entries: Result<Vec<_>, _> = files.iter().map(|listed| entry(listed, &dist)).collect();
        entries?.concat()
    } else {
        println!("cargo::warning=the UI is not built. Use `cargo xtask build`, which needs Node");
        let page = FileEntry {
            path: "/".to_owned(),
            file: "unbuilt.html".to_owned(),
            media_type: "text/html; charset=utf-8".to_owned(),
            immutable: false,
        };
        entry(&page, &here.join("src"))?
    };
    let table = format!("static FILES: &[File] = &[\n{table}];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("files.rs"), table)?;
    Ok(())
}

/// The table's entry for one file in `dir`.
fn entry(listed: &FileEntry, dir: &Path) -> Result<String, Box<dyn Error>> {
    let FileEntry { path, file, media_type, immutable } = listed;
    let plain = dir.join(file);
    let mut text = format!(
        "File {{ path: {path:?}, media_type: {media_type:?}, immutable: {immutable}, plain: {}, ",
        coded(&plain)?
    );
    for (name, extension) in [("br", "br"), ("gzip", "gz")] {
        let compressed = dir.join(format!("{file}.{extension}"));
        let value = match compressed.is_file() {
            true => format!("Some({})", coded(&compressed)?),
            false => "None".to_owned(),
        };
        write!(text, "{name}: {value}, ")?;
    }
    text.push_str("},\n");
    Ok(text)
}

fn coded(file: &Path) -> Result<String, Box<dyn Error>> {
    let file = file.canonicalize().map_err(|error| format!("{}: {error}", file.display()))?;
    let digest = Sha256::digest(fs::read(&file)?);
    let tag = digest.iter().take(12).fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"));
    let tag = format!("\"{tag}\"");
    Ok(format!("CodedFile {{ bytes: include_bytes!({file:?}), tag: {tag:?} }}"))
}
