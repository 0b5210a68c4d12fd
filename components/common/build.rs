//! Splits the migrations into statements. The components' interface to SQLite runs one statement at a time,
//! and silently drops the text after the first.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a build script stops the build"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../migrations");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder `migrations`")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();

    let mut code = String::from("pub(super) const MIGRATIONS: &[&[&str]] = &[\n");
    for (index, path) in files.iter().enumerate() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let number: usize = name.split('_').next().unwrap().parse().expect("NNNN_what.sql");
        assert_eq!(number, index + 1, "{name}: migrations are numbered without a gap");
        code.push_str("    &[\n");
        for statement in split(&fs::read_to_string(path).unwrap()) {
            writeln!(code, "        {statement:?},").unwrap();
        }
        code.push_str("    ],\n");
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("migrations.rs"), code).unwrap();
}

/// Splits `sql` into statements. A statement ends with a line that ends with `;` and is not indented. (Lines
/// in the body of a trigger are indented.)
fn split(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut current = String::new();
    for line in sql.lines() {
        let code = line.split("--").next().unwrap().trim_end();
        if code.is_empty() {
            continue;
        }
        current.push_str(code);
        current.push('\n');
        let is_in_trigger = current.starts_with("create trigger");
        assert!(
            is_in_trigger || !code.ends_with(';') || !code.starts_with(' '),
            "an indented line ends a statement, so the next one would be a part of it: {code}"
        );
        if code.ends_with(';') && !code.starts_with(' ') {
            statements.push(std::mem::take(&mut current).trim().trim_end_matches(';').to_owned());
        }
    }
    assert!(current.is_empty(), "a statement without its `;`: {current}");
    statements
}
