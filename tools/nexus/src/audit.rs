//! `nexus audit verify`: checks whether an exported audit record is complete and unchanged.
//!
//! The export alone shows whether each record fits the records before and after it. Heads that were stored
//! elsewhere show that the records are the original ones, and that none was removed at the end. This module
//! must not share code with the module that writes the chain. It implements the hash from its description in
//! ARCHITECTURE.md.

mod chain;
mod heads;
mod items;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use chain::{Chain, verify};
use heads::{head, heads_of};
use items::{items, member};

/// The verbs of `nexus audit`.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Verify an export: pages of GET /api/audit, or their items, in the order in which they were returned
    Verify(Args),
}

/// The arguments of `nexus audit verify`.
#[derive(clap::Args)]
pub struct Args {
    /// The export as JSON: pages, arrays of items, or a sequence of items; `-` reads standard input
    file: PathBuf,
    /// COUNT:HASH, a head that GET /api/audit/head returned earlier; the record must contain it
    #[arg(long, value_parser = head)]
    head: Option<(u64, String)>,
    /// A file with stored heads: pages of GET /api/audit/heads, or a log with the lines `what="audit head"`
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

/// Verifies the record, and prints what is proved. The error says which record is wrong, and how.
pub fn run(verb: &Verb) -> Result<()> {
    let Verb::Verify(Args { file, head, heads }) = verb;
    let shown = file.display();
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?
    } else {
        read(file)?
    };
    let mut kept: Vec<_> = head.iter().cloned().collect();
    let log = heads.as_ref().map(|file| read(file)).transpose()?;
    let broken = || format!("{shown} is not valid");
    if let Some(log) = &log {
        let workspace = workspace(&text).with_context(broken)?;
        let found = heads_of(log, workspace.as_deref());
        ensure!(
            !found.is_empty(),
            "the file of --heads has no head of this record; check the workspace"
        );
        kept.extend(found);
    }
    let chain = verify(&text, &kept).with_context(broken)?;
    println!("{} valid records, up to {}:{}", chain.count, chain.count, chain.hash);
    println!("{}", proved(&chain, &kept));
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The statement that a valid chain proves, given these heads.
fn proved(chain: &Chain, kept: &[(u64, String)]) -> String {
    let Some(last) = kept.iter().map(|(count, _)| *count).max() else {
        return "The records are consistent. This does not prove that they are the original records, or \
                that none was removed at the end, because a writer of the database can build a new \
                chain. To prove that, pass a head that was stored elsewhere: --head, --heads"
            .to_owned();
    };
    let mut said = format!(
        "Up to record {last}, no record was edited, added or removed since {} was stored.",
        if kept.len() == 1 { "the head" } else { "the last head" }
    );
    if last < chain.count {
        said.push_str(&format!(
            " Records {} to {} are only proved to be consistent.",
            last + 1,
            chain.count
        ));
    }
    said
}

/// The workspace of the records; `None` if there are no items.
fn workspace(text: &str) -> Result<Option<String>> {
    let items = items(text)?;
    items.first().map(|item| member(item, "workspace").map(str::to_owned)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_states_exactly_what_is_proved() {
        let chain = Chain { count: 3, hash: "h".into() };
        let kept = |counts: &[u64]| counts.iter().map(|n| (*n, "h".to_owned())).collect::<Vec<_>>();
        for (counts, part) in [
            (&[][..], "This does not prove that they are the original records"),
            (
                &[3],
                "Up to record 3, no record was edited, added or removed since the head was stored.",
            ),
            (&[1, 2], "Records 3 to 3 are only proved to be consistent."),
        ] {
            let said = proved(&chain, &kept(counts));
            assert!(said.contains(part), "{said}");
        }
    }
}
