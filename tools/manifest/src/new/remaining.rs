//! What a manifest still lacks: rules that it breaks, and facts that the tests of the built-in manifests ask for
//! (`manifests/tests/built_in.rs`).

use nexus_manifests::guard::OwnHosts;
use nexus_manifests::{AuthMethod, Manifest, Origin, Verify, faults};
use serde_json::Value;

/// What remains, one sentence each, with its place.
pub(super) fn of(text: &str) -> Vec<String> {
    let read = faults::read(text, Origin::BuiltIn, &OwnHosts::default(), &|_| false);
    match read {
        Ok(manifest) => facts(&manifest, text),
        Err(faults) => {
            let shown = |pointer: &str| if pointer.is_empty() { "/" } else { pointer }.to_owned();
            let mut all: Vec<String> = faults
                .iter()
                .map(|fault| format!("{}: {}", shown(&fault.pointer), fault.detail))
                .collect();
            if let Ok(manifest) = nexus_manifests::parse(text) {
                all.extend(facts(&manifest, text));
            }
            all
        }
    }
}

/// Facts that no rule of the manifest asks for, because a workspace's own manifest may lack them.
fn facts(manifest: &Manifest, text: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut unless = |ok: bool, what: &str| {
        if !ok {
            missing.push(what.to_owned());
        }
    };
    let api = &manifest.api;
    unless(
        !api.deny.is_empty() || api.deny_gap.is_some(),
        "/api/deny: which calls make or show credentials, grant rights or end sessions? If there are none, say so in `deny_gap`",
    );
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let is_flow =
        manifest.oauth2.as_ref().is_some_and(|section| section.authorization_url.is_some());
    let states_pkce = document.pointer("/oauth2/pkce").is_some_and(Value::is_boolean);
    unless(
        !is_flow || states_pkce,
        "/oauth2/pkce: does the provider accept PKCE with S256? Say true or false",
    );
    if matches!(manifest.auth_method, AuthMethod::ApiKey | AuthMethod::Basic) {
        for (index, field) in manifest.credentials.iter().enumerate() {
            let at = |what: &str| format!("/credentials/{index}/{what}");
            unless(
                field.pattern.is_some(),
                &at("pattern: which form does it have? Not stricter than documented"),
            );
            unless(
                field.example.is_some(),
                &at("example: what is shown in the empty field? Never a real credential"),
            );
            unless(
                field.help_url.is_some() || !field.secret,
                &at("help_url: on which page does a person make it?"),
            );
        }
        let is_checked = match &manifest.verify {
            Verify::Request { success, account, .. } => success.is_some() || account.is_some(),
            Verify::Unsupported { .. } => false,
        };
        unless(
            is_checked,
            "/verify/account: where does the response name the account? A 2xx alone may be anybody's page",
        );
    }
    missing
}
