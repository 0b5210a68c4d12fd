//! `manifest new`: from answers to a manifest that passes the rules, or to a draft and a list of what is missing.

mod answers;
mod document;
mod remaining;

use std::fs;

pub(crate) use answers::Args;
use anyhow::{Context, Result, ensure};

use crate::ask;
use crate::folder::{self, Folder, require_id};

/// Makes a manifest, or takes up its draft again. Returns whether the manifest is complete.
///
/// # Errors
/// The manifest exists, or a file cannot be read or written.
pub(crate) fn run(mut args: Args, folder: &Folder) -> Result<bool> {
    require_id(&args.id)?;
    let (file, draft) = (folder.manifest(&args.id), folder.draft(&args.id));
    ensure!(!file.exists(), "{} exists already. Change it there", file.display());
    let text = if draft.exists() {
        let is_plain = args.has_no_facts();
        ensure!(
            is_plain,
            "{} exists already. Change it there, and run this without options",
            draft.display()
        );
        fs::read_to_string(&draft).with_context(|| draft.display().to_string())?
    } else {
        if ask::is_person() && !args.no_input {
            args.ask()?;
        }
        document::text(&args)?
    };
    let missing = remaining::of(&text);
    let id = &args.id;
    if missing.is_empty() {
        folder::write(&file, &text)?;
        if draft.exists() {
            fs::remove_file(&draft).with_context(|| draft.display().to_string())?;
        }
        eprintln!("{} passes every rule. Next:", file.display());
        eprintln!("  cargo xtask manifest try {id}       with a real credential, if you have one");
        eprintln!("  cargo xtask test -- conformance     against a vendor made from the manifest");
        eprintln!(
            "  cargo xtask docs                    and the count of manifests in CHANGELOG.md"
        );
        return Ok(true);
    }
    folder::write(&draft, &text)?;
    eprintln!("{} is a draft. What remains:", draft.display());
    for one in &missing {
        eprintln!("  {one}");
    }
    eprintln!(
        "Take each fact from a page of the provider's own documentation, and write the page into `sources`."
    );
    eprintln!("Then run again: cargo xtask manifest new {id}");
    Ok(false)
}
