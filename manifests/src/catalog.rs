//! The table of built-in manifests, packed by `build.rs` from the JSON files in this folder.
//!
//! Every entry was parsed and checked when it was packed. Nothing is read at run time.

use miniz_oxide::inflate::decompress_to_vec;

use crate::finding::Finding;
use crate::model::{AuthMethod, Manifest};

/// One built-in manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The manifest's id.
    pub id: &'static str,
    /// [`Entry::json`], compressed (RFC 1951): as text, the manifests are a third of a component that has them.
    packed: &'static [u8],
    /// `id`, `name`, `family`, `categories`, `description`, `docs_url`, `brand`, `auth_method`,
    /// `ends` and `needs` as a minified JSON object: an item of the catalogue's list.
    pub summary: &'static str,
    /// SHA-256 of [`Entry::json`], in lower-case hexadecimal.
    pub sha256: &'static str,
    /// Name, id and description in lower case, one per line.
    pub search: &'static str,
    /// The manifest's categories.
    pub categories: &'static [&'static str],
    /// How the provider authenticates its callers.
    pub auth_method: AuthMethod,
}

impl Entry {
    /// The whole manifest, minified, members in the order of the types, without examples of responses.
    #[must_use]
    pub fn json(&self) -> String {
        // The build has compressed a text, so neither fails.
        let bytes = decompress_to_vec(self.packed).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The manifest as its Rust type.
    ///
    /// # Errors
    /// As [`crate::parse`]. An entry of [`all`] never fails, because the build has parsed it.
    pub fn manifest(&self) -> Result<Manifest, Finding> {
        crate::parse(&self.json())
    }
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Every built-in manifest, sorted by name without regard to case.
#[must_use]
pub const fn all() -> &'static [Entry] {
    TABLE
}

/// SHA-256 of the whole table, in lower-case hexadecimal. It changes whenever a manifest changes.
#[must_use]
pub fn digest() -> &'static str {
    DIGEST
}

/// The built-in manifest with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::model::Revoke;
    use crate::{params, template};

    #[test]
    fn packed_entries_match_their_types() {
        assert!(!all().is_empty());
        for entry in all() {
            let manifest = entry.manifest().unwrap();
            assert_eq!(manifest.id, entry.id);
            assert_eq!(serde_json::to_string(&manifest).unwrap(), entry.json());
            let summary: serde_json::Value = serde_json::from_str(entry.summary).unwrap();
            assert_eq!(summary["id"], entry.id);
            assert_eq!(summary["auth_method"], manifest.auth_method.as_str());
            assert_eq!(summary.get("needs"), manifest.needs().map(|needs| json!(needs)).as_ref());
            assert_eq!(entry.sha256.len(), 64);
            assert_eq!(find(entry.id), Some(entry));
        }
        assert!(find("custom-sandbox").is_none());
        let names: Vec<String> =
            all().iter().map(|entry| entry.manifest().unwrap().name.to_lowercase()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    /// The values that templates can look up: the parameters, and a placeholder for each secret.
    fn lookup<'a>(
        params: &'a BTreeMap<String, String>,
        names: &'a [&str],
    ) -> impl Fn(&str) -> Option<String> + 'a {
        |name| {
            let secret = || names.contains(&name).then(|| format!("{name} &="));
            params.get(name).cloned().or_else(secret)
        }
    }

    fn expand(map: &BTreeMap<String, String>, lookup: &dyn Fn(&str) -> Option<String>) {
        for text in map.values() {
            template::expand(text, lookup).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }

    /// The strings in a JSON body, as templates.
    fn leaves(value: &Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => items.iter().flat_map(leaves).collect(),
            Value::Object(members) => members.values().flat_map(leaves).collect(),
            _ => vec![],
        }
    }

    #[test]
    fn every_oauth_flow_expands() {
        let is_oauth2 = |manifest: &Manifest| manifest.auth_method.is_oauth2();
        let manifests: Vec<Manifest> =
            all().iter().map(|entry| entry.manifest().unwrap()).filter(is_oauth2).collect();
        assert!(manifests.len() >= 12);
        for manifest in manifests {
            let id = &manifest.id;
            let oauth2 = manifest.oauth2.as_ref().unwrap();
            let examples = manifest.params.iter().map(|param| (param, param.example.clone()));
            let all: BTreeMap<String, String> =
                examples.clone().map(|(param, example)| (param.name.clone(), example)).collect();
            // The values that are known before the flow has finished.
            let entered: BTreeMap<String, String> = examples
                .filter(|(param, _)| param.from.is_none())
                .map(|(param, example)| (param.name.clone(), example))
                .collect();
            let typed = entered.iter().map(|(name, value)| (name.clone(), Value::from(&**value)));
            assert_eq!(params::check_params(&manifest, &typed.collect()), Ok(entered.clone()));
            for url in oauth2.authorization_url.iter().chain([&oauth2.token_url]) {
                let resolved = params::resolve_url("/oauth2", url, &entered);
                assert_eq!(resolved.unwrap().scheme(), "https", "{id}");
            }
            expand(&oauth2.authorize_params, &lookup(&entered, &["client_id"]));
            let client = ["client_id", "client_secret"];
            expand(&oauth2.token_params, &lookup(&entered, &client));
            let tokens = ["access_token", "refresh_token", "redirect_uri"];
            let names: Vec<&str> = client.into_iter().chain(tokens).collect();
            let refresh = oauth2.refresh.as_ref().map(|refresh| &refresh.params);
            expand(refresh.unwrap_or(&BTreeMap::new()), &lookup(&all, &names));
            // A refresh needs a refresh token.
            let answer = &oauth2.token_response;
            assert_eq!(oauth2.refresh.is_some(), answer.refresh_token.is_some(), "{id}");
            params::verify_url(&manifest, &all).unwrap();
            let pins = params::pins(&manifest, &all).unwrap();
            let revokes =
                matches!(manifest.revoke, Revoke::Rfc7009 { .. } | Revoke::Request { .. });
            assert_eq!(pins.revoke.len(), usize::from(revokes), "{id}");
            if let Revoke::Request { request, .. } = &manifest.revoke {
                let names: Vec<&str> = names.into_iter().chain(["token"]).collect();
                let lookup = lookup(&all, &names);
                let url = template::expand_url(&request.url, &lookup).unwrap();
                let url = url::Url::parse(&url).unwrap();
                assert_eq!(url.origin().ascii_serialization(), pins.revoke[0], "{id}");
                expand(request.form.as_ref().unwrap_or(&BTreeMap::new()), &lookup);
                for text in request.json.iter().flat_map(leaves) {
                    template::expand(&text, &lookup).unwrap_or_else(|e| panic!("{id}: {e}"));
                }
            }
        }
    }

    #[test]
    fn every_login_expands_before_its_response() {
        let all: Vec<Manifest> = all().iter().map(|entry| entry.manifest().unwrap()).collect();
        let logins: Vec<&Manifest> = all.iter().filter(|one| one.login.is_some()).collect();
        assert!(logins.len() >= 8);
        for manifest in logins {
            let id = &manifest.id;
            let examples = manifest.params.iter().filter(|param| param.from.is_none());
            let entered: BTreeMap<String, String> =
                examples.map(|param| (param.name.clone(), param.example.clone())).collect();
            let login = manifest.login.as_ref().unwrap();
            let before = params::pins_before_flow(manifest, &entered).unwrap();
            assert_eq!(before.token.len(), usize::from(login.request.is_some()), "{id}");
            let fields: Vec<&str> = manifest.fields().map(|(name, _)| name).collect();
            let names: Vec<&str> = fields.into_iter().chain(["assertion", "key_sha256"]).collect();
            if let Some(assertion) = &login.assertion {
                expand(&assertion.claims, &lookup(&entered, &names));
            }
            let Some(request) = &login.request else { continue };
            let url = params::resolve_url(params::LOGIN_URL, &request.url, &entered).unwrap();
            assert_eq!(url.origin().ascii_serialization(), before.token[0], "{id}");
            expand(request.form.as_ref().unwrap_or(&BTreeMap::new()), &lookup(&entered, &names));
            for text in request.json.iter().flat_map(leaves) {
                template::expand(&text, &lookup(&entered, &names))
                    .unwrap_or_else(|error| panic!("{id}: {error}"));
            }
        }
    }
}
