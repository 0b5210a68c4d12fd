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

/// A ring that may stay for now.
struct Known {
    /// The root of the crate, and the module that the ring is in.
    place: (&'static str, &'static str),
    /// A ring of fewer of them is known too. If nothing is left of the ring, the test fails: delete the entry.
    modules: &'static [&'static str],
    /// Why it is there.
    #[expect(dead_code, reason = "for the reader")]
    why: &'static str,
}

const KNOWN: [Known; 2] = [
    Known {
        place: ("components/broker/src/lib.rs", "operations::forward"),
        modules: &["links", "opened", "rules", "target"],
        why: "an opened integration holds the URLs that the rules and the links are made from",
    },
    Known {
        place: ("components/broker/src/lib.rs", "provider"),
        modules: &["answer", "call"],
        why: "a call and its response share a media type",
    },
];

impl Ring {
    fn is(&self, root: &str, known: &Known) -> bool {
        let is_known = |name: &String| known.modules.contains(&name.as_str());
        (root, self.parent.as_str()) == known.place && self.modules.iter().all(is_known)
    }
}

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
    let (mut found, mut modules_read) = (Vec::new(), 0);
    for folder in repo.folders() {
        for root in roots(&repo.root.join(folder)) {
            let modules = Modules::read(&root);
            modules_read += modules.count();
            let name = root.strip_prefix(&repo.root).unwrap().display().to_string();
            found.extend(modules.rings().into_iter().map(|ring| (name.clone(), ring)));
        }
    }
    assert!(modules_read > 300, "{modules_read} modules");
    for (root, ring) in &found {
        let Ring { parent, modules, why } = ring;
        let is_known = KNOWN.iter().any(|known| ring.is(root, known));
        assert!(is_known, "{root}: a ring in `{parent}`, {modules:?}:\n  {}", why.join("\n  "));
    }
    for known in &KNOWN {
        let is_left = found.iter().any(|(root, ring)| ring.is(root, known));
        assert!(is_left, "{:?} has no such ring; delete {:?}", known.place, known.modules);
    }
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
