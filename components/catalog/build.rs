//! Makes the table of public suffixes that `src/suffix.rs` reads, from the rules that the crate `psl` has.
//!
//! `psl` compiles each rule to code, which is many times larger than the table. It has no function that lists its rules, so
//! they are read from the file in its source.

use std::collections::BTreeMap;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::{env, fs};

use idna::punycode;
use psl::Psl as _;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let rules = rules_file()?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", rules.display());
    println!("cargo::rustc-env=PSL_RULES={}", rules.display());
    let text = fs::read_to_string(&rules)?;
    let mut root = Node::default();
    for rule in text.lines().map(str::trim).filter(|rule| !rule.is_empty()) {
        root.add(rule)?;
    }
    let mut table = String::new();
    root.write("\n", &mut table);
    fs::write(Path::new(&variable("OUT_DIR")?).join("suffixes.txt"), table)?;
    Ok(())
}

/// The file with the rules of `psl`: one rule in each line, as in the list of publicsuffix.org, without comments.
fn rules_file() -> Result<PathBuf> {
    let mut caller = None;
    psl::List.find(CallSite(&mut caller));
    let source = Path::new(caller.ok_or("`psl` has looked at no label")?.file());
    let package = source.ancestors().nth(2).ok_or("`psl` has no folder")?;
    let rules = package.join("data/rules.txt");
    // The path is absolute, or, if the package is vendored, relative to the workspace.
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let found = here.ancestors().map(|folder| folder.join(&rules)).find(|file| file.is_file());
    let missing = || format!("{} is missing: this version of `psl` has no rules", rules.display());
    found.ok_or_else(|| missing().into())
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// No labels, and the place of the code that asks for the first: a file in the source of `psl`.
struct CallSite<'c>(&'c mut Option<&'static Location<'static>>);

impl Iterator for CallSite<'_> {
    type Item = &'static [u8];

    #[track_caller]
    fn next(&mut self) -> Option<Self::Item> {
        *self.0 = Some(Location::caller());
        None
    }
}

/// What is known of a domain and of the domains below it.
#[derive(Default)]
struct Node {
    kind: Kind,
    children: BTreeMap<String, Self>,
}

#[derive(Clone, Copy, Default)]
enum Kind {
    /// No rule is for the domain itself.
    #[default]
    Between,
    /// The domain is a public suffix.
    Rule,
    /// The domain is not a public suffix, although a rule with `*` says so.
    Exception,
}

impl Node {
    fn add(&mut self, rule: &str) -> Result<()> {
        let (kind, domain) =
            rule.strip_prefix('!').map_or((Kind::Rule, rule), |domain| (Kind::Exception, domain));
        let mut node = self;
        for (index, label) in domain.split('.').rev().enumerate() {
            node = node.children.entry(ascii(label)?).or_default();
            if label == "*" && index + 1 < domain.split('.').count() {
                return Err(format!("`{rule}` has a `*` that is not its first label").into());
            }
        }
        node.kind = kind;
        Ok(())
    }

    /// Writes the domains below this one, in the form that `src/suffix.rs` describes.
    fn write(&self, separator: &str, out: &mut String) {
        for (index, (label, node)) in self.children.iter().enumerate() {
            out.push_str(if index == 0 { "" } else { separator });
            out.push_str(match node.kind {
                Kind::Between => "~",
                Kind::Rule => "",
                Kind::Exception => "!",
            });
            out.push_str(label);
            if !node.children.is_empty() {
                out.push('(');
                node.write(",", out);
                out.push(')');
            }
        }
    }
}

/// A label as it is in a URL (RFC 5891, section 4.4).
fn ascii(label: &str) -> Result<String> {
    let ascii = if label.is_ascii() {
        label.to_owned()
    } else {
        let encoded = punycode::encode_str(label).ok_or("a label cannot be encoded")?;
        format!("xn--{encoded}")
    };
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if ascii != "*" && (ascii.is_empty() || !ascii.bytes().all(is_plain)) {
        return Err(format!("`{label}` in the rules is not a label").into());
    }
    Ok(ascii)
}
