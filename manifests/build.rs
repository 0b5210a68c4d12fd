//! Packs the JSON files of this folder into the table of `src/catalog.rs`, after checking each file with the
//! crate's own types and rules. A file that breaks a rule fails the build.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    clippy::panic,
    reason = "a build script is a separate program that uses only some of the crate's modules, and \
              its only way to fail is to panic"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest as _, Sha256};

#[path = "src/choice.rs"]
mod choice;
#[path = "src/finding.rs"]
mod finding;
#[path = "src/guard.rs"]
mod guard;
#[path = "src/lint/mod.rs"]
mod lint;
#[path = "src/model/mod.rs"]
mod model;
#[path = "src/own_hosts.rs"]
mod own_hosts;
#[path = "src/params.rs"]
mod params;
#[path = "src/parse.rs"]
mod parse;
#[path = "src/pattern.rs"]
mod pattern;
#[path = "src/pins.rs"]
mod pins;
#[path = "src/private_hosts.rs"]
mod private_hosts;
#[path = "src/private_names.rs"]
mod private_names;
#[path = "src/template.rs"]
mod template;
#[path = "src/verdict.rs"]
mod verdict;

/// The members of a manifest that an item of the catalogue's list has.
const SUMMARY: [&str; 9] = [
    "id",
    "name",
    "family",
    "categories",
    "description",
    "docs_url",
    "brand",
    "auth_method",
    "ends",
];

fn main() {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    for path in manifest_files(&folder) {
        match entry(&path) {
            Ok(entry) => entries.push(entry),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        panic!("{} problems in the manifests\n{}", problems.len(), problems.join("\n"));
    }
    entries.sort();
    let mut table = String::from("static TABLE: &[Entry] = &[\n");
    for (_, source) in entries {
        table.push_str(&source);
    }
    table.push_str("];\n");
    let digest = hex(&table);
    table.push_str(&format!("static DIGEST: &str = {digest:?};\n"));
    let out = Path::new(&variable("OUT_DIR")).join("table.rs");
    fs::write(&out, table).unwrap_or_else(|error| panic!("{}: {error}", out.display()));
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn manifest_files(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = listing
        .map(|entry| entry.unwrap_or_else(|e| panic!("{}: {e}", folder.display())).path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter(|path| path.file_name().is_some_and(|name| name != "schema.json"))
        .collect();
    files.sort();
    files
}

/// The sort key and the source text of one entry, or the problems of its file.
fn entry(path: &Path) -> Result<((String, String), String), Vec<String>> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let place = |finding: &finding::Finding| format!("manifests/{stem}.json: {finding}");
    let text = fs::read_to_string(path).map_err(|error| vec![format!("{stem}.json: {error}")])?;
    let manifest = parse::parse(&text).map_err(|finding| vec![place(&finding)])?;
    let mut findings = lint::check(&manifest, lint::Origin::BuiltIn, &|_| false);
    if manifest.id != stem {
        let detail = format!("`{}` must be the file's name, `{stem}`", manifest.id);
        findings.push(finding::Finding::new("/id", "id_file_name", detail));
    }
    if !findings.is_empty() {
        return Err(findings.iter().map(place).collect());
    }
    let manifest = manifest.without_examples();
    let json = to_json(&manifest);
    let value: serde_json::Value =
        serde_json::from_str(&json).unwrap_or_else(|error| panic!("{stem}: {error}"));
    // Written by hand to keep the order of the members.
    let mut members: Vec<String> = SUMMARY
        .iter()
        .filter_map(|name| Some(format!("{}:{}", to_json(name), to_json(value.get(name)?))))
        .collect();
    members.extend(manifest.needs().map(|needs| format!("\"needs\":{}", to_json(&needs))));
    let summary = format!("{{{}}}", members.join(","));
    let (id, sha256, categories) = (&manifest.id, hex(&json), &manifest.categories);
    let (method, search) = (manifest.auth_method, search_text(&manifest));
    let packed = miniz_oxide::deflate::compress_to_vec(json.as_bytes(), 9);
    let packed = packed.escape_ascii();
    let source = format!(
        "Entry {{ id: {id:?}, packed: b\"{packed}\", summary: {summary:?}, sha256: {sha256:?}, \
         search: {search:?}, categories: &{categories:?}, auth_method: AuthMethod::{method:?} }},\n"
    );
    Ok(((manifest.name.to_lowercase(), manifest.id), source))
}

/// The text that a search looks through.
fn search_text(manifest: &model::Manifest) -> String {
    [manifest.name.as_str(), &manifest.id, &manifest.description].join("\n").to_lowercase()
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap_or_else(|error| panic!("{error}"));
        hex
    })
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| panic!("{error}"))
}
