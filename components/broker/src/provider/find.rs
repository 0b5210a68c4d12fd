//! Sends the manifest's `find` request, which lists what a credential can be connected to.
//!
//! A response decides only between entries that the manifest allows: each value is checked against its parameter's rules,
//! and the pins are made from the manifest again. This module must not offer an entry that breaks a rule.

use std::collections::BTreeMap;

use http::Method;
use nexus_common::{Error, Result};
use nexus_manifests::params::{self, EntryRules};
use nexus_manifests::{Find, Manifest, pins, template};
use nexus_vault::credential::{self, Usable};
use serde_json::Value;

use crate::provider::answer::Answer;
use crate::provider::call::{self, Outgoing};
use crate::provider::{unfit, verify};

/// The maximum number of entries that are read of a response, and offered.
const MOST: usize = 500;

/// An entry that the credential can be connected to.
pub(crate) struct Entry {
    /// The value that names it: that of the first parameter.
    pub(crate) value: String,
    /// The name that people know it by.
    pub(crate) label: String,
    params: BTreeMap<String, String>,
}

/// The label of the entries, in the words of the manifest.
pub(crate) fn label(manifest: &Manifest) -> &str {
    manifest.found_params().next().map_or("", |(param, _)| &param.label)
}

/// The value of the entry that a connection with these parameters is made to. `None` if nothing is chosen yet.
pub(crate) fn chosen<'a>(
    manifest: &Manifest,
    params: &'a BTreeMap<String, String>,
) -> Option<&'a str> {
    let (first, _) = manifest.found_params().next()?;
    params.get(&first.name).map(String::as_str)
}

/// The entry with this value. Values that differ in case only may be two tenants.
pub(crate) fn position(entries: &[Entry], value: &str) -> Option<usize> {
    entries.iter().position(|entry| entry.value == value)
}

/// The entry that a connection was made to with this value. A person may have typed it before entries were listed, so an
/// entry that differs in case only counts, if no other entry does.
pub(crate) fn earlier_position(entries: &[Entry], value: &str) -> Option<usize> {
    position(entries, value).or_else(|| {
        let mut folded =
            (0..).zip(entries).filter(|(_, entry)| entry.value.eq_ignore_ascii_case(value));
        match (folded.next(), folded.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        }
    })
}

/// The entry that needs no person to choose it: the one that was chosen before, or the only one.
pub(crate) fn settled(mut entries: Vec<Entry>, earlier: Option<&str>) -> Option<Entry> {
    match earlier.and_then(|value| earlier_position(&entries, value)) {
        Some(index) => Some(entries.swap_remove(index)),
        None if entries.len() == 1 => entries.pop(),
        None => None,
    }
}

/// Connects `usable` to the entry. Its pins are made anew from the manifest.
///
/// # Errors
/// [`Error::Invalid`] if a URL of the manifest does not expand with the values.
pub(crate) fn connect(usable: &mut Usable, entry: Entry) -> Result<()> {
    usable.params.extend(entry.params);
    let manifest = &usable.sourced.manifest;
    usable.credential.pins = pins(manifest, &usable.params).map_err(credential::broken)?;
    Ok(())
}

/// Asks the provider for the entries, at a host that is pinned already. There is at least one.
///
/// # Errors
/// [`Error::NothingFound`] if the provider lists none. [`Error::CredentialRefused`], [`Error::Provider`],
/// [`Error::ProviderTimeout`], [`Error::EgressDenied`].
pub(crate) async fn entries(usable: &Usable) -> Result<Vec<Entry>> {
    let manifest = &usable.sourced.manifest;
    let missing = || Error::Internal(format!("the manifest {} has no `find`", manifest.id));
    let find = manifest.find.as_ref().ok_or_else(missing)?;
    let url = params::find_url(manifest, &usable.params).map_err(credential::broken)?;
    let url = url.ok_or_else(missing)?;
    let outgoing = Outgoing { method: Method::GET, url, headers: Vec::new(), body: None };
    let pins = &usable.credential.pins;
    let pinned = [&pins.verify[..], &pins.api[..], &pins.token[..]].concat();
    let answer = call::send(&before_choice(usable), outgoing, &pinned).await?;
    read(manifest, find, &answer)
}

/// The credential as it is injected before anything is chosen.
fn before_choice(usable: &Usable) -> Usable {
    let mut early = usable.clone();
    let manifest = &usable.sourced.manifest;
    let is_found = |name: &&str| manifest.found_params().any(|(param, _)| param.name == *name);
    early.credential.pins.inject.retain(|inject| {
        let names = inject.templates().into_iter().map(template::names);
        !names.flat_map(Result::unwrap_or_default).any(|name| is_found(&name))
    });
    early
}

/// The entries of a response that meet the rules of the manifest.
fn read(manifest: &Manifest, find: &Find, answer: &Answer) -> Result<Vec<Entry>> {
    let json = verify::require_accepted(answer)?;
    let unfit = |why: &str| Error::Provider(unfit(why));
    let offered = find.entries(json).ok_or_else(|| unfit("it has no list of entries"))?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut broken = None;
    let rules = EntryRules::of(manifest);
    for found in offered.into_iter().take(MOST) {
        match entry(manifest, &rules, answer, found) {
            // An entry may be listed more than once, for instance once for each product.
            Ok(entry) if position(&entries, &entry.value).is_some() => {}
            Ok(entry) => entries.push(entry),
            Err(words) => broken = Some(words),
        }
    }
    match (entries.is_empty(), broken) {
        (false, _) => Ok(entries),
        (true, Some(words)) => Err(unfit(&words)),
        (true, None) => Err(Error::NothingFound(format!(
            "the provider accepts the credential, but lists nothing for {:?} that it may use. Give the account \
             access at the provider, and connect again",
            label(manifest)
        ))),
    }
}

/// One entry. The error says which rule it breaks, without a value.
fn entry(
    manifest: &Manifest,
    rules: &EntryRules<'_>,
    answer: &Answer,
    found: &Value,
) -> Result<Entry, String> {
    let params = rules.params(found).map_err(|findings| {
        let first = findings.into_iter().next();
        first.map(|finding| format!("{} {}", finding.pointer, finding.detail)).unwrap_or_default()
    })?;
    if params.values().any(|value| answer.screen.holds(value)) {
        return Err("a value contains a secret".to_owned());
    }
    let value = chosen(manifest, &params).unwrap_or_default().to_owned();
    let label = manifest.find.as_ref().and_then(|find| find.label.as_ref());
    let named = label.and_then(|label| found.pointer(label));
    let label = named.and_then(Value::as_str).and_then(|text| answer.screen.pass(text));
    let label = label.unwrap_or_else(|| value.clone());
    Ok(Entry { value, label, params })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ_in_case_are_two_entries() {
        let entries = |values: &[&str]| -> Vec<Entry> {
            let entry = |value: &&str| Entry {
                value: (*value).to_owned(),
                label: String::new(),
                params: BTreeMap::new(),
            };
            values.iter().map(entry).collect()
        };
        for (values, value, exact, earlier) in [
            (&["Acme"][..], "Acme", Some(0), Some(0)),
            (&["Acme"], "acme", None, Some(0)),
            (&["Other", "acme", "ACME"], "ACME", Some(2), Some(2)),
            (&["Other", "acme", "ACME"], "Acme", None, None),
            (&["Other"], "acme", None, None),
            (&[], "acme", None, None),
        ] {
            let all = entries(values);
            assert_eq!(position(&all, value), exact, "{values:?} {value}");
            assert_eq!(earlier_position(&all, value), earlier, "{values:?} {value}");
        }
        let settled = |values: &[&str], earlier| settled(entries(values), earlier);
        assert_eq!(settled(&["a", "A"], Some("A")).map(|entry| entry.value), Some("A".to_owned()));
        assert!(settled(&["a", "A"], None).is_none());
    }
}
