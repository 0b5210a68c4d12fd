//! The requirements of the browser tests besides the application: Node, Chromium, and the packages of
//! `tests/browser`, which `.ci/run` installs into `target/browser`.
//!
//! This module must not install anything: a test run changes nothing on the machine.

use std::path::PathBuf;

use super::installed;
use crate::repo::Repo;
use crate::{cargo, ui};

/// The names of Chromium's program, the usual name first.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The variables that tell the tests the paths. The error names what is missing.
pub(crate) async fn find(repo: &Repo) -> Result<Vec<(&'static str, String)>, String> {
    ui::node().await?;
    let named = std::env::var_os("NEXUS_CHROMIUM").map(PathBuf::from);
    let chromium = named.or_else(|| NAMES.iter().find_map(|name| cargo::on_path(name)));
    let Some(chromium) = chromium.filter(|file| file.is_file()) else {
        let names = NAMES.join(", ");
        return Err(format!("Chromium is missing: install one of {names}, or set NEXUS_CHROMIUM"));
    };
    let place = installed::find(repo, "browser", &["tests/browser/package-lock.json"])?;
    Ok(vec![
        ("NEXUS_CHROMIUM", chromium.display().to_string()),
        ("NEXUS_BROWSER", place.display().to_string()),
    ])
}
