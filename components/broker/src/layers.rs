//! The order of the wings: a module may use the wings below its own, never one above.

use std::fs;
use std::path::{Path, PathBuf};

/// The wings from the top to the bottom.
const WINGS: [&str; 4] = ["operations", "oauth", "ending", "provider"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn all_arrows_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut seen = 0;
    for file in all {
        let inside = file.strip_prefix(&root).unwrap().to_str().unwrap();
        let wing = inside.split(['/', '.']).next().unwrap();
        let Some(own) = WINGS.iter().position(|name| *name == wing) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for (above, name) in WINGS.iter().enumerate().take(own) {
            assert!(
                !text.contains(&format!("crate::{name}::")),
                "{inside} uses {name}, wing {above}"
            );
            assert!(!text.contains(&format!("use crate::{name};")), "{inside} uses {name}");
        }
        seen += 1;
    }
    assert!(seen > 30, "{seen} files");
}
