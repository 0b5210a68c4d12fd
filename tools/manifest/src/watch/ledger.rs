//! `tools/manifest/pages.tsv`: what each page said when it was last read. One line for each page: the address, the digest of its
//! text, the day, and how often it has each word of an ending. No text of a page is kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::page::Page;
use crate::folder;

const HEAD: &str = "# Made by `cargo xtask manifest watch --record`: page, SHA-256 of its text, day, words of an ending.\n";

/// The state of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) digest: String,
    /// The day on which it was read.
    pub(super) read: String,
    endings: BTreeMap<String, usize>,
}

impl Entry {
    pub(super) fn of(page: &Page, day: &str) -> Self {
        let endings = page.endings.iter();
        let endings =
            endings.map(|(word, sentences)| ((*word).to_owned(), sentences.len())).collect();
        Self { digest: page.digest.clone(), read: day.to_owned(), endings }
    }

    /// The number of sentences with a word.
    pub(super) fn count(&self, word: &str) -> usize {
        self.endings.get(word).copied().unwrap_or_default()
    }
}

/// The state of all pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    entries: BTreeMap<String, Entry>,
}

impl Ledger {
    /// Reads the file. It may be missing.
    pub(super) fn read(file: &Path) -> Result<Self> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Self::parse(&text).with_context(|| file.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let mut entries = BTreeMap::new();
        let lines =
            text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
        for (number, line) in lines {
            let mut parts = line.split('\t');
            let mut part = || {
                parts
                    .next()
                    .with_context(|| format!("line {}: four columns are needed", number + 1))
            };
            let (url, digest, read, words) = (part()?, part()?, part()?, part()?);
            let mut endings = BTreeMap::new();
            for pair in words.split(',').filter(|pair| !pair.is_empty()) {
                let (word, count) = pair.split_once(':').unwrap_or((pair, "1"));
                let count =
                    count.parse().with_context(|| format!("line {}: `{pair}`", number + 1))?;
                endings.insert(word.to_owned(), count);
            }
            let entry = Entry { digest: digest.to_owned(), read: read.to_owned(), endings };
            entries.insert(url.to_owned(), entry);
        }
        Ok(Self { entries })
    }

    pub(super) fn get(&self, url: &str) -> Option<&Entry> {
        self.entries.get(url)
    }

    pub(super) fn set(&mut self, url: &str, entry: Entry) {
        self.entries.insert(url.to_owned(), entry);
    }

    /// Leaves out the pages that `is_kept` does not know.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.entries.retain(|url, _| is_kept(url));
    }

    /// Writes the file, sorted by address.
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        folder::write(file, &self.text())
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (url, Entry { digest, read, endings }) in &self.entries {
            let words: Vec<String> =
                endings.iter().map(|(word, count)| format!("{word}:{count}")).collect();
            text.push_str(&format!("{url}\t{digest}\t{read}\t{}\n", words.join(",")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let endings = BTreeMap::from([("end of life".to_owned(), 2), ("sunset".to_owned(), 1)]);
        let entry = Entry { digest: "ab".repeat(32), read: "2026-11-30".to_owned(), endings };
        let mut ledger = Ledger::default();
        ledger.set("https://a.example/", entry.clone());
        ledger.set("https://b.example/", Entry { endings: BTreeMap::new(), ..entry });
        assert_eq!(Ledger::parse(&ledger.text()).unwrap(), ledger);
        let fault = Ledger::parse("https://a.example/\tab").unwrap_err();
        assert!(fault.to_string().contains("line 1"), "{fault}");
    }
}
