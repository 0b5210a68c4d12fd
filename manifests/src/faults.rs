//! Reads a manifest as a person wrote it, and reports every fault at once: wrong members as well as broken rules.
//!
//! A parser stops at its first fault. So each fault is repaired in a copy, which is then parsed again. The copy only serves
//! to find further faults: a manifest with a fault is never returned.

use std::collections::BTreeSet;

use nexus_printable::pointer::below;
use serde_json::{Value, json};
use url::Url;

use crate::finding::Finding;
use crate::guard::OwnHosts;
use crate::lint::{self, Origin};
use crate::model::Manifest;
use crate::own;
use crate::parse::{Cause, parse_with_cause};

/// The maximum number of wrong members that are reported.
const MOST: usize = 50;
/// The maximum number of times that a document is parsed.
const MOST_TRIES: usize = 300;
/// Members whose rules look at no other member but those for the texts that people read.
const ALONE: [&str; 9] =
    ["id", "name", "family", "categories", "description", "docs_url", "brand", "sources", "ends"];
/// Members that say how the rules judge the others.
const DECISIVE: [&str; 5] = ["", "auth_method", "params", "credentials", "oauth2"];

/// Reads a manifest, fills in the members that a workspace's own manifest may leave out, and checks every rule.
///
/// # Errors
/// One finding for each wrong member, and one for each broken rule that can be judged in spite of them.
pub fn read(
    json: &str,
    origin: Origin,
    own_hosts: &OwnHosts,
    private_hosts: &dyn Fn(&Url) -> bool,
) -> Result<Manifest, Vec<Finding>> {
    let mut reading = Reading::default();
    let parsed = reading.parse(json);
    let manifest = parsed.map(|manifest| match origin {
        Origin::BuiltIn => manifest,
        Origin::Workspace => own::completed(manifest),
    });
    if let Some(manifest) = &manifest {
        let broken = lint::check_with(manifest, origin, own_hosts, private_hosts);
        let broken = broken.into_iter().filter(|finding| reading.can_judge(&finding.pointer));
        let broken: Vec<Finding> = broken.collect();
        reading.faults.extend(broken);
    }
    match manifest {
        Some(manifest) if reading.faults.is_empty() => Ok(manifest),
        _ => Err(reading.faults),
    }
}

#[derive(Default)]
struct Reading {
    faults: Vec<Finding>,
    /// The places that have a value that the manifest did not have, each with the number of values tried there.
    placed: Vec<(String, usize)>,
    /// The members of the manifest in which something was repaired. Empty for an unknown member.
    repaired: BTreeSet<String>,
}

impl Reading {
    /// The manifest, repaired where it has faults. `None` if it cannot be repaired.
    fn parse(&mut self, json: &str) -> Option<Manifest> {
        let (mut finding, mut cause) = match parse_with_cause(json) {
            Ok(manifest) => return Some(manifest),
            Err(fault) => fault,
        };
        let document = serde_json::from_str::<Value>(json).ok().filter(Value::is_object);
        let Some(mut document) = document else {
            self.faults.push(finding);
            return None;
        };
        for _ in 0..MOST_TRIES {
            if !self.is_placed(&finding.pointer) {
                self.faults.push(finding.clone());
            }
            if self.faults.len() >= MOST || !self.repair(&mut document, &finding.pointer, &cause) {
                return None;
            }
            (finding, cause) = match parse_with_cause(&document.to_string()) {
                Ok(manifest) => return Some(manifest),
                Err(next) => next,
            };
        }
        None
    }

    fn is_placed(&self, pointer: &str) -> bool {
        self.placed.iter().any(|(place, _)| is_within(pointer, place))
    }

    /// Changes the member at `pointer` that is the cause of a finding, so that the parser gets beyond it. Returns whether that
    /// was possible.
    fn repair(&mut self, document: &mut Value, pointer: &str, cause: &Cause) -> bool {
        if *cause == Cause::DuplicateField {
            // The value of a document has each member once.
            self.repaired.insert(section(pointer).to_owned());
            return true;
        }
        if let Cause::UnknownField(name) = cause {
            let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
            self.repaired.insert(section(parent).to_owned());
            let members = document.pointer_mut(parent).and_then(Value::as_object_mut);
            return members.is_some_and(|members| members.remove(name).is_some());
        }
        let within = self.placed.iter().rfind(|(place, _)| is_within(pointer, place));
        let place = match (within, cause) {
            (Some((place, _)), _) => place.clone(),
            (None, Cause::MissingField(name)) => below(pointer, name),
            (None, _) => pointer.to_owned(),
        };
        self.repaired.insert(section(&place).to_owned());
        self.place(document, &place, cause)
    }

    /// Puts the next value that may be right at a place.
    fn place(&mut self, document: &mut Value, place: &str, cause: &Cause) -> bool {
        let known = self.placed.iter().position(|(known, _)| known == place);
        let index = known.unwrap_or(self.placed.len());
        if known.is_none() {
            self.placed.push((place.to_owned(), 0));
        }
        let Some((_, tried)) = self.placed.get_mut(index) else { return false };
        let value = match cause {
            Cause::UnknownVariant(word) => json!(word),
            _ => match candidate(*tried) {
                Some(value) => {
                    *tried += 1;
                    value
                }
                None => return self.place_whole(document, place),
            },
        };
        put(document, place, value)
    }

    /// Puts a whole value where no simple one is right: an item of a list, or a member of the manifest.
    fn place_whole(&mut self, document: &mut Value, place: &str) -> bool {
        let mut tokens = place.split('/').skip(1);
        let (name, item) = (tokens.next().unwrap_or_default(), tokens.next());
        let is_item = item.is_some_and(|item| item.bytes().all(|b| b.is_ascii_digit()));
        let (whole, value) = match (name, item.filter(|_| is_item)) {
            ("inject", Some(item)) => {
                (format!("/inject/{item}"), json!({"in": "query", "name": "", "value": ""}))
            }
            ("params", Some(item)) => {
                (format!("/params/{item}"), json!({"name": "", "label": "", "example": ""}))
            }
            ("credentials", Some(item)) => {
                (format!("/credentials/{item}"), json!({"name": "", "label": "", "secret": true}))
            }
            ("api", _) => ("/api".to_owned(), json!({"base_url": "", "hosts": []})),
            ("verify" | "revoke", _) => (format!("/{name}"), json!({"unsupported": ""})),
            ("oauth2" | "ends", _) => (format!("/{name}"), Value::Null),
            ("brand", _) => ("/brand".to_owned(), json!({"color": "", "icon": ""})),
            _ => return false,
        };
        let is_new = document.pointer(&whole) != Some(&value);
        self.placed.push((whole.clone(), usize::MAX));
        is_new && put(document, &whole, value)
    }

    /// Whether a broken rule at this place is the manifest's own fault, and not that of a repair.
    fn can_judge(&self, pointer: &str) -> bool {
        let member = section(pointer);
        let is_untouched = !self.repaired.contains(member);
        let decisive = DECISIVE.iter().any(|name| self.repaired.contains(*name));
        is_untouched && (!decisive || ALONE.contains(&member))
    }
}

/// The first token of a pointer.
fn section(pointer: &str) -> &str {
    pointer.split('/').nth(1).unwrap_or_default()
}

fn is_within(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The value of a place at each try.
fn candidate(tried: usize) -> Option<Value> {
    [json!(""), json!([]), json!({}), Value::Null, json!(1), json!(false)].get(tried).cloned()
}

/// Puts `value` at `place`, whose parent exists.
fn put(document: &mut Value, place: &str, value: Value) -> bool {
    if let Some(old) = document.pointer_mut(place) {
        *old = value;
        return true;
    }
    let Some((parent, name)) = place.rsplit_once('/') else { return false };
    let members = document.pointer_mut(parent).and_then(Value::as_object_mut);
    let name = name.replace("~1", "/").replace("~0", "~");
    members.map(|members| members.insert(name, value)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::tests::{api_key, changed};

    fn faults(json: &str, origin: Origin) -> Vec<(String, &'static str)> {
        let read = read(json, origin, &OwnHosts::default(), &|_| false);
        let found = read.expect_err(json).into_iter();
        found.map(|finding| (finding.pointer, finding.rule)).collect()
    }

    /// The faults of a built-in manifest with these changes.
    fn faults_with(change: &str) -> Vec<(String, &'static str)> {
        faults(&changed(&api_key(), change).to_string(), Origin::BuiltIn)
    }

    fn at(expected: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        expected.iter().map(|(pointer, rule)| ((*pointer).to_owned(), *rule)).collect()
    }

    #[test]
    fn every_wrong_member_is_reported_at_once() {
        for (change, expected) in [
            (
                r#"{"/nmae": "x", "/auth_method": "magic", "/api": {"base_ulr": "https://a.example"}}"#,
                at(&[
                    ("/api/base_ulr", "parse"),
                    ("/api", "parse"),
                    ("/auth_method", "parse"),
                    ("/nmae", "parse"),
                ]),
            ),
            (
                r#"{"/inject": ["x", {"in": "cookie"}, {"in": "header", "name": 1}],
                    "/verify": {"method": "GET"}, "/revoke": {"tokens": []}, "/brand": 5}"#,
                at(&[
                    ("/brand", "parse"),
                    ("/inject/0", "parse"),
                    ("/inject/1", "parse"),
                    ("/inject/2/name", "parse"),
                    ("/inject/2", "parse"),
                    ("/revoke", "parse"),
                    ("/verify", "parse"),
                ]),
            ),
            (
                r#"{"/api/first_byte_seconds": "long", "/api/ranges": "yes", "/api/headers": [], "/params": [7, {}]}"#,
                at(&[
                    ("/api/first_byte_seconds", "parse"),
                    ("/api/headers", "parse"),
                    ("/api/ranges", "parse"),
                    ("/params/0", "parse"),
                    ("/params/1", "parse"),
                    ("/params/1", "parse"),
                    ("/params/1", "parse"),
                ]),
            ),
        ] {
            let mut found = faults_with(change);
            found.sort();
            let mut expected = expected;
            expected.sort();
            assert_eq!(found, expected, "{change}");
        }
    }

    #[test]
    fn rules_are_judged_beside_wrong_members_where_the_fault_is_the_manifests_own() {
        let own = ["/api/hosts", "/docs_url", "/verify/path"];
        let change = r#"{"/api/hosts": 1, "/verify/path": "me", "/docs_url": "http://a.example"}"#;
        let found = faults_with(change);
        for pointer in own {
            assert!(found.iter().any(|(found, _)| found == pointer), "{pointer}: {found:?}");
        }
        // A rule that only a placeholder breaks is not the manifest's fault.
        assert!(found.iter().all(|(found, _)| own.contains(&found.as_str())), "{found:?}");
        // Without the fields, no rule about them can be judged.
        let found = faults_with(r#"{"/credentials": "x", "/brand/color": "red"}"#);
        assert_eq!(found, at(&[("/credentials", "parse"), ("/brand/color", "color_form")]));
    }

    #[test]
    fn nothing_but_the_syntax_is_reported_if_that_is_broken() {
        for text in ["", "{", "[]", "null", "{\"id\": \"a\",}", "\"x\""] {
            assert_eq!(faults(text, Origin::BuiltIn).len(), 1, "{text}");
        }
        let twice = r#"{"id": "a", "id": "b"}"#;
        let found = faults(twice, Origin::BuiltIn);
        assert!(found.len() > 3 && found.iter().any(|(pointer, _)| pointer == "/id"), "{found:?}");
    }

    #[test]
    fn an_own_manifest_needs_only_what_it_cannot_do_without() {
        let least = json!({
            "id": "custom-acme", "name": "Acme", "auth_method": "api_key",
            "credentials": [{"name": "api_key", "label": "Key", "secret": true}],
            "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {api_key}"}],
            "api": {"base_url": "https://api.acme.example/v1"},
            "verify": {"method": "GET", "path": "/me"},
            "revoke": {"unsupported": "Acme has none"},
        });
        let read = read(&least.to_string(), Origin::Workspace, &OwnHosts::default(), &|_| false);
        let manifest = read.unwrap();
        assert_eq!(manifest.api.hosts, ["api.acme.example"]);
        // A built-in manifest has everything.
        let found = faults(&least.to_string(), Origin::BuiltIn);
        for pointer in [
            "/family",
            "/description",
            "/docs_url",
            "/brand/color",
            "/categories",
            "/sources",
            "/api/hosts",
        ] {
            assert!(found.contains(&(pointer.to_owned(), "required")), "{pointer}: {found:?}");
        }
    }
}
