//! Compares the callers that the operations of `auth` name with the components that can and do call them.
//!
//! `auth` does not check its callers, so a caller that is missing in the table, or one too many, would not show
//! anywhere else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::AUTH_OPERATIONS;
use crate::rpc::document_table;

/// The name of the host that leads to `auth`.
const AUTH: &str = "http://auth.spin.internal";
/// The functions through which components call operations, by the name of the operation. Every other operation is
/// called for each request of a component.
const FUNCTIONS: [(&str, &str); 7] = [
    ("use-link", "use_link("),
    ("count-wrong", "count_wrong("),
    ("read-id-token", "read_id_token("),
    ("begin-passkey", "begin_passkey("),
    ("use-passkey", "use_passkey("),
    ("read-new-passkey", "read_new_passkey("),
    ("ready", "auth::ready("),
];

type Names = BTreeSet<String>;

fn components() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The components in spin.toml for which `holds`.
fn in_application(holds: impl Fn(&Table) -> bool) -> Names {
    let text = fs::read_to_string(components().join("../spin.toml")).unwrap();
    let application: Table = text.parse().unwrap();
    let tables = application["component"].as_table().unwrap().iter();
    let found = tables.filter(|(_, table)| holds(table.as_table().unwrap()));
    found.map(|(name, _)| name.clone()).collect()
}

/// The components whose sources have `text`.
fn with_source(text: &str) -> Names {
    fn has(folder: &Path, text: &str) -> bool {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
            match path.is_dir() {
                true => has(&path, text),
                false => fs::read_to_string(path).is_ok_and(|source| source.contains(text)),
            }
        })
    }
    let all = in_application(|_| true).into_iter();
    let others = all.filter(|name| name != "auth");
    others.filter(|name| has(&components().join(name).join("src"), text)).collect()
}

fn may_reach_auth(component: &Table) -> bool {
    let hosts = component.get("allowed_outbound_hosts").and_then(Value::as_array);
    hosts.is_some_and(|hosts| hosts.iter().any(|host| host.as_str() == Some(AUTH)))
}

fn has_limit(component: &Table) -> bool {
    let variables = component.get("variables").and_then(Value::as_table);
    variables.is_some_and(|variables| variables.contains_key("workspace_calls_per_minute"))
}

#[test]
fn the_callers_are_the_components_that_call() {
    for entry in AUTH_OPERATIONS {
        let named: Names = entry.callers.iter().map(|caller| caller.name().to_owned()).collect();
        let function = FUNCTIONS.iter().find(|(name, _)| *name == entry.name);
        let found = match (entry.name, function) {
            ("prove", _) => in_application(may_reach_auth),
            ("count", _) => in_application(has_limit),
            (_, Some((_, text))) => with_source(text),
            (name, None) => panic!("this test does not know how {name} is called"),
        };
        assert_eq!(named, found, "the callers of {}", entry.name);
    }
}

#[test]
fn the_document_has_the_operations_of_auth() {
    let table = document_table(AUTH_OPERATIONS.iter().copied());
    let document = include_str!("../../../../ARCHITECTURE.md");
    assert!(document.contains(&table), "ARCHITECTURE.md must have this table:\n\n{table}");
}
