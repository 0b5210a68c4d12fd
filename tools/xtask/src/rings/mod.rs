//! A test of every crate: modules that stand next to each other form no ring.
//!
//! An arrow goes from a module to each module that it names, in a `use` or in a path that begins with `crate`,
//! `super` or `self`. A re-exported name is an arrow to the module that defines it. An arrow counts where its
//! two paths part: if `a::b` uses `a::c::d`, that is an arrow from `b` to `c`, inside `a`. A module and the
//! modules inside it may use each other. Test code does not count.

mod modules;

use std::fs;
use std::path::{Path, PathBuf};

use crate::repo::Repo;
use modules::{Modules, Ring};

/// The roots of the crates in `folder`, tests included.
fn roots(folder: &Path) -> Vec<PathBuf> {
    let tests = fs::read_dir(folder.join("tests")).into_iter().flatten().flatten();
    let tests = tests.map(|entry| match entry.path().is_dir() {
        true => entry.path().join("main.rs"),
        false => entry.path(),
    });
    let all = ["src/lib.rs", "src/main.rs"].map(|file| folder.join(file)).into_iter().chain(tests);
    all.filter(|file| file.extension().is_some_and(|ext| ext == "rs") && file.exists()).collect()
}

#[test]
fn no_modules_form_a_ring() {
    let repo = Repo::find().unwrap();
    let (mut found, mut modules_read) = (String::new(), 0);
    for folder in repo.folders() {
        for root in roots(&repo.root.join(folder)) {
            let modules = Modules::read(&root);
            modules_read += modules.count();
            for Ring { parent, modules, why } in modules.rings() {
                let root = root.strip_prefix(&repo.root).unwrap().display();
                let why = why.join("\n  ");
                found += &format!("{root}: a ring in `{parent}`, {modules:?}:\n  {why}\n");
            }
        }
    }
    assert!(modules_read > 300, "{modules_read} modules");
    assert!(found.is_empty(), "{found}");
}

#[test]
fn a_ring_is_named_and_other_arrows_are_not_rings() {
    for (files, rings) in [
        // From and to a parent, between different groups of neighbours, and in test code.
        (
            &[
                ("lib.rs", "mod a; mod b; pub(crate) use a::A; #[cfg(test)] mod tests;"),
                ("a.rs", "mod c; use crate::b::B; use self::c::C; pub(in crate::b) struct A;"),
                ("a/c.rs", "use super::A; fn c() { super::super::b::f(); }"),
                ("b.rs", "mod d { use super::B; } #[cfg(test)] mod tests { use crate::a::A; }"),
                ("tests.rs", "use crate::a;"),
            ][..],
            &[][..],
        ),
        (
            &[
                ("lib.rs", "mod a; mod b; mod e;"),
                ("a.rs", "use crate::{b::{self, B}, e};"),
                ("b.rs", "fn f() -> x::Y<crate::e::E> {}"),
                ("e/mod.rs", "fn f() { print!(\"{}\", super::a::A) }"),
            ],
            &[" a b e"],
        ),
        // A name that the root re-exports belongs to the module that defines it.
        (
            &[
                ("lib.rs", "mod a; mod b; pub use b::Inner as Outer;"),
                ("a.rs", "use crate::Outer; pub struct A;"),
                ("b.rs", "use super::a::A; pub struct Inner;"),
            ],
            &[" a b"],
        ),
        (
            &[
                ("lib.rs", "mod a;"),
                ("a/mod.rs", "mod b; #[path = \"other.rs\"] mod c;"),
                ("a/b.rs", "use crate::a::c::C;"),
                ("a/other.rs", "use super::b;"),
            ],
            &["a b c"],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let found = Modules::read(&folder.path().join("lib.rs")).rings();
        let found = found.iter().map(|ring| {
            let modules: Vec<_> = ring.modules.iter().map(String::as_str).collect();
            format!("{} {}", ring.parent, modules.join(" "))
        });
        assert_eq!(found.collect::<Vec<_>>(), rings, "{files:?}");
    }
}
