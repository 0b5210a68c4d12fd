//! The modules of a crate, and which of them use which.
//!
//! This module reads tokens, not types. It does not follow `*` imports, nor names that a macro makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path of names: `["crate", "a", "B"]` as written, or `["a"]` for a module.
type Names = Vec<String>;

/// One module of a crate.
#[derive(Default)]
struct Module {
    /// The paths that the module names, as written.
    named: BTreeSet<Names>,
    /// The names that its `use` declarations bring in, and the path of each.
    imported: BTreeMap<String, Names>,
}

/// The modules of one crate, by their paths from its root.
#[derive(Default)]
pub(super) struct Modules(BTreeMap<Names, Module>);

impl Modules {
    /// Reads the crate whose root is `file`.
    pub(super) fn read(file: &Path) -> Self {
        let mut modules = Self::default();
        modules.file(&[], file, file.parent().unwrap());
        modules
    }

    /// The number of modules.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Reads the module `at` from `file`. The files of its children are in `folder`.
    fn file(&mut self, at: &[String], file: &Path, folder: &Path) {
        let text = fs::read_to_string(file);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let tokens: TokenStream = text.parse().unwrap();
        self.0.insert(at.to_vec(), Module::default());
        self.tokens(at, &Vec::from_iter(tokens), folder);
    }

    fn tokens(&mut self, at: &[String], tokens: &[TokenTree], folder: &Path) {
        let (mut next, mut path) = (0, None);
        while let Some(token) = tokens.get(next) {
            next += 1;
            match (token, tokens.get(next)) {
                (TokenTree::Punct(mark), Some(TokenTree::Group(attribute)))
                    if mark.as_char() == '#' =>
                {
                    let text = attribute.stream().to_string().replace(' ', "");
                    if text == "cfg(test)" {
                        next += item(&tokens[next..]);
                    }
                    path = text.strip_prefix("path=").map(|path| path.replace('"', "")).or(path);
                }
                (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "mod" => {
                    let inside = [at, &[name.to_string()]].concat();
                    let folder = folder.join(name.to_string());
                    match tokens.get(next + 1) {
                        Some(TokenTree::Group(body)) => {
                            self.0.insert(inside.clone(), Module::default());
                            self.tokens(&inside, &Vec::from_iter(body.stream()), &folder);
                        }
                        _ => {
                            let named = path.take().map(|path| folder.with_file_name(path));
                            let file = named.unwrap_or_else(|| file_of(&folder));
                            self.file(&inside, &file, &folder);
                        }
                    }
                    next += 2;
                }
                (TokenTree::Ident(word), _) if word == "use" => {
                    let end = tokens[next..].iter().take_while(|token| !is(token, ';')).count();
                    let module = self.0.get_mut(at).unwrap();
                    tree(&tokens[next..next + end], &[], module);
                    next += end;
                }
                // `pub(in crate::a)` is not a use.
                (TokenTree::Ident(word), _) if word == "in" => next += names(&tokens[next..]).1,
                (TokenTree::Ident(_), _) => {
                    let (named, length) = names(&tokens[next - 1..]);
                    next += length - 1;
                    if is_ours(&named) {
                        self.0.get_mut(at).unwrap().named.insert(named);
                    }
                }
                (TokenTree::Group(group), _) => {
                    self.tokens(at, &Vec::from_iter(group.stream()), folder);
                }
                _ => {}
            }
        }
    }

    /// The module that `path`, written in the module `at`, leads to; `None` if that is another crate.
    fn resolve(&self, at: &[String], path: &[String]) -> Option<Names> {
        self.follow(at, path, 0)
    }

    fn follow(&self, at: &[String], path: &[String], depth: usize) -> Option<Names> {
        let (first, rest) = path.split_first()?;
        let (mut here, rest) = match first.as_str() {
            "crate" => (Vec::new(), rest),
            "self" => (at.to_vec(), rest),
            "super" => (at.split_last()?.1.to_vec(), rest),
            name => {
                let is_known = self.0.contains_key(&[at, &[name.to_owned()]].concat());
                let is_imported = self.0.get(at)?.imported.contains_key(name);
                if !is_known && (depth == 0 || !is_imported) {
                    return None;
                }
                (at.to_vec(), path)
            }
        };
        for (index, name) in rest.iter().enumerate() {
            if name == "super" {
                here.pop()?;
                continue;
            }
            let child = [here.as_slice(), std::slice::from_ref(name)].concat();
            if self.0.contains_key(&child) {
                here = child;
                continue;
            }
            // A re-export, or a name that the module imports for itself.
            let module = self.0.get(&here)?;
            if let Some(path) = module.imported.get(name).filter(|_| depth < 9) {
                let path = [path.as_slice(), &rest[index + 1..]].concat();
                return self.follow(&here, &path, depth + 1);
            }
            break;
        }
        Some(here)
    }

    /// The arrows between neighbours.
    fn arrows(&self) -> BTreeMap<Names, Arrows> {
        let mut arrows: BTreeMap<Names, Arrows> = BTreeMap::new();
        for (at, module) in &self.0 {
            for path in &module.named {
                let Some(target) = self.resolve(at, path) else { continue };
                let shared = at.iter().zip(&target).take_while(|(one, two)| one == two).count();
                if let (Some(from), Some(to)) = (at.get(shared), target.get(shared)) {
                    let why = format!("{} names {}", at.join("::"), path.join("::"));
                    let neighbours = arrows.entry(at[..shared].to_vec()).or_default();
                    neighbours.0.entry(from.clone()).or_default().insert(to.clone(), why);
                }
            }
        }
        arrows
    }

    /// The rings, each with the module that it is in.
    pub(super) fn rings(&self) -> Vec<Ring> {
        let mut rings = Vec::new();
        for (parent, arrows) in self.arrows() {
            for modules in arrows.rings() {
                let uses = modules.iter().flat_map(|from| &arrows.0[from]);
                let why = uses.filter(|(to, _)| modules.contains(*to)).map(|(_, why)| why.clone());
                let why = why.collect();
                rings.push(Ring { parent: parent.join("::"), modules, why });
            }
        }
        rings
    }
}

/// Neighbours that lead to each other.
pub(super) struct Ring {
    /// The module that the ring is in.
    pub(super) parent: String,
    pub(super) modules: BTreeSet<String>,
    /// The names that make the ring.
    pub(super) why: Vec<String>,
}

/// The modules that each of some neighbours uses, and the names that show it.
#[derive(Default)]
struct Arrows(BTreeMap<String, BTreeMap<String, String>>);

impl Arrows {
    /// The neighbours that lead to each other.
    fn rings(&self) -> BTreeSet<BTreeSet<String>> {
        let reached: BTreeMap<_, _> =
            self.0.keys().map(|start| (start, self.reached(start))).collect();
        let rings = reached.iter().filter(|(start, to)| to.contains(**start));
        rings
            .map(|(start, to)| {
                let is_back =
                    |name: &&String| reached.get(name).is_some_and(|to| to.contains(*start));
                to.iter().filter(is_back).cloned().collect()
            })
            .collect()
    }

    /// All neighbours that `start` leads to.
    fn reached(&self, start: &str) -> BTreeSet<String> {
        let (mut reached, mut waiting) = (BTreeSet::new(), vec![start]);
        while let Some(from) = waiting.pop() {
            for to in self.0.get(from).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(to.clone()) {
                    waiting.push(to);
                }
            }
        }
        reached
    }
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Whether a path surely stays in its crate.
fn is_ours(path: &[String]) -> bool {
    path.len() > 1
        && path.first().is_some_and(|first| ["crate", "super", "self"].contains(&first.as_str()))
}

/// The path `a::b::c` at the start of `tokens`, and how many tokens it takes.
fn names(tokens: &[TokenTree]) -> (Names, usize) {
    let (mut names, mut length) = (Vec::new(), 0);
    while let Some(TokenTree::Ident(name)) = tokens.get(length) {
        names.push(name.to_string());
        length += 1;
        match tokens.get(length..length + 3) {
            Some([one, two, TokenTree::Ident(_)]) if is(one, ':') && is(two, ':') => length += 2,
            _ => break,
        }
    }
    (names, length)
}

/// How many tokens an item takes: up to its body or its semicolon.
fn item(tokens: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is(token, ';'),
    };
    tokens.iter().take_while(|token| !is_end(token)).count() + 1
}

/// Adds what `a::{b, c as d}` names to `module`, below the path `before`.
fn tree(tokens: &[TokenTree], before: &[String], module: &mut Module) {
    for part in tokens.split(|token| is(token, ',')) {
        let (path, length) = names(part);
        let mut path = [before, &path].concat();
        if let Some(TokenTree::Group(group)) = part.last() {
            tree(&Vec::from_iter(group.stream()), &path, module);
            continue;
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let is_renamed = part.get(length).is_some_and(|word| word.to_string() == "as");
        let alias = part.last().filter(|_| is_renamed).map(ToString::to_string);
        if let Some(name) = alias.or_else(|| path.last().cloned()) {
            module.imported.insert(name, path.clone());
            module.named.insert(path);
        }
    }
}

/// The file of the module whose folder this would be.
fn file_of(folder: &Path) -> PathBuf {
    let file = folder.with_extension("rs");
    if file.exists() { file } else { folder.join("mod.rs") }
}
