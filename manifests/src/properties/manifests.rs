//! Manifests with arbitrary changes. Parsing, linting and expanding them never panics. A parsed manifest is
//! written back unchanged. No value changes the host of a URL.

use std::collections::BTreeMap;

use nexus_printable::pointer::below;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value};
use url::Url;

use crate::guard::{OwnHosts, PrivateHosts};
use crate::{Manifest, Origin, catalog, faults, lint, params, parse, template};

const STRINGS: [&str; 26] = [
    "",
    "{",
    "}",
    "{{a}}",
    "{api_key}",
    "{access_token}",
    "{subdomain}",
    "https://{api_key}.evil.example/",
    "https://{subdomain}.evil.example@x/",
    "https://broker.spin.internal/",
    "http://127.0.0.1/",
    "//x",
    "/../..",
    "https://api.example.com\\@evil.example/",
    "/",
    "*",
    "GET",
    "oauth2",
    "\u{0}",
    "\u{fc}",
    "(((",
    "[a-z]{1,63}",
    "(a|b*)*c{999}",
    "a\r\nb: c",
    "custom-x",
    "https://x/?{api_key}#{api_key}",
];

/// A change at one place of a JSON document.
#[derive(Clone, Debug)]
enum Change {
    Delete,
    Duplicate,
    Swap(Index),
    Put(Value),
    Insert(Value, Value),
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => select(&STRINGS[..]).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(serde_json::json!([])),
        1 => Just(serde_json::json!({})),
        1 => "[a-z]{0,300}".prop_map(Value::from),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Delete),
        1 => Just(Change::Duplicate),
        2 => any::<Index>().prop_map(Change::Swap),
        5 => value().prop_map(Change::Put),
        1 => (value(), value()).prop_map(|(name, value)| Change::Insert(name, value)),
    ]
}

/// A built-in manifest with a few changes. Without changes it must be valid.
fn changed() -> impl Strategy<Value = Value> {
    let changes = vec((any::<Index>(), change()), 0..4);
    (select(catalog::all()), changes).prop_map(|(entry, changes)| {
        let mut json: Value = serde_json::from_str(&entry.json()).unwrap();
        for (at, change) in changes {
            let mut places = vec![];
            pointers("", &json, &mut places);
            apply(&mut json, &places, &at, change);
        }
        json
    })
}

fn pointers(at: &str, json: &Value, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match json {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(n, item)| pointers(&format!("{at}/{n}"), item, found));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            pointers(&below(at, name), member, found);
        }),
        _ => {}
    }
}

fn apply(json: &mut Value, places: &[String], at: &Index, change: Change) {
    let at = at.get(places);
    let (parent, last) = at.rsplit_once('/').unwrap_or_default();
    match change {
        Change::Delete => match json.pointer_mut(parent) {
            Some(Value::Array(items)) => drop(last.parse().map(|n: usize| items.remove(n))),
            Some(Value::Object(members)) => drop(members.remove(last)),
            _ => {}
        },
        Change::Duplicate => {
            let own = json.pointer(at).cloned();
            match (json.pointer_mut(parent), own) {
                (Some(Value::Array(items)), Some(own)) => items.push(own),
                (Some(Value::Object(members)), Some(own)) => {
                    drop(members.insert(format!("{last}2"), own))
                }
                _ => {}
            }
        }
        Change::Swap(other) => {
            let other = other.get(places);
            let (Some(one), Some(two)) = (json.pointer(at).cloned(), json.pointer(other).cloned())
            else {
                return;
            };
            for (place, value) in [(at, two), (other, one)] {
                if let Some(own) = json.pointer_mut(place) {
                    *own = value;
                }
            }
        }
        Change::Put(value) => {
            if let Some(own) = json.pointer_mut(at) {
                *own = value;
            }
        }
        Change::Insert(name, value) => match json.pointer_mut(at) {
            Some(Value::Array(items)) => items.push(value),
            Some(Value::Object(members)) => {
                members.insert(name.as_str().unwrap_or_default().to_owned(), value);
            }
            _ => {}
        },
    }
}

/// Collects every text in a document.
fn texts(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

fn findings(manifest: &Manifest, origin: Origin) -> Vec<crate::Finding> {
    let private = PrivateHosts::parse("http://127.0.0.0/8:*").unwrap();
    let own = OwnHosts::parse("https://nexus.example.com", "").unwrap();
    lint::check_with(manifest, origin, &own, &|url| private.covers(url))
}

/// A secret that is not part of any manifest's text.
const SECRET: &str = "zq7secretzq7";

/// Whether the secret is in the host of a URL, or before it.
fn is_in_host(url: &Url) -> bool {
    let authority =
        [url.username(), url.password().unwrap_or_default(), url.host_str().unwrap_or_default()];
    authority.iter().any(|part| part.to_ascii_lowercase().contains(SECRET))
}

fn typed(values: &BTreeMap<String, String>) -> Map<String, Value> {
    values.iter().map(|(name, value)| (name.clone(), Value::from(&**value))).collect()
}

proptest! {
    #[test]
    fn a_changed_manifest_is_linted_or_rejected(json in changed()) {
        let text = json.to_string();
        match parse(&text) {
            Err(finding) => {
                prop_assert_eq!(finding.rule, "parse");
                prop_assert!(json.pointer(&finding.pointer).is_some() || !finding.pointer.is_empty());
                prop_assert!(finding.detail.chars().count() <= 500);
            }
            Ok(manifest) => {
                let written = serde_json::to_string(&manifest).unwrap();
                let again = parse(&written).unwrap();
                prop_assert_eq!(&again, &manifest);
                prop_assert_eq!(serde_json::to_string(&again).unwrap(), written);
                let all = findings(&manifest, Origin::Workspace);
                let _ = findings(&manifest, Origin::BuiltIn);
                prop_assert!(all.iter().all(|finding| !finding.rule.is_empty() && !finding.detail.is_empty()));
            }
        }
    }

    #[test]
    fn faults_are_those_of_the_parser_and_of_the_rules(json in changed()) {
        let text = json.to_string();
        let read = faults::read(&text, Origin::BuiltIn, &OwnHosts::default(), &|_| false);
        match (parse(&text), read) {
            (Ok(manifest), Ok(read)) => prop_assert_eq!(read, manifest),
            (Ok(manifest), Err(found)) => {
                let broken = lint::check(&manifest, Origin::BuiltIn, &|_| false);
                prop_assert_eq!(found, broken);
            }
            (Err(first), Err(found)) => {
                prop_assert!(found.contains(&first));
                // A wrong member is there, or is missing from something that is there.
                let wrong = found.iter().filter(|fault| fault.rule == "parse");
                for fault in wrong {
                    let (parent, _) = fault.pointer.rsplit_once('/').unwrap_or_default();
                    prop_assert!(json.pointer(parent).is_some(), "{}", fault);
                }
            }
            (Err(first), Ok(_)) => prop_assert!(false, "{}", first),
        }
    }

    #[test]
    fn no_value_changes_a_host_of_a_valid_manifest(
        json in changed(),
        values in vec(prop_oneof![select(&STRINGS[..]).prop_map(str::to_owned), "[a-z0-9.-]{0,12}"], 4),
    ) {
        let Ok(manifest) = parse(&json.to_string()) else { return Ok(()) };
        let origins = [Origin::Workspace, Origin::BuiltIn];
        let is_well = origins.iter().any(|origin| findings(&manifest, *origin).is_empty());
        let examples: BTreeMap<String, String> =
            manifest.params.iter().map(|param| (param.name.clone(), param.example.clone())).collect();
        let odd: BTreeMap<String, String> = manifest
            .params
            .iter()
            .zip(values.iter().cycle())
            .map(|(param, value)| (param.name.clone(), value.clone()))
            .collect();
        let checked = params::check_params(&manifest, &typed(&odd)).ok();
        let _ = params::check_credentials(&manifest, &typed(&odd));
        let checked = checked.as_ref().unwrap_or(&examples);
        for (values, may_fail) in [(&examples, false), (&odd, true), (checked, false)] {
            let pins = params::pins(&manifest, values);
            prop_assert!(pins.is_ok() || may_fail || !is_well, "{pins:?}");
            let Ok(pins) = pins else { continue };
            for origin in pins.api.iter().chain(&pins.verify).chain(&pins.token).chain(&pins.revoke) {
                let url = Url::parse(origin);
                let is_bare = url.is_ok_and(|url| url.path() == "/" && url.query().is_none());
                prop_assert!(is_bare || !is_well, "{origin}");
            }
            // Every text as if it were a URL template, with a secret for each name that is not a parameter.
            let lookup = |name: &str| Some(values.get(name).map_or(SECRET, String::as_str).to_owned());
            let mut all = vec![];
            texts(&json, &mut all);
            for text in &all {
                let expanded = template::expand_url(text, &lookup);
                if let Ok(url) = params::resolve_url("/x", text, values) {
                    prop_assert_eq!(Url::parse(&expanded.unwrap()), Ok(url.clone()));
                    prop_assert!(!is_in_host(&url), "{text}");
                }
                let _ = template::expand(text, &lookup);
                let _ = template::names(text);
            }
            if let (true, Ok(Some(url))) = (is_well, params::verify_url(&manifest, values)) {
                prop_assert!(pins.verify.contains(&url.origin().ascii_serialization()), "{url}");
            }
            if let (true, crate::Revoke::Request { request, .. }) = (is_well, &manifest.revoke) {
                let url = template::expand_url(&request.url, &lookup).map(|text| Url::parse(&text));
                let url = url.unwrap().unwrap();
                prop_assert!(pins.revoke.contains(&url.origin().ascii_serialization()), "{url}");
                prop_assert!(!is_in_host(&url), "{url}");
            }
        }
    }

    #[test]
    fn a_value_stays_in_the_place_of_its_name(
        before in "https://[a-z]{1,5}\\.example/[a-z]{0,4}/?", value in any::<String>(),
        after in "(/[a-z]{0,3}){0,2}(\\?x=1)?",
    ) {
        let url = template::expand_url(&format!("{before}x{{a}}x{after}"), &|_| Some(value.clone())).unwrap();
        let url = Url::parse(&url).unwrap();
        let plain = Url::parse(&format!("{before}xx{after}")).unwrap();
        prop_assert_eq!(url.origin(), plain.origin());
        prop_assert_eq!(url.query(), plain.query());
        prop_assert_eq!(url.fragment(), None);
        prop_assert_eq!(url.path_segments().map(Iterator::count), plain.path_segments().map(Iterator::count));
    }

    #[test]
    fn parsing_and_expanding_never_panics(
        text in any::<String>(), cut in any::<Index>(), entry in select(catalog::all()),
    ) {
        let _ = parse(&text);
        let json = entry.json();
        let _ = parse(json.get(..cut.index(json.len())).unwrap_or_default());
        let _ = template::names(&text);
        let _ = template::expand(&text, &|name| Some(name.to_owned()));
        let _ = template::expand_url(&text, &|name| Some(name.to_owned()));
    }
}
