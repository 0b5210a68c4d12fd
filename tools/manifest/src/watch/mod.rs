//! `manifest watch`: reads the pages in `sources` again, and reports what changed since they were last read.
//!
//! A change of a page is a reason to read it, not a fault of the manifest. This module must not change a manifest.

mod ledger;
mod page;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use anyhow::{Result, ensure};
use ledger::{Entry, Ledger};
use nexus_manifests::parse;
use page::{Fetched, Page, Reader};

use crate::folder::Folder;
use crate::today::today;

/// The number of pages that are read at the same time.
const READERS: usize = 8;
/// After so many pages without an answer, and none with one, there is no network.
const ENOUGH: usize = 12;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The ids of the manifests [default: all]
    ids: Vec<String>,
    /// Write what the pages say now into tools/manifest/pages.tsv, after you have looked at the changes
    #[arg(long)]
    record: bool,
    /// Allow addresses of this machine without TLS: for a test
    #[arg(long, hide = true)]
    loopback: bool,
}

/// Reads the pages. Returns whether nothing needs a person.
///
/// # Errors
/// A file cannot be read or written, or the manifests have no sources.
pub(crate) fn run(args: &Args, folder: &Folder) -> Result<bool> {
    let pages = pages(args, folder)?;
    ensure!(!pages.is_empty(), "these manifests have no sources");
    let mut ledger = Ledger::read(&folder.pages())?;
    let results = read_all(&Reader::new(args.loopback), pages.keys());
    if results.values().all(|page| matches!(page, Fetched::Unreachable(_))) {
        say_there_is_no_network(&pages, &ledger, &results);
        return Ok(false);
    }
    let mut same = 0;
    for (url, fetched) in &results {
        let lines = compare(ledger.get(url), fetched);
        if lines.is_empty() {
            same += 1;
            continue;
        }
        println!("{url}\n  of {}", pages.get(url).map(|ids| ids.join(", ")).unwrap_or_default());
        lines.iter().for_each(|line| println!("  {line}"));
    }
    let unread = results.values().filter(|page| !matches!(page, Fetched::Read(_))).count();
    println!("{} pages, {same} as they were, {unread} that cannot be compared", results.len());
    if args.record {
        if args.ids.is_empty() {
            // Pages that no manifest names any more.
            ledger.retain(|url| pages.contains_key(url));
        }
        record(ledger, &results, folder)?;
        return Ok(unread == 0);
    }
    if same < results.len() {
        println!("When you have looked at the changes, run this again with --record.");
    }
    Ok(same == results.len())
}

/// Says that no page answered, and which pages could not be compared even with a network.
fn say_there_is_no_network(
    pages: &BTreeMap<String, Vec<String>>,
    ledger: &Ledger,
    results: &BTreeMap<String, Fetched>,
) {
    let why = results.values().find_map(|page| match page {
        Fetched::Unreachable(why) => Some(why.as_str()),
        _ => None,
    });
    let new: Vec<&String> = pages.keys().filter(|url| ledger.get(url).is_none()).collect();
    new.iter().for_each(|url| println!("{url}: not recorded yet"));
    println!(
        "There is no network: none of {} pages answered ({}).",
        results.len(),
        why.unwrap_or("no reason")
    );
    println!("Nothing was compared. {} of {} pages are not recorded yet.", new.len(), pages.len());
    println!("Run this on a machine that reaches the providers' documentation.");
}

/// Writes what the pages say now.
fn record(mut ledger: Ledger, results: &BTreeMap<String, Fetched>, folder: &Folder) -> Result<()> {
    for (url, fetched) in results {
        if let Fetched::Read(page) = fetched {
            ledger.set(url, Entry::of(page, &today()));
        }
    }
    ledger.write(&folder.pages())?;
    let file = folder.pages();
    println!("{} is up to date. Commit it with the manifests that you changed.", file.display());
    Ok(())
}

/// The pages, each with the ids of the manifests that name it.
fn pages(args: &Args, folder: &Folder) -> Result<BTreeMap<String, Vec<String>>> {
    let ids = if args.ids.is_empty() { folder.ids()? } else { args.ids.clone() };
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in ids {
        let manifest =
            parse(&folder.read(&id)?).map_err(|fault| anyhow::anyhow!("{id}: {fault}"))?;
        let ends = manifest.ends.iter().map(|ends| &ends.source);
        for page in manifest.sources.iter().flat_map(|source| source.pages()).chain(ends) {
            pages.entry(page.clone()).or_default().push(id.clone());
        }
    }
    Ok(pages)
}

/// Reads pages, several at a time. Stops when it is clear that there is no network.
fn read_all<'a>(
    reader: &Reader,
    urls: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, Fetched> {
    let queue: Mutex<VecDeque<&String>> = Mutex::new(urls.collect());
    let results: Mutex<BTreeMap<String, Fetched>> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                while let Some(url) = next(&queue, &results) {
                    let fetched = reader.fetch(url);
                    if let Ok(mut results) = results.lock() {
                        results.insert(url.clone(), fetched);
                    }
                }
            });
        }
    });
    results.into_inner().unwrap_or_default()
}

/// The next page, unless nothing has answered so far.
fn next<'a>(
    queue: &Mutex<VecDeque<&'a String>>,
    results: &Mutex<BTreeMap<String, Fetched>>,
) -> Option<&'a String> {
    let is_silent = results.lock().is_ok_and(|results| {
        results.len() >= ENOUGH
            && results.values().all(|page| matches!(page, Fetched::Unreachable(_)))
    });
    if is_silent {
        return None;
    }
    queue.lock().ok()?.pop_front()
}

/// What is to be said about a page. Nothing if it is as it was.
fn compare(before: Option<&Entry>, now: &Fetched) -> Vec<String> {
    let page = match now {
        Fetched::Unreachable(why) => return vec![format!("did not answer: {why}")],
        Fetched::Status(status @ (404 | 410)) => {
            return vec![format!(
                "is gone ({status}): find the page that replaces it, and read it"
            )];
        }
        Fetched::Status(status) => {
            return vec![format!("answered {status}, so it was not compared")];
        }
        Fetched::WithoutText => {
            let detail =
                "has no text without its scripts, so it was not compared: read it in a browser";
            return vec![detail.to_owned()];
        }
        Fetched::Read(page) => page,
    };
    let mut lines = Vec::new();
    if let Some(to) = &page.moved_to {
        lines.push(format!("moved permanently to {to}: name that address in `sources`"));
    }
    match before {
        None => lines.push("is not recorded yet".to_owned()),
        Some(before) if before.digest != page.digest => {
            lines.push(format!("changed since {}: read it again", before.read));
            lines.extend(page.found_at.as_ref().map(|at| format!("is answered from {at} for now")));
        }
        Some(_) => {}
    }
    lines.extend(endings(before, page));
    lines
}

/// The words of an ending that the page has more often than before, with their sentences.
fn endings(before: Option<&Entry>, page: &Page) -> Vec<String> {
    let mut lines = Vec::new();
    for (word, sentences) in &page.endings {
        let known = before.map_or(0, |before| before.count(word));
        if sentences.len() > known {
            lines.push(format!("says “{word}” {} times, {known} before:", sentences.len()));
            lines.extend(sentences.iter().take(3).map(|sentence| format!("  … {sentence}")));
        }
    }
    lines
}
