//! The table of built-in manifests, packed by `build.rs` from the JSON files beside this crate.
//!
//! Every entry was parsed and checked when it was packed; nothing is read at run time.

use crate::finding::Finding;
use crate::model::Manifest;

/// One built-in manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The manifest's id.
    pub id: &'static str,
    /// The whole manifest, minified, members in the order of the types.
    pub json: &'static str,
    /// `id`, `name`, `family`, `categories`, `description`, `docs_url`, `brand`, `auth_method`, as a
    /// minified JSON object: an item of the catalogue's list.
    pub summary: &'static str,
    /// SHA-256 of `json`, in lower-case hexadecimal.
    pub sha256: &'static str,
    /// Name, id and description in lower case, a line each.
    pub search: &'static str,
    /// The manifest's categories.
    pub categories: &'static [&'static str],
    /// The name of its method, as in JSON.
    pub auth_method: &'static str,
}

impl Entry {
    /// The manifest as its types.
    ///
    /// # Errors
    /// As [`crate::parse`]; not for an entry of [`all`], which the build has parsed.
    pub fn manifest(&self) -> Result<Manifest, Finding> {
        crate::parse(self.json)
    }
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Every built-in manifest, sorted by name without regard to case.
#[must_use]
pub const fn all() -> &'static [Entry] {
    TABLE
}

/// SHA-256 of the whole table, in lower-case hexadecimal: it changes when a manifest does.
#[must_use]
pub fn digest() -> &'static str {
    DIGEST
}

/// The built-in manifest of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_what_the_types_say() {
        assert!(!all().is_empty());
        for entry in all() {
            let manifest = entry.manifest().unwrap();
            assert_eq!(manifest.id, entry.id);
            assert_eq!(serde_json::to_string(&manifest).unwrap(), entry.json);
            let summary: serde_json::Value = serde_json::from_str(entry.summary).unwrap();
            assert_eq!(summary["id"], entry.id);
            assert_eq!(summary["auth_method"], manifest.auth_method.as_str());
            assert_eq!(entry.sha256.len(), 64);
            assert_eq!(find(entry.id), Some(entry));
        }
        assert!(find("custom-sandbox").is_none());
        let names: Vec<String> =
            all().iter().map(|entry| entry.manifest().unwrap().name.to_lowercase()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
