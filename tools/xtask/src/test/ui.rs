//! The admin UI's own checks: its types, its unit tests, and whether the API types match the OpenAPI
//! document.
//!
//! Its behaviour in a browser is a black-box test (`tests/tests/it/browser`).

use std::time::Instant;

use anyhow::Result;

use super::heading;
use super::tally::Tally;
use crate::repo::Repo;
use crate::ui;

const CHECKS: [(&str, &[&str]); 3] = [
    ("ui: types", &["run", "--silent", "check"]),
    ("ui: unit tests", &["test", "--silent"]),
    ("ui: api types are current", &["run", "--silent", "types", "--", "--check"]),
];

/// Runs all checks. Each counts as one test.
pub(crate) async fn run(repo: &Repo) -> Result<Tally> {
    let folder = ui::folder(repo);
    ui::install(&folder).await?;
    let mut tally = Tally::default();
    for (what, args) in CHECKS {
        heading(what);
        let begun = Instant::now();
        match ui::run("npm", args, &folder, what).await {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                println!("FAILED {error:#}");
                tally.failed += 1;
            }
        }
        eprintln!("({what}, {} s)", begun.elapsed().as_secs());
    }
    Ok(tally)
}
