//! Checks every built-in manifest for requirements that the types and the lint rules leave open, but that a
//! provider in the application must meet.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot continue must stop")]

use std::collections::BTreeMap;

use nexus_manifests::{AuthMethod, Manifest, Origin, Verify, catalog, check, params, template};

fn all() -> Vec<Manifest> {
    catalog::all().iter().map(|entry| entry.manifest().unwrap()).collect()
}

/// The examples, once for each choice of a parameter that has choices.
fn connections(manifest: &Manifest) -> Vec<BTreeMap<String, String>> {
    let examples: BTreeMap<String, String> =
        manifest.params.iter().map(|param| (param.name.clone(), param.example.clone())).collect();
    let mut all = vec![examples.clone()];
    for param in &manifest.params {
        all.extend(param.choices.iter().map(|choice| {
            let mut values = examples.clone();
            values.insert(param.name.clone(), choice.clone());
            values
        }));
    }
    all
}

#[test]
fn each_has_deny_rules_and_sources() {
    let manifests = all();
    assert!(manifests.len() >= 12);
    for manifest in manifests {
        let (id, api) = (&manifest.id, &manifest.api);
        assert!(
            !api.deny.is_empty() || api.deny_gap.is_some(),
            "{id}: no `deny` and no `deny_gap`"
        );
        assert!(!manifest.sources.is_empty(), "{id}: no sources");
        for (index, rule) in api.deny.iter().enumerate() {
            let again = api
                .deny
                .iter()
                .take(index)
                .any(|earlier| (&earlier.method, &earlier.path) == (&rule.method, &rule.path));
            assert!(!again, "{id}: duplicate rule {} {}", rule.method, rule.path);
        }
        assert_eq!(check(&manifest, Origin::BuiltIn, &|_| false), [], "{id}");
    }
}

/// A missing member would get a default that nobody has looked up.
#[test]
fn each_states_whether_pkce_is_used() {
    let mut seen = 0;
    for file in std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let path = file.unwrap().path();
        let is_one = path.extension().is_some_and(|end| end == "json");
        if !is_one || path.file_name().is_some_and(|name| name == "schema.json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let section = &json["oauth2"];
        if section["authorization_url"].is_string() {
            assert!(section["pkce"].is_boolean(), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 25, "{seen}");
    // Without PKCE, only the client's secret, `state` and the cookie bind a code to its flow. Each of these
    // providers was checked in its documentation, and SECURITY.md lists them.
    let without: Vec<String> = all()
        .into_iter()
        .filter(|manifest| {
            let section = manifest.oauth2.as_ref();
            section.is_some_and(|section| section.authorization_url.is_some() && !section.pkce)
        })
        .map(|manifest| manifest.id)
        .collect();
    let known = [
        "bamboohr-oauth",
        "basecamp",
        "bitbucket",
        "box",
        "cal-com-oauth",
        "clickup-oauth",
        "confluence",
        "highlevel",
        "intercom",
        "jira",
        "linkedin",
        "miro",
        "mollie-oauth",
        "notion-oauth",
        "pandadoc-oauth",
        "pipedrive-oauth",
        "quickbooks",
        "razorpay-oauth",
        "reddit",
        "shopify",
        "slack",
        "slack-user",
        "stripe-connect",
        "surveymonkey",
        "tiktok",
        "todoist-oauth",
        "webex",
        "webflow-oauth",
        "zoho-crm",
        "zoho-desk",
    ];
    assert_eq!(without, known);
}

/// An app's secret is sent to any value of a parameter in these hosts, because the vendor owns all of them.
#[test]
fn parameters_in_hosts_of_secrets_are_below_vendor_domains() {
    // The vendor assigns My Domain names, shop names and account IDs, below a domain of its own.
    // Docusign has a host for developer accounts, and Zoho has a domain for each data center.
    let vendors = [
        ".bamboohr.com",
        ".docusign.com",
        ".my.salesforce.com",
        ".myshopify.com",
        ".suitetalk.api.netsuite.com",
        ".zendesk.com",
        ".zoho.com",
        ".zoho.com.au",
        ".zoho.com.cn",
        ".zoho.eu",
        ".zoho.in",
        ".zoho.jp",
        ".zoho.sa",
    ];
    let is_vendors = |host: &str| {
        vendors.iter().find(|end| host.strip_suffix(**end).is_some_and(|label| !label.is_empty()))
    };
    let mut seen = Vec::new();
    for manifest in all() {
        if manifest.oauth2.is_none() {
            continue;
        }
        let revoke = match &manifest.revoke {
            nexus_manifests::Revoke::Rfc7009 { rfc7009, .. } => Some(&rfc7009.url),
            nexus_manifests::Revoke::Request { request, .. } => Some(&request.url),
            _ => None,
        };
        // The admin who enters the OAuth app lists the hosts of software that customers run themselves.
        let is_free = |host: &str| {
            manifest
                .params
                .iter()
                .any(|param| param.whole_host && host == format!("{{{}}}", param.name))
        };
        let token =
            params::token_urls(&manifest).map(|(_, url)| url.to_owned()).collect::<Vec<_>>();
        for url in token.iter().chain(revoke) {
            let host = url.split('/').nth(2).unwrap();
            if !host.contains('{') || is_free(host) {
                continue;
            }
            for values in connections(&manifest) {
                let host = template::expand(host, &|name| values.get(name).cloned()).unwrap();
                let end = is_vendors(&host).unwrap_or_else(|| panic!("{}: {host}", manifest.id));
                seen.push((*end).to_owned());
            }
        }
    }
    assert!(vendors.iter().all(|end| seen.iter().any(|found| found == end)), "{seen:?}");
}

#[test]
fn each_expands_with_every_choice() {
    for manifest in all() {
        let id = &manifest.id;
        for values in connections(&manifest) {
            // An admin does not enter values that the flow supplies.
            let is_typed = |name: &str| {
                manifest.params.iter().any(|param| param.name == name && param.from.is_none())
            };
            let entered: BTreeMap<String, String> =
                values.clone().into_iter().filter(|(name, _)| is_typed(name)).collect();
            let typed = entered.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            assert_eq!(
                params::check_params(&manifest, &typed.collect()),
                Ok(entered.clone()),
                "{id}"
            );
            let pins = params::pins(&manifest, &values).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert!(pins.api.iter().all(|origin| origin.starts_with("https://")), "{id}");
            let url = params::verify_url(&manifest, &values).unwrap();
            let asked = matches!(manifest.verify, Verify::Request { .. });
            assert_eq!(url.is_some(), asked, "{id}");
            if let Some(url) = url {
                assert_eq!(pins.verify, [url.origin().ascii_serialization()], "{id}");
                assert!(!url.as_str().contains(['{', '}']), "{id}: {url}");
            }
            if let Verify::Request { form: Some(form), .. } = &manifest.verify {
                for text in form.values() {
                    template::expand(text, &|name| values.get(name).cloned()).unwrap();
                }
            }
        }
    }
}

#[test]
fn each_key_has_a_helpful_form_and_a_verify_request() {
    let by_key = |m: &Manifest| matches!(m.auth_method, AuthMethod::ApiKey | AuthMethod::Basic);
    for manifest in all().into_iter().filter(by_key) {
        let id = &manifest.id;
        for field in &manifest.credentials {
            let name = &field.name;
            assert!(field.pattern.is_some(), "{id}: {name} has no pattern");
            assert!(field.example.is_some(), "{id}: {name} has no example");
            assert!(field.help_url.is_some() || !field.secret, "{id}: {name} has no help");
        }
        // A 2xx alone may be anyone's page: the response must be the documented one.
        let Verify::Request { success, account, .. } = &manifest.verify else {
            panic!("{id} has no verify request")
        };
        assert!(success.is_some() || account.is_some(), "{id}: verify accepts any JSON");
    }
}
